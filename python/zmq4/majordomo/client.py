"""The client for threads: any number of requests at once, each on a connection of its own."""

from __future__ import annotations

import threading
import time
import warnings
from typing import TYPE_CHECKING, Final

from zmq4._kit.drive.lines import Lines
from zmq4._native import LoopSignal, Message, poll
from zmq4._kit.drive.hand import Hand
from zmq4._kit.machine import Received
from zmq4._pipeline import Dealer
from zmq4.error import Closed
from zmq4.majordomo.calls import Answer, Ask, ClientCommand, ClientEvent, Failed, GiveUp, Piece, Want
from zmq4.majordomo.error import addresses_of, error_of, no_place
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client as Machine
from zmq4.majordomo.messages import dialect_of, service_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self, Unpack

    from zmq4._native import Context
    from zmq4.majordomo.messages import Version
    from zmq4.options import SocketOptions
    from zmq4.types import Part


class Client:
    """Asks services for what they do.

    ```python
    with zmq4.majordomo.Client("tcp://10.0.0.7:5555") as client:
        print(client.request("echo", "hello", timeout=2, retries=3).text)
    ```

    Any number of threads may use one. A request has a connection of its own while it is in flight,
    taken from a pool, for the protocol does not number requests; one that is given up takes its
    connection with it, so that a late reply is never taken for another's.
    """

    def __init__(self, broker: str | Sequence[str], **settings: Unpack[ClientSettings]) -> None:
        """Connect to nothing yet: that is done by the first request.

        Args:
            broker: The broker's address, or those of several, of which the first that is there is
                used, and the next when a try fails.
            settings: See `ClientSettings`.

        Raises:
            ValueError: There is no address or no connection, or a number is out of range.
        """
        super().__init__(broker, **settings)
        self._free: list[Line] = []
        self._lines: list[Line] = []
        self._crier: Line | None = None
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
            while True:
                for event in line.ask(ask):
                    if isinstance(event, Answer):
                        return Message(*event.body)
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
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
            is_over = False
            while not is_over:
                for event in line.ask(ask):
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
                    is_over = isinstance(event, Answer)
                    if event.body:
                        yield Message(*event.body)
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
            if self._is_closed:
                raise Closed("the client is closed")
            if self._crier is None:
                self._crier = self._make_line()
            self._crier.forget_replies()
            is_sent = False
            while not is_sent:
                for event in self._crier.ask(ask):
                    if isinstance(event, Failed):
                        raise error_of(ask, event)
                    is_sent = True

    def close(self) -> None:
        """Close all connections; requests in flight end with `Closed`."""
        with self._change:
            self._is_closed = True
            for line in self._lines:
                line.close()
            self._free.clear()
            self._change.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_lines", None) and not self._is_closed:
            warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)
            self.close()

    # Connections.

    def _take(self, timeout: float) -> _Line:
        """Take a connection that is free, or wait for one."""
        with self._change:
            has_place = self._change.wait_for(self._has_place, timeout)
            if self._is_closed:
                raise Closed("the client is closed")
            if not has_place:
                raise no_place(self._size, timeout)
            return self._free.pop() if self._free else self._make_line()

    def _has_place(self) -> bool:
        return bool(self._free) or len(self._lines) < self._size or self._is_closed

    def _make_line(self) -> Line:
        line = Line(self._machine(), Lines({"DEALER": Dealer}, self._options, self._context))
        self._lines.append(line)
        return line

    def _give_back(self, line: _Line) -> None:
        line.end()
        with self._change:
            if not self._is_closed:
                self._free.append(line)
                self._change.notify()
