"""What a broker writes into the log, and how often."""

import logging

import pytest

from zmq4._kit.feed import Feed
from zmq4.majordomo.events import (
    BrokerEvent,
    MessageDropped,
    Parting,
    Refusal,
    RequestDropped,
    WorkerGone,
    WorkerJoined,
    WorkerRefused,
)
from zmq4.majordomo.log import telling
from zmq4.majordomo.messages import Fault
from zmq4.majordomo.throttle import LINES, Throttle


def test_lines_of_a_kind_are_held_back_and_counted() -> None:
    throttle = Throttle()

    admitted = [throttle.admit("a", 5.0 + number / 100) for number in range(LINES + 7)]

    assert admitted == [0] * LINES + [None] * 7
    assert throttle.admit("b", 5.5) == 0
    assert throttle.admit("a", 6.0) == 7
    assert throttle.admit("a", 6.1) == 0
    assert throttle.admit("a", 9.0) == 0


@pytest.mark.parametrize(
    "event",
    [
        WorkerRefused("it", b"w"),
        WorkerGone("it", b"w", Parting.MISBEHAVED),
        RequestDropped("it", Refusal.QUEUE_FULL),
        MessageDropped(b"w", "", Fault.NO_BODY),
    ],
    ids=lambda event: type(event).__name__,
)
def test_storm_of_a_peer_does_not_fill_the_log(
    event: BrokerEvent, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zmq4.majordomo.log.time.monotonic", lambda: 5.0)
    tell = telling(Feed())

    with caplog.at_level(logging.INFO, "zmq4.majordomo"):
        for _ in range(1000):
            tell(event)
        monkeypatch.setattr("zmq4.majordomo.log.time.monotonic", lambda: 7.0)
        tell(event)

    assert len(caplog.messages) == LINES + 1
    assert caplog.messages[-1].endswith(f"({1000 - LINES} more like this were not written)")


def test_whoever_listens_and_whoever_debugs_is_told_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tell = telling(Feed())

    with caplog.at_level(logging.DEBUG, "zmq4.majordomo"):
        for _ in range(100):
            tell(WorkerJoined("it", b"w", "0.1"))

    assert len(caplog.messages) == 100
