"""Sockets for asyncio: what sends, what receives, with coroutines where a call may wait.

What sends and receives is native: `equip` puts the call descriptors of the core on these classes.
They return native coroutine objects, which do not suspend where there is nothing to wait for. A
type checker reads their signatures here; both are compared by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from zmq4._base import SocketBase
from zmq4._events import CAPACITY
from zmq4._native import equip
from zmq4.asyncio._endpoint import Endpoint
from zmq4.asyncio._events import Events
from zmq4.asyncio._wait import wait_until
from zmq4.error import Closed, Timeout
from zmq4.types import Received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from types import TracebackType
    from typing import Self

    from typing_extensions import Buffer

    from zmq4._native import EndpointHandle, Inquiry
    from zmq4.types import Part, Row


class LoopSocket(SocketBase[Endpoint]):
    """A socket of this face: `async with` closes it, its endpoints are awaited."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def events(self, timeout: float | None = None, *, capacity: int = CAPACITY) -> Events:
        """Listen to what happens to the socket from now on: connections, failures, losses.

        Args:
            timeout: The longest wait for each event in seconds; None is for ever.
            capacity: How many events may wait to be taken, 1 or more. The oldest make way for new
                ones, and the next event tells how many did (`missed`).

        Returns:
            An asynchronous iterator of events; it ends when the socket is closed.

        Raises:
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        return Events(self._events(capacity), timeout)

    def _attend(self, inquiry: Inquiry) -> None:
        from zmq4.asyncio import _gatekeeper  # noqa: PLC0415 (few programs decide about peers)

        _gatekeeper.attend(inquiry)

    def _endpoint_of(self, handle: EndpointHandle) -> Endpoint:
        return Endpoint(handle)


class DrainingSocket(LoopSocket):
    """A socket that sends, to whomever."""

    __slots__ = ()

    async def drain(self, timeout: float | None = None) -> None:
        """Wait until everything sent was handed to the kernel, or to an inproc peer.

        Args:
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.

        Raises:
            Timeout: Some messages are still queued, and stay so.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        if not await wait_until(self._is_drained, self._watch_drain, timeout):
            left = self.stats().queued
            raise Timeout(f"{type(self).__name__}: {left} messages were not sent in time")


class SendingSocket(DrainingSocket):
    """A socket that sends."""

    __slots__ = ()

    if TYPE_CHECKING:

        async def send(self, first: Part, /, *rest: Part, timeout: float | None = None) -> None:
            """Send one message, waiting for room if there is none.

            Cancelled while it waits, it has sent nothing.

            Args:
                first: The first frame; text travels as UTF-8.
                rest: More frames of the same message.
                timeout: The longest wait in seconds; None is the socket's `send_timeout`, 0 does
                    not wait.

            Raises:
                Timeout: There was no room, or no peer, in time. The message was not accepted.
                WouldBlock: There is no room, and the socket has `on_full="error"`.
                NoPeers: There is no peer, and the socket has `on_full="error"`.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        def try_send(self, first: Part, /, *rest: Part) -> bool:
            """Send one message if there is room now.

            Args:
                first: The first frame; text travels as UTF-8.
                rest: More frames of the same message.

            Returns:
                Whether the message was accepted.

            Raises:
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        async def send_many(self, rows: Iterable[Row], /, *, timeout: float | None = None) -> int:
            """Send a message for each row, waiting for room where there is none.

            Cancelled while it waits, it may have sent some; which is not told.

            Args:
                rows: Messages: a part is one of one frame; a list, a tuple or a `Message` of parts
                    is one of several.
                timeout: The longest wait in seconds; None is the socket's `send_timeout`, 0 does
                    not wait.

            Returns:
                The number of messages accepted: all of them.

            Raises:
                Timeout: There was no room in time; `accepted` of the exception is the number of
                    messages that were accepted before, as it is for the others.
                WouldBlock: There is no room, and the socket has `on_full="error"`.
                NoPeers: There is no peer, and the socket has `on_full="error"`.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...


class ReceivingSocket(LoopSocket, Generic[Received]):
    """A socket that receives; iterating it yields messages until it is closed."""

    __slots__ = ()

    if TYPE_CHECKING:

        async def recv(self, timeout: float | None = None) -> Received:
            """Receive one whole message, waiting for it if none is there.

            Cancelled while it waits, it has taken nothing; so for its kin.

            Args:
                timeout: The longest wait in seconds; None is the socket's `recv_timeout`, 0 does
                    not wait.

            Raises:
                Timeout: No message came in time.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        async def recv_bytes(self, timeout: float | None = None) -> bytes:
            """Receive a message of one frame as `bytes`: the fastest way.

            Args:
                timeout: The longest wait in seconds; None is the socket's `recv_timeout`, 0 does
                    not wait.

            Raises:
                MultipartError: The next message has several frames; it was not consumed.
                Timeout: No message came in time.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        async def recv_into(self, buffer: Buffer, /, *, timeout: float | None = None) -> int:
            """Receive a message of one frame into memory of the caller's.

            Args:
                buffer: Writable, contiguous memory.
                timeout: The longest wait in seconds; None is the socket's `recv_timeout`, 0 does
                    not wait.

            Returns:
                The number of octets written.

            Raises:
                MessageTooLarge: The next message does not fit; it was not consumed.
                MultipartError: The next message has several frames; it was not consumed.
                BufferError: The buffer is read-only or not contiguous.
                Timeout: No message came in time.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        def try_recv(self) -> Received | None:
            """Receive a message if one is there; None if not.

            Raises:
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        async def recv_many(
            self,
            *,
            max: int = 1024,  # noqa: A002 (reads well at the call)
            timeout: float | None = None,
        ) -> list[Received]:
            """Receive what is there, waiting for the first message if none is.

            Args:
                max: The most messages to take, 1 or more.
                timeout: The longest wait in seconds; None is the socket's `recv_timeout`, 0 does
                    not wait.

            Returns:
                Messages in the order of arrival; none only if none came in time.

            Raises:
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

    def __aiter__(self) -> Self:
        """Receive message after message until the socket is closed."""
        return self

    async def __anext__(self) -> Received:
        """Receive the next message.

        Raises:
            StopAsyncIteration: The socket is closed.
            Timeout: No message came within the socket's `recv_timeout`.
            ContextTerminated: The socket's context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        try:
            return await self.recv()
        except Closed:
            raise StopAsyncIteration from None

    def batches(
        self,
        max: int = 512,  # noqa: A002 (reads well at the call)
        timeout: float | None = None,
    ) -> AsyncIterator[list[Received]]:
        """Receive batch after batch, each as `recv_many` would, until the socket is closed.

        Args:
            max: The most messages in a batch, 1 or more.
            timeout: The longest wait for a batch in seconds; None is the socket's `recv_timeout`.

        Returns:
            An iterator over lists of messages in the order of arrival; a list is empty whenever no
            message came in time, so that the program has its turn.

        Raises:
            ContextTerminated: From the iterator: the socket's context was terminated.
            ForkError: From the iterator: it belongs to the process before a fork.
        """
        return Batches(self, max, timeout)


class Batches(Generic[Received]):
    """Yields batches; unlike a generator it leaves nothing behind when a loop over it is left."""

    __slots__ = ("_max", "_socket", "_timeout")

    def __init__(self, socket: ReceivingSocket[Received], most: int, timeout: float | None) -> None:
        """Receive from ``socket`` up to ``most`` messages at a time."""
        self._socket = socket
        self._max = most
        self._timeout = timeout

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Received]:
        try:
            return await self._socket.recv_many(max=self._max, timeout=self._timeout)
        except Closed:
            raise StopAsyncIteration from None


equip(SendingSocket, "asyncio", ("send", "try_send", "send_many"))
equip(ReceivingSocket, "asyncio", ("recv", "recv_bytes", "recv_into", "try_recv", "recv_many"))
