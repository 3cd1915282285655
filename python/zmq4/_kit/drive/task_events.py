"""Listening to what a machine tells, in asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from zmq4._kit.feed import Ear, Feed
from zmq4.error import Timeout

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Event = TypeVar("Event")


class Events(Generic[Event]):
    """What happens from the moment of `events()` on; yields until it is over.

    With `async with` it stops listening at the end; so it does when it is forgotten. A task that is
    cancelled while it waits has taken nothing.
    """

    __slots__ = ("_ear", "_news", "_timeout")

    def __init__(self, feed: Feed[Event], timeout: float | None, capacity: int) -> None:
        """Listen to ``feed``; faces make iterators, programs do not."""
        self._timeout = timeout
        self._news = asyncio.Event()
        self._ear: Ear[Event] = Ear(self._news.set, capacity)
        feed.add(self._ear)

    @property
    def missed(self) -> int:
        """Events that this listener has lost, because it did not keep up."""
        return self._ear.missed

    async def next(self, timeout: float | None = None) -> Event:
        """Take the oldest event, waiting for one if none is there.

        Args:
            timeout: The longest wait in seconds; None is what `events()` was given, 0 does not
                wait.

        Raises:
            Timeout: Nothing happened in time.
            StopAsyncIteration: It is over, or this iterator was closed.
        """
        limit = self._timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(limit):
                while (event := self._ear.take()) is None:
                    if self._ear.is_closed:
                        raise StopAsyncIteration
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Timeout("nothing happened in time") from None
        return event

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """Take the oldest event, as `next` does.

        Raises:
            StopAsyncIteration: It is over, or this iterator was closed.
            Timeout: Nothing happened in time.
        """
        return await self.next()

    def close(self) -> None:
        """Stop listening; does nothing the second time."""
        self._ear.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
