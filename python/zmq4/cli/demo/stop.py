"""What a stop of the tour is: what it is given, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.text import Text
from zmq4.cli.exit_code import ExitCode


@dataclass(frozen=True, slots=True)
class Trip:
    """What every stop is given."""

    text: Text
    excerpt: Text
    """The first lines of the text, or all: for stops that go step by step."""
    workers: int
    """How many work at the same time: processes, threads or tasks, as the stop says."""
    deadline: float
    """When the whole tour must be over, on the clock of `time.monotonic`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a stop gives back."""

    stop: str
    """The stop's name."""
    lines: int
    """Number of different lines that arrived, at each receiver."""
    octets: int
    """Their length without newlines."""
    seconds: float
    """Time from the first line sent to the last line arrived."""
    verdict: str
    """A few words for the table."""
    exit_code: ExitCode
    """`ExitCode.OK` only if everything arrived exactly once."""
    complaint: str = ""
    """What went wrong, in full; empty if nothing did."""
    remark: str = ""
    """Something worth knowing that has no column; empty if there is nothing."""


class Stop(Protocol):
    """A stop of the tour: one way of using sockets, shown and proven."""

    @property
    def name(self) -> str:
        """A few words: which sockets, which face."""
        ...

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Carry the text, prove that it arrived, and leave no process behind.

        Args:
            trip: The texts, the number of workers, the deadline.
            progress: To be told, now and then, how far the stop has come.

        Returns:
            The visit, failed or not; a stop raises only for what is no fault of its sockets.
        """
        ...
