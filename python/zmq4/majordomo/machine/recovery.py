"""How long to wait before the next session: longer each time, and not at all after a good one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq4.options import Backoff


class Recovery:
    """Counts sessions that came to nothing.

    Args:
        backoff: First a little, then twice as long each time.
        chance: Draws numbers from 0 to 1, for the jitter.
    """

    __slots__ = ("_backoff", "_chance", "_failures")

    def __init__(self, backoff: Backoff, chance: Callable[[], float]) -> None:
        """Begin with no failure."""
        self._backoff = backoff
        self._chance = chance
        self._failures = 0

    def forget(self) -> None:
        """Note that a session was a good one."""
        self._failures = 0

    def delay(self, *, first: float | None = None) -> float:
        """Count a failure, and tell how many seconds to wait after it.

        Args:
            first: What to wait after the first in a row; as `backoff` has it if None.
        """
        self._failures += 1
        if self._failures == 1 and first is not None:
            return first
        doublings = min(self._failures - 1, _MAX_DOUBLINGS)
        delay = min(self._backoff.max, self._backoff.initial * 2.0**doublings)
        return delay * (1 + self._backoff.jitter * (2 * self._chance() - 1))


_MAX_DOUBLINGS: Final = 32
