"""How much has arrived at a stop, and how long it took."""

import time

from zmq4.cli.demo.crew import Hand
from zmq4.cli.demo.notes import Arrived
from zmq4.cli.demo.progress import Progress


class Meter:
    """Adds up what the receivers of a stop report, and shows it."""

    def __init__(self, progress: Progress) -> None:
        """Begin with nothing."""
        self._progress = progress
        self._started: float | None = None
        self._stopped: float | None = None
        self._arrived: dict[str, Arrived] = {}

    @property
    def lines(self) -> int:
        """Number of different lines, at each receiver."""
        return sum(arrived.lines for arrived in self._arrived.values())

    @property
    def octets(self) -> int:
        """Their length without newlines."""
        return sum(arrived.octets for arrived in self._arrived.values())

    @property
    def seconds(self) -> float:
        """Time since `start`, until `stop` or now; zero before `start`."""
        if self._started is None:
            return 0.0
        return (self._stopped or time.monotonic()) - self._started

    def start(self, total_lines: int) -> None:
        """Start the clock; so many lines are expected."""
        self._started = time.monotonic()
        self._progress.start(total_lines)

    def stop(self) -> None:
        """Stop the clock."""
        self._stopped = time.monotonic()

    def read(self, receiver: Hand, arrived: Arrived) -> None:
        """Take a receiver's report in place of its last one."""
        self._arrived[receiver.name] = arrived
        self._progress.show(self.lines, self.octets)
