"""The sink's bookkeeping."""

from typing import TYPE_CHECKING, cast

import pytest

from zmq4.cli.demo.notes import Arrived, Complete, Finish, Report
from zmq4.cli.demo.stops.receipt import Receipt

if TYPE_CHECKING:
    from zmq4.cli.demo.leash import Leash


class RecordingLeash:
    """Keeps reports, and is told to finish by the test."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.is_finishing = False
        self.finish = Finish()

    def tell(self, report: Report) -> None:
        self.reports.append(report)

    def order(self, finish: Finish) -> None:
        self.finish = finish
        self.is_finishing = True


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def leash() -> RecordingLeash:
    return RecordingLeash()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def receipt_of(leash: RecordingLeash, clock: Clock, *, lines: int) -> Receipt:
    return Receipt(cast("Leash", leash), range(1, lines + 1), clock=clock)


def message(number: int, line: bytes = b"line", worker: int = 1) -> tuple[bytes, ...]:
    return (number.to_bytes(8), line, bytes([worker]))


def test_completion_is_told_once_after_what_arrived(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=2)

    receipt.enter([message(1, b"one"), message(2, b"three")])
    receipt.enter([message(2, b"three")])

    assert leash.reports == [Arrived(lines=2, octets=8), Complete()]


def test_progress_is_told_now_and_then(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=10)

    for number in (1, 2, 3, 4):
        clock.now += 0.06
        receipt.enter([message(number)])

    assert leash.reports == [Arrived(2, 8), Arrived(4, 16)]


def test_silence_brings_the_progress_up_to_date_once(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=10)

    receipt.enter([message(1)])
    for _ in range(3):
        clock.now += 1
        receipt.enter([])

    assert leash.reports == [Arrived(1, 4)]


def test_last_report_says_how_much_arrived(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=10)

    receipt.enter([message(1), message(2), message(2)])

    assert receipt.close().arrived == Arrived(2, 8)


def test_receipt_is_open_until_told_to_finish(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=1)

    receipt.enter([message(1)])
    receipt.enter([])
    assert receipt.is_open

    leash.order(Finish(1))
    assert not receipt.is_open


def test_receipt_waits_for_every_message_that_was_sent(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=1)
    receipt.enter([message(1)])
    leash.order(Finish(2))

    receipt.enter([])
    assert receipt.is_open

    receipt.enter([message(1)])
    receipt.enter([])
    assert not receipt.is_open
    assert receipt.close().evidence.doubled.count == 1


def test_receipt_waits_for_silence(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=1)
    leash.order(Finish(1))

    receipt.enter([message(1)])

    assert receipt.is_open


def test_long_silence_closes_a_receipt_that_is_short(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=2)
    receipt.enter([message(1)])
    receipt.enter([])
    leash.order(Finish(2))

    clock.now += 10

    assert not receipt.is_open


def test_shares_of_the_workers_are_counted(leash: RecordingLeash, clock: Clock) -> None:
    receipt = receipt_of(leash, clock, lines=3)

    receipt.enter([message(1, worker=1), message(2, worker=2), message(3, worker=2)])

    assert receipt.close().shares == {1: 1, 2: 2}


@pytest.mark.parametrize(
    "strange", [(), (b"",), message(1)[:2], (*message(1), b""), (*message(1)[:2], b"me")]
)
def test_message_of_another_shape_is_strange(
    leash: RecordingLeash, clock: Clock, strange: tuple[bytes, ...]
) -> None:
    receipt = receipt_of(leash, clock, lines=1)

    receipt.enter([strange])

    assert receipt.close().evidence.strangers == 1


def test_receipt_that_expects_nothing_is_complete_at_once(
    leash: RecordingLeash, clock: Clock
) -> None:
    receipt = receipt_of(leash, clock, lines=0)

    receipt.enter([])
    receipt.enter([])

    assert leash.reports == [Arrived(0, 0), Complete()]
