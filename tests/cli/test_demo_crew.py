"""The child processes of a stop."""

import signal
import time
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess

import pytest

from fixtures.clock import DEADLINE
from zmq4.cli.demo.crew import Crew, CrewError
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Finish, Ready, Sent


def tell(leash: Leash, messages: int) -> None:
    leash.tell(Sent(messages))
    leash.wait_to_finish()


@pytest.fixture(scope="module", autouse=True)
def _resource_tracker() -> None:
    """Start what the library starts once a process, so that no test seems to leave it behind."""
    resource_tracker.ensure_running()


@pytest.fixture
def crew() -> Crew:
    return Crew(time.monotonic() + DEADLINE)


def test_whoever_reports_is_heard(crew: Crew) -> None:
    with crew:
        hands = [crew.hire(str(number), tell, number) for number in (1, 2)]

        heard = [crew.hear_any(hands), crew.hear_any(hands)]

    assert {(hand.name, report) for hand, report in filter(None, heard)} == {
        ("1", Sent(1)),
        ("2", Sent(2)),
    }


def test_what_was_heard_was_told(crew: Crew) -> None:
    with crew:
        hand = crew.hire("a hand", tell, 1)
        assert not hand.has_told(Sent)

        crew.expect(hand, Sent)

        assert hand.has_told(Sent)
        assert not hand.has_told(Ready)


def test_hand_that_was_killed_is_missed_by_nobody(crew: Crew) -> None:
    with crew:
        killed, other = crew.hire("killed", tell, 1), crew.hire("other", tell, 2)
        crew.expect(killed, Sent)

        crew.kill(killed)

        crew.expect(other, Sent)
        other.order(Finish())
        crew.disband()


def test_hand_that_dies_is_missed(crew: Crew) -> None:
    with crew:
        dead, other = crew.hire("dead", tell, 1), crew.hire("other", tell, 2)
        crew.expect(other, Sent)

        dead.process.kill()

        with pytest.raises(CrewError, match=r"dead \(process \d+\) was killed by SIGKILL"):
            crew.expect(other, Ready)


def test_termination_waits_until_a_child_has_started(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = SpawnProcess.start
    started: list[SpawnProcess] = []

    def start_late(process: SpawnProcess) -> None:
        signal.raise_signal(signal.SIGTERM)
        start(process)
        started.append(process)

    def leave(_number: int, _frame: object) -> None:
        raise SystemExit

    monkeypatch.setattr(SpawnProcess, "start", start_late)
    before = signal.signal(signal.SIGTERM, leave)
    try:
        with crew, pytest.raises(SystemExit):
            crew.hire("a hand", tell, 1)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert len(started) == 1


def test_hand_can_be_terminated(crew: Crew) -> None:
    with crew:
        hand = crew.hire("a hand", tell, 1)
        crew.expect(hand, Sent)

        hand.process.terminate()

        with pytest.raises(CrewError, match="was killed by SIGTERM"):
            crew.expect(hand, Ready)
