"""The client for asyncio: any number of requests at once, each on a connection of its own."""

from __future__ import annotations

import asyncio
import math
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING, Final

from zmq4._kit.drive.hand import Hand
from zmq4._kit.drive.lines import Lines
from zmq4._kit.drive.task_turn import TaskTurn
from zmq4._native import Message
from zmq4.asyncio._pipeline import Dealer
from zmq4.error import Closed, ZMQError
from zmq4.majordomo.asking import ClientBase
from zmq4.majordomo.calls import Answer, Failed, GiveUp, Want
from zmq4.majordomo.error import error_of, no_place

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from types import TracebackType
    from typing import Self

    from zmq4.majordomo.calls import Ask, ClientCommand, ClientEvent
    from zmq4.majordomo.machine.client import Client as Machine
    from zmq4.types import Part


class Client(ClientBase):
    """Asks services for what they do.

    ```python
    async with zmq4.majordomo.asyncio.Client("tcp://10.0.0.7:5555") as client:
        print((await client.request("echo", "hello", timeout=2, retries=3)).text)
    ```

    Any number of tasks of one loop may use one. A request has a connection of its own while it is
    in flight, taken from a pool, for the protocol does not number requests; one that is given up,
    by cancellation too, takes its connection with it, so that a late reply is never taken for
    another's.
    """

    def _begin(self) -> None:
        self._free: list[_Line] = []
        self._lines: list[_Line] = []
        self._waiting: deque[asyncio.Future[_Line]] = deque()
        self._crier = _Line(self._machine(), self._sockets())
        """Where requests go whose answers nobody wants."""
        self._crying = asyncio.Lock()

    async def request(
        self,
        service: str | bytes,
        first: Part,
        /,
        *rest: Part,
        timeout: float | None = None,
        retries: int | None = None,
        limit: float | None = None,
        wait: bool = True,
    ) -> Message:
        """Ask, and wait for the whole answer; parts of it are put together.

        Args:
            service: Whom to ask.
            first: The first frame; text travels as UTF-8.
            rest: More frames of the same request.
            timeout: Seconds that each try may take; the client's by default.
            retries: Tries after the first, each on a new connection; the client's by default.
            limit: Seconds for all tries together; None is no limit.
            wait: Whether to wait for a worker where there is none; else the broker is asked first.

        Raises:
            NoSuchService: No worker serves it.
            Rejected: The broker gave the request up, and the client asked to be told.
            BrokerGone: No broker can be reached, or the one that had the request was lost.
            Timeout: No reply came in time, or no connection was free.
            Closed: The client is closed.
            ValueError: The service's name is none.
        """
        ask = self._ask(
            service,
            (first, *rest),
            Want.WHOLE,
            timeout=timeout,
            retries=retries,
            limit=limit,
            waits=wait,
        )
        line = await self._take(ask.timeout)
        try:
            told = line.ask(ask)
            while True:
                for event in told:
                    if isinstance(event, Answer):
                        return Message(*event.body)
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
                told = await line.wait()
        finally:
            self._give_back(line)

    async def stream(
        self,
        service: str | bytes,
        first: Part,
        /,
        *rest: Part,
        timeout: float | None = None,
        retries: int | None = None,
        limit: float | None = None,
        wait: bool = True,
    ) -> AsyncGenerator[Message, None]:
        """Ask, and take each part of the answer when it comes.

        Nothing is asked before the first part is wanted. Who stops early closes the iterator
        (`contextlib.aclosing`); its connection goes with it.

        Args:
            service: Whom to ask.
            first: The first frame; text travels as UTF-8.
            rest: More frames of the same request.
            timeout: Seconds to wait for each part; the client's by default.
            retries: Tries after the first, as long as no part has come; the client's by default.
            limit: Seconds for everything; None is no limit.
            wait: Whether to wait for a worker where there is none; else the broker is asked first.

        Yields:
            The parts.

        Raises:
            NoSuchService: No worker serves it.
            Rejected: The broker gave the request up, and the client asked to be told.
            BrokerGone: No broker can be reached, or the one that had the request was lost.
            Timeout: No part came in time, or no connection was free.
            Closed: The client is closed.
            ValueError: The service's name is none.
        """
        ask = self._ask(
            service,
            (first, *rest),
            Want.PARTS,
            timeout=timeout,
            retries=retries,
            limit=limit,
            waits=wait,
        )
        line = await self._take(ask.timeout)
        try:
            told = line.ask(ask)
            while True:
                for event in told:
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
                    if event.body:
                        yield Message(*event.body)
                    if isinstance(event, Answer):
                        return
                told = await line.wait()
        finally:
            self._give_back(line)

    async def send(
        self, service: str | bytes, first: Part, /, *rest: Part, timeout: float | None = None
    ) -> None:
        """Ask, and want no answer: it is done when the request is on its way.

        Whether it arrives, and what comes of it, is not known. The broker forgets what waits in its
        queues when the client is closed.

        Args:
            service: Whom to ask.
            first: The first frame; text travels as UTF-8.
            rest: More frames of the same request.
            timeout: Seconds to wait for a connection; the client's by default.

        Raises:
            BrokerGone: No broker can be reached.
            Timeout: The broker does not read.
            Closed: The client is closed.
            ValueError: The service's name is none.
        """
        ask = self._ask(service, (first, *rest), Want.NOTHING, timeout=timeout)
        async with self._crying:
            line = self._crier
            try:
                line.drop_replies()
                told = line.ask(ask)
                while not told:
                    told = await line.wait()
            except BaseException:
                line.end()
                raise
            for event in told:
                if isinstance(event, Failed):
                    raise error_of(ask, event)

    def close(self) -> None:
        """Close all connections; requests in flight end with `Closed`."""
        self._is_closed = True
        for line in (*self._lines, self._crier):
            line.close()
        self._free.clear()
        self._lines.clear()
        for future in self._waiting:
            if not future.done():
                future.set_exception(Closed("the client is closed"))
        self._waiting.clear()

    async def __aenter__(self) -> Self:
        """Close it at the end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        """Warn of connections that were left open."""
        crier = getattr(self, "_crier", None)
        if crier is not None and not self._is_closed and (self._lines or crier.is_open):
            warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)
            self.close()

    # Connections.

    async def _take(self, timeout: float) -> _Line:
        """Take a connection that is free, or wait for one."""
        if self._is_closed:
            raise Closed("the client is closed")
        if self._free:
            return self._free.pop()
        if len(self._lines) >= self._size:
            return await self._wait_for_line(timeout)
        line = _Line(self._machine(), self._sockets())
        self._lines.append(line)
        return line

    async def _wait_for_line(self, timeout: float) -> _Line:
        """Wait in turn for a connection that is given back."""
        future: asyncio.Future[_Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            async with asyncio.timeout(None if timeout == math.inf else timeout):
                return await asyncio.shield(future)
        except BaseException as error:
            if future.done() and not future.exception():
                self._give_back(future.result())  # it came too late for us
            future.cancel()
            if isinstance(error, TimeoutError) and not isinstance(error, ZMQError):
                raise no_place(self._size, timeout) from None
            raise

    def _sockets(self) -> Lines[Dealer]:
        return Lines({"DEALER": Dealer}, self._options, self._context)

    def _give_back(self, line: _Line) -> None:
        if self._is_closed:
            return
        line.end()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(line)
                return
        self._free.append(line)


class _Line:
    """One of a client's connections, driven by the task that waits for its answer."""

    __slots__ = ("_hand", "_machine", "_turn")

    def __init__(self, machine: Machine, sockets: Lines[Dealer]) -> None:
        """Begin without a connection."""
        self._machine = machine
        self._hand: Hand[ClientCommand, ClientEvent, Dealer] = Hand(
            machine, sockets, time.monotonic
        )
        self._turn = TaskTurn(self._hand)
        self._hand.start()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, or somebody tries to make one."""
        return self._hand.socket is not None

    def ask(self, ask: Ask) -> list[ClientEvent]:
        """Begin a request; return what is known of it already."""
        # The connection may have gone while nobody looked; a new one is made then.
        return self._hand.tell_changes() + self._hand.tell(ask)

    async def wait(self) -> list[ClientEvent]:
        """Wait for something to happen; return what is known then."""
        if self._hand.is_over:
            raise Closed("the client is closed")
        return await self._turn.wait()

    def drop_replies(self) -> None:
        """Drop what came for nobody."""
        socket = self._hand.socket
        while socket is not None and socket.try_recv() is not None:
            pass

    def end(self) -> None:
        """Have no request any more: one without an answer is given up, with its connection."""
        if not self._machine.is_free:
            self._hand.tell(GiveUp())

    def close(self) -> None:
        """Close the connection; what was sent on it may still leave."""
        self._hand.close(_LINGER)


_LINGER: Final = 1.0
"""Seconds that requests may take to leave whose answers nobody wants."""
