"""Sockets for asyncio that ask and answer: REQ, REP, ROUTER."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, ClassVar

from zmq4._named_peers import NamedPeers
from zmq4._native import Deadline, Message, Request, equip
from zmq4._requests import (
    attempts,
    no_reply,
    not_answered,
    reply_frames,
    silence,
    unanswered,
)
from zmq4.asyncio._endpoint import Endpoint
from zmq4.asyncio._socket import DrainingSocket, ReceivingSocket, SendingSocket
from zmq4.error import Closed, StateError, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zmq4.types import Part


class Req(SendingSocket, ReceivingSocket[Message]):
    """Asks one of its peers at a time, in turn, and takes only its answer.

    ```python
    async with zmq4.asyncio.Req(connect="tcp://10.0.0.7:5555") as req:
        print((await req.request("hello", timeout=2, retries=3)).text)
    ```

    `send` and `recv` alternate strictly: StateError tells that it is not their turn.

    Source: RFC 28/REQREP, "The REQ Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "REQ"

    async def request(
        self, first: Part, /, *rest: Part, timeout: float | None = None, retries: int = 0
    ) -> Message:
        """Send a request and wait for its reply; ask again if none comes in time.

        The socket is never stuck: after a request that was given up it can ask again at once, and
        a late reply is not taken for the answer to another request, because the connection that
        it would come on is dropped. Peers that reply on a connection other than the one they were
        asked on, as a ROUTER may to a REQ with a `routing_id`, call for `correlate`.

        Cancelled, it gives the request up.

        Args:
            first: The first frame; text travels as UTF-8.
            rest: More frames of the same request.
            timeout: The longest wait for each attempt in seconds; None is the socket's
                `recv_timeout`.
            retries: How often to ask again after the first time.

        Raises:
            Timeout: No attempt was answered in time.
            StateError: A request is in progress.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        limit = self.recv_timeout if timeout is None else timeout
        reason = ""
        for _ in attempts(retries):
            deadline = Deadline(limit)
            try:
                await self.send(first, *rest, timeout=limit)
            except Timeout:
                reason = silence(self)
                continue
            try:
                return await self.recv(timeout=deadline.left())
            except Timeout:
                reason = silence(self)
                self._abandon()
            except BaseException:
                self._abandon()
                raise
        raise no_reply(self, limit, retries, reason)


class Rep(SendingSocket, ReceivingSocket[Request]):
    """Receives requests and answers each before the next.

    ```python
    async with zmq4.asyncio.Rep(bind="tcp://*:5555") as rep:
        async for request in rep:
            await request.reply(request.content.upper())
    ```

    `recv` and `send` alternate strictly: StateError tells that it is not their turn.

    Source: RFC 28/REQREP, "The REP Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "REP"

    async def __anext__(self) -> Request:
        """Receive the next request.

        One that was not replied to by then is given up, with a warning.

        Raises:
            StopAsyncIteration: The socket is closed.
            Timeout: No request came within the socket's `recv_timeout`.
            ContextTerminated: The socket's context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        try:
            return await self.recv()
        except StateError:
            if not self._abandon():
                raise
            warnings.warn(unanswered(self), RuntimeWarning, stacklevel=2)
        except Closed:
            raise StopAsyncIteration from None
        return await self.__anext__()

    async def _reply(self, number: int, frames: Sequence[Part]) -> None:
        """Reply to the request of that number."""
        if number != self._last_request():
            raise StateError(not_answered(self))
        await self.send(*reply_frames(frames))


class Router(DrainingSocket, ReceivingSocket[Message], NamedPeers[Endpoint]):
    """Sends to the peer it names, and says of each message whose it is.

    ```python
    async with zmq4.asyncio.Router(bind="tcp://*:5555") as router:
        async for message in router:
            await router.send(message.sender, b"done")
    ```

    Its peers are `Dealer`s, `Req`s and `Router`s.

    Source: RFC 28/REQREP, "The ROUTER Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "ROUTER"

    if TYPE_CHECKING:

        async def send(
            self, to: bytes | None, first: Part, /, *rest: Part, timeout: float | None = None
        ) -> None:
            """Send one message to a peer, waiting for room if there is none for it.

            Args:
                to: The peer's routing id, as in `message.sender`.
                first: The first frame; text travels as UTF-8.
                rest: More frames of the same message.
                timeout: The longest wait in seconds; None is the socket's `send_timeout`, 0 does
                    not wait.

            Raises:
                Unroutable: No peer has that routing id; never with `on_unroutable="drop"`.
                Timeout: There was no room in time. The message was not accepted.
                WouldBlock: There is no room, and the socket has `on_full="error"`.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        def try_send(self, to: bytes | None, first: Part, /, *rest: Part) -> bool:
            """Send one message to a peer if there is room for it now.

            Args:
                to: The peer's routing id, as in `message.sender`.
                first: The first frame; text travels as UTF-8.
                rest: More frames of the same message.

            Returns:
                Whether the message was accepted.

            Raises:
                Unroutable: No peer has that routing id; never with `on_unroutable="drop"`.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...

        async def send_many(
            self, rows: Iterable[Sequence[Part]], /, *, timeout: float | None = None
        ) -> int:
            """Send a message for each row; see `Push.send_many`.

            Args:
                rows: Messages: a routing id, then the frames.
                timeout: The longest wait in seconds; None is the socket's `send_timeout`, 0 does
                    not wait.

            Returns:
                The number of messages accepted: all of them.

            Raises:
                Unroutable: No peer has that routing id; `accepted` of the exception is the number
                    of messages that were accepted before, as it is for the others.
                Timeout: There was no room in time.
                Closed: The socket is closed.
                ContextTerminated: Its context was terminated.
                ForkError: It belongs to the process before a fork.
            """
            ...


equip(Router, "asyncio", ("send_to", "try_send_to", "send_many"))
