"""Listening to what a machine tells, in threads."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from zmq4._kit.feed import Ear, Feed
from zmq4.error import Timeout

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Event = TypeVar("Event")


class Events(Generic[Event]):
    """What happens from the moment of `events()` on; yields until it is over.

    As a context manager it stops listening at the end; so it does when it is forgotten.
    """

    __slots__ = ("_ear", "_news", "_timeout")

    def __init__(self, feed: Feed[Event], timeout: float | None, capacity: int) -> None:
        """Listen to ``feed``; faces make iterators, programs do not."""
        self._timeout = timeout
        self._news = threading.Semaphore(0)
        self._ear: Ear[Event] = Ear(self._news.release, capacity)
        feed.add(self._ear)

    @property
    def missed(self) -> int:
        """Events that this listener has lost, because it did not keep up."""
        return self._ear.missed

    def next(self, timeout: float | None = None) -> Event:
        """Take the oldest event, waiting for one if none is there.

        Args:
            timeout: The longest wait in seconds; None is what `events()` was given, 0 does not
                wait.

        Raises:
            Timeout: Nothing happened in time.
            StopIteration: It is over, or this iterator was closed.
        """
        limit = self._timeout if timeout is None else timeout
        deadline = None if limit is None else time.monotonic() + limit
        while (event := self._ear.take()) is None:
            if self._ear.is_closed:
                raise StopIteration
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not self._news.acquire(timeout=left):
                raise Timeout("nothing happened in time")
        return event

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        """Take the oldest event, as `next` does.

        Raises:
            StopIteration: It is over, or this iterator was closed.
            Timeout: Nothing happened in time.
        """
        return self.next()

    def close(self) -> None:
        """Stop listening; does nothing the second time."""
        self._ear.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
