"""`zmq4.stats`: counters that add up."""

import pytest

import zmq4
from zmq4 import Stats

FRAME_HEADER = 2


def test_counters_follow_messages_from_send_to_receive(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint) as pull,
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        push.send_many([b"12345", b"12345", b"12345"])
        pull.recv(timeout=5)

        sent, received = push.stats(), pull.stats()

    assert (sent.sent, sent.received) == (3, 0)
    assert (received.sent, received.received, received.unread) == (0, 1, 2)


def test_what_nobody_takes_is_queued() -> None:
    with zmq4.Push(connect="inproc://nobody-binds-this", linger=0) as push:
        push.send(b"12345")
        stats = push.stats()

    assert (stats.queued, stats.queued_bytes) == (1, FRAME_HEADER + 5)


def test_what_is_dropped_is_counted() -> None:
    with zmq4.Push(
        connect="inproc://nobody-binds-this", send_hwm=1, on_full="drop_newest", linger=0
    ) as push:
        push.send(b"1")
        push.send(b"2")
        stats = push.stats()

    assert (stats.sent, stats.dropped, stats.queued) == (1, 1, 1)


def test_stats_of_equal_counters_are_equal() -> None:
    assert Stats(1, 2, 3, 4, 5, 6, 7) == Stats(1, 2, 3, 4, 5, 6, 7)
    with pytest.raises(AttributeError):
        Stats(1, 2, 3, 4, 5, 6, 7).sent = 1  # type: ignore[misc]
