"""Deadlines of many things at once, which move far more often than they come.

Moving one costs nothing here: an entry comes when it was put for, and its owner, asked then, puts
it again for when it is really due. So a heartbeat that is put off by each message is looked at once
an interval, whatever the number of messages. What became void meanwhile stays until its time, or
until there is as much of it as of the rest.
"""

from __future__ import annotations

import heapq
import itertools
import math
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


class Schedule(Generic[T]):
    """Things with the times at which they want to be looked at.

    Args:
        is_void: Tells what nobody needs to look at any more.
    """

    __slots__ = ("_crowd", "_heap", "_is_void", "_numbers")

    def __init__(self, is_void: Callable[[T], bool] = lambda _: False) -> None:
        """Begin with nothing scheduled."""
        self._heap: list[tuple[float, int, T]] = []
        self._numbers = itertools.count()
        self._is_void = is_void
        self._crowd = _CROWD
        """Entries at which those that are void are looked for."""

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._heap)

    @property
    def deadline(self) -> float:
        """When the first entry comes; infinity if there is none."""
        return self._heap[0][0] if self._heap else math.inf

    def put(self, at: float, item: T) -> None:
        """Enter something for a time; infinity is never."""
        if at < math.inf:
            if len(self._heap) >= self._crowd:
                self._tidy()
            heapq.heappush(self._heap, (at, next(self._numbers), item))

    def due(self, now: float) -> Iterator[T]:
        """Take what has come, in order; what is put meanwhile for later waits."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def _tidy(self) -> None:
        """Let go of what is void; never so often that it costs more than the entries did."""
        self._heap = [entry for entry in self._heap if not self._is_void(entry[2])]
        heapq.heapify(self._heap)
        self._crowd = max(_CROWD, 2 * len(self._heap))


_CROWD: Final = 1024
"""Entries that are not worth a look."""
