"""Signs of life: when one is owed, and what silence means.

A deadline and the test for it are the same expression here. Two roundings of one sum would make a
machine whose deadline has come and whose verdict has not: it would spin.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pulse:
    """When a sign of life is owed: an interval after the last one, whatever it was.

    Args:
        interval: Seconds between two signs of life.
        sent: When the last one was sent, in seconds of the caller's clock.
    """

    interval: float
    sent: float

    @property
    def deadline(self) -> float:
        """When the next one is owed."""
        return self.sent + self.interval

    def is_due(self, now: float) -> bool:
        """Tell whether one is owed as of ``now``."""
        return now >= self.deadline

    def note(self, now: float) -> None:
        """Note that something was sent at ``now``; it need not have been a heartbeat."""
        self.sent = max(self.sent, now)


@dataclass(slots=True)
class Lease:
    """A peer's right to be counted as present.

    Args:
        term: Seconds of silence after which the peer is gone.
        granted: Time of the last sign of life, in seconds of the caller's clock.
    """

    term: float
    granted: float

    @property
    def deadline(self) -> float:
        """When the peer is gone if it stays silent."""
        return self.granted + self.term

    def is_over(self, now: float) -> bool:
        """Tell whether the peer is gone as of ``now``."""
        return now >= self.deadline

    def renew(self, now: float) -> None:
        """Note a sign of life at ``now``; a late packet never shortens the lease."""
        self.granted = max(self.granted, now)
