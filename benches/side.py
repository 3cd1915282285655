"""What one process plays in a scenario: a side, with its sockets open, that runs lap after lap.

Every lap of a stream ends with an end mark. That the receiver finds it right behind the messages
it was told to expect proves that as many were received as were sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from loops import MismatchError


@dataclass(frozen=True, slots=True)
class Timing:
    """What one side's watch says of a lap.

    Args:
        seconds: The lap, from the first message to the last.
        p50_us: Median round trip in microseconds, where each is timed.
        p99_us: 99th percentile of the same.
        peer_kb: Memory that each peer took in this process, where there are many.
        setup_per_second: How many peers a second were connected and greeted.
    """

    seconds: float
    p50_us: float | None = None
    p99_us: float | None = None
    peer_kb: float | None = None
    setup_per_second: float | None = None


class Side(Protocol):
    """One side with its sockets open."""

    @property
    def endpoint(self) -> str:
        """The address for the other side to connect to; empty on the connecting side."""

    def greet(self) -> None:
        """Wait until a first message has gone from the sender to the receiver."""

    def lap(self, count: int, *, verified: bool) -> Timing:
        """Play this side's part in the exchange of ``count`` messages.

        Args:
            count: Messages to exchange, at least one.
            verified: Whether the receiver compares every message with what was sent; such a
                lap is slower and is never the one that counts.

        Raises:
            MismatchError: Something else arrived than was sent, or more, or less.
        """


def expect(expected: bytes, received: bytes) -> None:
    """Check a mark.

    Raises:
        MismatchError: ``received`` is not ``expected``.
    """
    if received != expected:
        raise MismatchError(expected, received)


HELLO = b"hello"
END = b"end"
