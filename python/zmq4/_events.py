"""Listening to events: what both faces share, and the iterator of the threads face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zmq4.error import Closed, Timeout

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from zmq4._native import EventStream
    from zmq4.events import Event

CAPACITY: Final = 1000
"""Events that wait to be taken, unless the program says otherwise."""


class EventsBase:
    """What the iterators of both faces share: everything that does not wait."""

    __slots__ = ("__weakref__", "_stream", "_timeout")

    def __init__(self, stream: EventStream, timeout: float | None) -> None:
        """Stand for ``stream``; sockets make iterators, programs do not."""
        self._stream = stream
        self._timeout = timeout

    def try_next(self) -> Event | None:
        """Take the oldest event if one is there; None if not.

        Raises:
            Closed: There will be none: the socket is closed, or this iterator.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
        return self._stream.take()

    def close(self) -> None:
        """Stop listening; does nothing the second time.

        Events that were not taken are forgotten. Whoever waits for one finds the iteration ended.
        """
        self._stream.close()


class Events(EventsBase):
    """What happens to a socket from the moment of `events()` on; yields until it is closed.

    Any number of threads may take from one, each event going to one of them. As a context manager
    it stops listening at the end; so it does when it is forgotten.
    """

    __slots__ = ()

    def next(self, timeout: float | None = None) -> Event:
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
        event = self._stream.wait(self._timeout if timeout is None else timeout)
        if event is None:
            raise Timeout("nothing happened in time")
        return event

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        """Take the oldest event, as `next` does.

        Raises:
            StopIteration: The socket is closed, or this iterator.
            Timeout: Nothing happened in time.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
        try:
            return self.next()
        except Closed:
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
