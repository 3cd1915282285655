"""The child processes of one stop: started, heard, and ended whatever happens.

The children are started afresh ("spawn"), never forked: nothing of the parent's sockets or threads
reaches them. Each has one pipe; that it closes is how a death is noticed.
"""

import signal
import time
from collections import deque
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar, cast

from zmq4.cli.demo.leash import Duty, on_duty
from zmq4.cli.demo.notes import Failed, Finish, Order, Report
from zmq4.cli.exit_code import ExitCode

P = ParamSpec("P")
R = TypeVar("R", bound=Report)


class CrewError(Exception):
    """A stop cannot go on because of one of its processes."""

    def __init__(self, sentence: str, exit_code: ExitCode) -> None:
        """Say what happened and which exit code fits it."""
        super().__init__(sentence)
        self.exit_code = exit_code


class Hand:
    """One child process, from the parent's side."""

    def __init__(self, name: str, process: SpawnProcess, pipe: "Connection[Order, Report]") -> None:
        """Take over a process that has been started, and the parent's end of its pipe."""
        self.name = name
        self.process = process
        self.pipe = pipe
        self.inbox: deque[Report] = deque()
        self._told: set[type[Report]] = set()
        self.is_gone = False
        """Whether its pipe has closed."""
        self.may_leave = False
        """Whether it has been ordered to finish, so that its leaving is no surprise."""

    def __str__(self) -> str:
        """The hand as people know it: its name and its process."""
        return f"{self.name} (process {self.process.pid})"

    def take(self, report: Report) -> None:
        """Put a report that has come into the inbox."""
        self._told.add(type(report))
        self.inbox.append(report)

    def has_told(self, kind: type[Report]) -> bool:
        """Whether a report of this kind has come, heard or not."""
        return kind in self._told

    def order(self, order: Order) -> None:
        """Send an order. To a dead process it is lost; its death shows at the next `Crew.hear`."""
        if isinstance(order, Finish):
            self.may_leave = True
        with suppress(OSError):
            self.pipe.send(order)

    def cause_of_death(self) -> str:
        """Say how the process ended, as far as the system tells."""
        match self.process.exitcode:
            case None:
                return "closed its pipe and lives on"
            case code if code < 0:
                return f"was killed by {_signal_name(-code)}"
            case code:
                return f"ended with exit code {code}"


class Crew:
    """Child processes with one deadline; leaving the block ends those that still run."""

    def __init__(self, deadline: float) -> None:
        """Make an empty crew.

        Args:
            deadline: Time, on the clock of `time.monotonic`, at which waiting is given up.
        """
        self._deadline = deadline
        self._hands: list[Hand] = []

    def __enter__(self) -> Self:
        """Enter the block."""
        # Started here and not by the first child, because it would unblock Ctrl-C in `hire`.
        resource_tracker.ensure_running()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End every child that still runs: first by asking the system politely, then by force."""
        for hand in self._hands:
            hand.process.terminate()
        for hand in self._hands:
            hand.process.join(_GRACE)
            _bury(hand)

    def seconds_left(self) -> float:
        """Time until the deadline, at least zero."""
        return max(0.0, self._deadline - time.monotonic())

    def hire(self, name: str, duty: Duty[P], *args: P.args, **kwargs: P.kwargs) -> Hand:
        """Start a child process that does ``duty``.

        Args:
            name: What people call it, such as `worker 2`.
            duty: A function that can be imported by its name.
            args: Arguments of the duty after its leash, picklable.
            kwargs: The same by keyword.
        """
        ours, theirs = Pipe()
        process = _SPAWN.Process(
            target=on_duty, args=(duty, theirs, *args), kwargs=kwargs, name=name, daemon=True
        )
        with _signals_held():
            process.start()
            # The library cannot say what goes through a pipe; and on Windows it is another class.
            hand = Hand(name, process, cast("Connection[Order, Report]", ours))
            self._hands.append(hand)
        theirs.close()
        return hand

    def kill(self, hand: Hand) -> None:
        """Kill a process without warning, by its id, and strike it off the crew."""
        self._hands.remove(hand)
        _bury(hand)

    def expect(self, hand: Hand, kind: type[R]) -> R:
        """Wait for a report of one kind, passing over others from the same hand.

        Raises:
            CrewError: If any of the crew died or failed, or the deadline passed.
        """
        while True:
            report = self.hear(hand)
            if isinstance(report, kind):
                return report

    def hear(self, hand: Hand, patience: float | None = None) -> Report | None:
        """Wait for the next report of a hand; see `hear_any`."""
        heard = self.hear_any([hand], patience)
        return None if heard is None else heard[1]

    def hear_any(
        self, hands: Collection[Hand], patience: float | None = None
    ) -> tuple[Hand, Report] | None:
        """Wait for the next report of any of some hands, while watching all the others.

        Args:
            hands: Whom to hear.
            patience: Longest wait in seconds; until the deadline by default.

        Returns:
            Who reported what, or None if ``patience`` ran out before the deadline did.

        Raises:
            CrewError: If any of the crew died or failed, or the deadline passed.
        """
        until = self._deadline
        if patience is not None:
            until = min(until, time.monotonic() + patience)
        while True:
            for hand in hands:
                if hand.inbox:
                    return hand, hand.inbox.popleft()
                if hand.is_gone:
                    sentence = f"{hand} {hand.cause_of_death()} without a word"
                    raise CrewError(sentence, ExitCode.PARTIAL)
            now = time.monotonic()
            if now >= self._deadline:
                raise CrewError("the time allowed ran out", ExitCode.TIMEOUT)
            if now >= until:
                return None
            self._listen(until - now)

    def disband(self) -> None:
        """Wait until everyone has left after the order to finish, each in good order.

        Raises:
            CrewError: If a process failed, crashed or hung while it ended.
        """
        while any(not hand.is_gone for hand in self._hands):
            if not self._listen(_GRACE):
                names = ", ".join(str(hand) for hand in self._hands if not hand.is_gone)
                raise CrewError(f"{names}: no end after the order to finish", ExitCode.FAILURE)
        for hand in self._hands:
            if hand.process.exitcode != 0:
                raise CrewError(f"{hand} {hand.cause_of_death()} after its work", ExitCode.FAILURE)

    def _listen(self, seconds: float) -> bool:
        """Put what comes within ``seconds`` into the inboxes; returns whether anything came."""
        hands = {hand.pipe: hand for hand in self._hands if not hand.is_gone}
        heard = wait(list(hands), seconds)
        for pipe, hand in hands.items():
            if pipe in heard:
                self._take_report(hand)
        return bool(heard)

    def _take_report(self, hand: Hand) -> None:
        try:
            report = hand.pipe.recv()
        except (EOFError, OSError):
            hand.is_gone = True
            hand.process.join(_GRACE)
            if not hand.may_leave:
                raise CrewError(f"{hand} {hand.cause_of_death()}", ExitCode.PARTIAL) from None
            return
        if isinstance(report, Failed):
            raise CrewError(f"{hand} failed: {report.reason}", ExitCode(report.exit_code))
        hand.take(report)


def _bury(hand: Hand) -> None:
    """Kill what still runs, and give back what the system keeps for it."""
    hand.process.kill()
    hand.process.join()
    hand.process.close()
    hand.pipe.close()


@contextmanager
def _signals_held() -> Generator[None]:
    """Hold Ctrl-C and SIGTERM back while a child starts, and let the child inherit that.

    Otherwise an interrupt in its first milliseconds would print a traceback of its own, as would a
    child whose parent was terminated before it had said what the child is to do.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


_SPAWN: Final = get_context("spawn")
_GRACE: Final = 5.0
"""Seconds that a process may take to end."""
