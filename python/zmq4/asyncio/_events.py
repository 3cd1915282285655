"""Listening to events in asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from zmq4._events import EventsBase
from zmq4.asyncio._wait import wait_until
from zmq4.error import Closed, Timeout

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from zmq4._native import EventStream
    from zmq4.events import Event


class Events(EventsBase):
    """What happens to a socket from the moment of `events()` on; yields until it is closed.

    Any number of tasks may take from one, each event going to one of them; a task that is cancelled
    while it waits has taken none. With `async with` it stops listening at the end; so it does when
    it is forgotten.
    """

    __slots__ = ("_taken",)

    def __init__(self, stream: EventStream, timeout: float | None) -> None:
        """Stand for ``stream``; sockets make iterators, programs do not."""
        super().__init__(stream, timeout)
        self._taken = 0

    async def next(self, timeout: float | None = None) -> Event:
        """Take the oldest event, waiting for one if none is there.

        Args:
            timeout: The longest wait in seconds; None is what `events()` was given, 0 does not
                wait.

        Raises:
            Timeout: Nothing happened in time.
            Closed: There will be none: the socket is closed, or this iterator.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
        self._taken += 1
        if self._taken % _FAIR == 0:
            # A flood must not keep the loop to itself.
            await asyncio.sleep(0)
        limit = self._timeout if timeout is None else timeout
        while await wait_until(self._stream.has_next, self._stream.watch, limit):
            # Taken in the step that returns it, so that a cancelled wait has lost nothing.
            if (event := self._stream.take()) is not None:
                return event
        raise Timeout("nothing happened in time")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """Take the oldest event, as `next` does.

        Raises:
            StopAsyncIteration: The socket is closed, or this iterator.
            Timeout: Nothing happened in time.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
        try:
            return await self.next()
        except Closed:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


_FAIR: Final = 64
"""Events that may be taken at once before the loop has a turn."""
