"""The client for threads: any number of requests at once, each on a connection of its own."""

from __future__ import annotations

import threading
import time
import warnings
from typing import TYPE_CHECKING

from zmq4._kit.drive.hand import Hand
from zmq4._kit.drive.lines import Lines
from zmq4._kit.drive.thread_turn import ThreadTurn
from zmq4._native import Message
from zmq4._pipeline import Dealer
from zmq4.error import Closed
from zmq4.majordomo.asking import ClientBase
from zmq4.majordomo.calls import Answer, Failed, GiveUp, Want
from zmq4.majordomo.error import error_of, no_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from zmq4.majordomo.calls import Ask, ClientCommand, ClientEvent
    from zmq4.majordomo.machine.client import Client as Machine
    from zmq4.types import Part


class Client(ClientBase):
    """Asks services for what they do.

    ```python
    with zmq4.majordomo.Client("tcp://10.0.0.7:5555") as client:
        print(client.request("echo", "hello", timeout=2, retries=3).text)
    ```

    Any number of threads may use one. A request has a connection of its own while it is in flight,
    taken from a pool, for the protocol does not number requests; one that is given up takes its
    connection with it, so that a late reply is never taken for another's.
    """

    def _begin(self) -> None:
        self._free: list[_Line] = []
        self._lines: list[_Line] = []
        self._crier = _Line(self._machine(), self._sockets())
        """Where requests go whose answers nobody wants."""
        self._crying = threading.Lock()
        self._change = threading.Condition()

    def request(
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
        line = self._take(ask.timeout)
        try:
            told = line.ask(ask)
            while True:
                for event in told:
                    if isinstance(event, Answer):
                        return Message(*event.body)
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
                told = line.wait()
        finally:
            self._give_back(line)

    def stream(
        self,
        service: str | bytes,
        first: Part,
        /,
        *rest: Part,
        timeout: float | None = None,
        retries: int | None = None,
        limit: float | None = None,
        wait: bool = True,
    ) -> Iterator[Message]:
        """Ask, and take each part of the answer when it comes.

        Nothing is asked before the first part is wanted. Who stops early closes the iterator; its
        connection goes with it.

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
        line = self._take(ask.timeout)
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
                told = line.wait()
        finally:
            self._give_back(line)

    def send(
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
        with self._crying:
            line = self._crier
            try:
                line.drop_replies()
                told = line.ask(ask)
                while not told:
                    told = line.wait()
            except BaseException:
                line.end()
                raise
            for event in told:
                if isinstance(event, Failed):
                    raise error_of(ask, event)
            if self._is_closed:
                line.close()

    def close(self) -> None:
        """Close all connections; requests in flight end with `Closed`."""
        with self._change:
            self._is_closed = True
            for line in self._free:
                line.close()
            self._free.clear()
            for line in self._lines:
                line.interrupt()
            self._lines.clear()
            self._change.notify_all()
        self._crier.interrupt()
        if self._crying.acquire(blocking=False):
            self._crier.close()
            self._crying.release()

    def __enter__(self) -> Self:
        """Close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        """Warn of connections that were left open."""
        if not self._is_closed and self._has_lines():
            warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)
            self.close()

    # Connections.

    def _has_lines(self) -> bool:
        return bool(getattr(self, "_lines", None)) or self._crier.is_open

    def _take(self, timeout: float) -> _Line:
        """Take a connection that is free, or wait for one."""
        with self._change:
            has_place = self._change.wait_for(self._has_place, timeout)
            if self._is_closed:
                raise Closed("the client is closed")
            if not has_place:
                raise no_place(self._size, timeout)
            if self._free:
                return self._free.pop()
            line = _Line(self._machine(), self._sockets())
            self._lines.append(line)
            return line

    def _has_place(self) -> bool:
        return bool(self._free) or len(self._lines) < self._size or self._is_closed

    def _sockets(self) -> Lines[Dealer]:
        return Lines({"DEALER": Dealer}, self._options, self._context)

    def _give_back(self, line: _Line) -> None:
        line.end()
        with self._change:
            if not self._is_closed:
                self._free.append(line)
                self._change.notify()
                return
        line.close()


class _Line:
    """One of a client's connections, driven by the thread that waits for its answer."""

    __slots__ = ("_hand", "_is_interrupted", "_machine", "_turn")

    def __init__(self, machine: Machine, sockets: Lines[Dealer]) -> None:
        """Begin without a connection."""
        self._machine = machine
        self._hand: Hand[ClientCommand, ClientEvent, Dealer] = Hand(
            machine, sockets, time.monotonic
        )
        self._turn = ThreadTurn(self._hand)
        self._is_interrupted = False
        self._hand.start()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, or somebody tries to make one."""
        return self._hand.socket is not None

    def ask(self, ask: Ask) -> list[ClientEvent]:
        """Begin a request; return what is known of it already."""
        # The connection may have gone while nobody looked; a new one is made then.
        return self._hand.tell_changes() + self._hand.tell(ask)

    def wait(self) -> list[ClientEvent]:
        """Wait for something to happen; return what is known then."""
        if self._is_interrupted:
            raise Closed("the client is closed")
        return self._turn.wait()

    def drop_replies(self) -> None:
        """Drop what came for nobody."""
        socket = self._hand.socket
        while socket is not None and not socket.closed and socket.recv_many(timeout=0):
            pass

    def end(self) -> None:
        """Have no request any more: one without an answer is given up, with its connection."""
        if not self._machine.is_free:
            self._hand.tell(GiveUp())

    def interrupt(self) -> None:
        """End the wait of another thread."""
        self._is_interrupted = True
        socket = self._hand.socket
        if socket is not None:
            socket.close(0)

    def close(self) -> None:
        """Close the connection; what was sent on it may still leave."""
        self._hand.close(_LINGER)


_LINGER = 1.0
"""Seconds that requests may take to leave whose answers nobody wants."""
