"""Deadlines of many things at once, which move far more often than they come.

Moving one costs nothing here: an entry comes when it was put for, and its owner, asked then, puts
it again for when it is really due. So a heartbeat that is put off by each message is looked at once
an interval, whatever the number of messages.
"""

from __future__ import annotations

import heapq
import itertools
import math
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Schedule(Generic[T]):
    """Things with the times at which they want to be looked at."""

    __slots__ = ("_heap", "_numbers")

    def __init__(self) -> None:
        """Begin with nothing scheduled."""
        self._heap: list[tuple[float, int, T]] = []
        self._numbers = itertools.count()

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
            heapq.heappush(self._heap, (at, next(self._numbers), item))

    def due(self, now: float) -> Iterator[T]:
        """Take what has come, in order; what is put meanwhile for later waits."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]
