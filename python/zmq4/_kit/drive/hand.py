"""The hand of a machine: does what it asks for, in whatever thread or task calls.

A machine that has one socket at a time needs no driver beside the program: whoever waits for a
message of its drives it, and what arrives is worked on where it is wanted, without a hand-over
between threads. A hand never waits; several threads may share one under a lock of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from zmq4._kit.machine import Deliver, Finish, Open, Refused, Send, Shut, Start, Tick, Up
from zmq4.error import Closed, ContextTerminated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4._kit.drive.lines import Lines, Opened
    from zmq4._kit.machine import Input, Machine, Output
    from zmq4._native import EventStream
    from zmq4.types import Part

    class Writable(Opened, Protocol):
        """What a hand needs of the sockets of both faces."""

        def try_send(self, first: Part, /, *rest: Part) -> bool: ...


Command = TypeVar("Command")
Event = TypeVar("Event")
S = TypeVar("S", bound="Writable")


class Hand(Generic[Command, Event, S]):
    """A machine with one socket at a time, and that socket.

    Args:
        machine: What asks.
        lines: How sockets are opened.
        clock: Seconds that never go back.
    """

    __slots__ = ("_lines", "_machine", "clock", "is_over", "is_up", "name", "socket", "stream")

    def __init__(
        self, machine: Machine[Command, Event], lines: Lines[S], clock: Callable[[], float]
    ) -> None:
        """Begin at rest; see `start`."""
        self._machine = machine
        self._lines = lines
        self.clock = clock
        self.name = ""
        """What the machine calls its socket."""
        self.socket: S | None = None
        """The machine's socket, if it has one."""
        self.stream: EventStream | None = None
        """What happens to the socket's connection."""
        self.is_up = False
        """Whether the socket was connected when somebody looked last."""
        self.is_over = False
        """Whether the machine has finished."""

    def start(self) -> list[Event]:
        """Take the machine's first step."""
        return self.tell(Start())

    def tell(self, event: Input | Command) -> list[Event]:
        """Have the machine take an event, and do what follows from it.

        Returns:
            What it delivers.

        Raises:
            ZMQError: A socket could not be opened.
        """
        delivered: list[Event] = []
        if not self.is_over:
            self._perform(self._machine.handle(event, self.clock()), delivered)
        return delivered

    def tell_changes(self) -> list[Event]:
        """Tell the machine what has become of its connection since the last time."""
        delivered: list[Event] = []
        if self.stream is not None and self.stream.has_next():
            for change in self._lines.changes(self.name):
                self.is_up = isinstance(change, Up)
                delivered += self.tell(change)
        return delivered

    def tick_if_due(self) -> list[Event]:
        """Tell the machine that its time has come, if it has."""
        return self.tell(Tick()) if self.clock() >= self._machine.deadline() else []

    def deadline(self) -> float:
        """Return when the machine wants its next `Tick`."""
        return self._machine.deadline()

    def close(self, linger: float = 0.0) -> None:
        """End it without asking the machine."""
        self.is_over = True
        self._lines.shut_all(linger)
        self._forget_socket()

    def _perform(self, outputs: Sequence[Output[Event]], delivered: list[Event]) -> None:
        for output in outputs:
            match output:
                case Send():
                    self._send(output, delivered)
                case Deliver():
                    delivered.append(output.event)
                case Open():
                    self._open(output)
                case Shut():
                    if output.socket in self._lines.sockets:
                        self._lines.shut(output.socket, output.linger)
                    self._forget_socket()
                case Finish():
                    self.close(output.linger)

    def _open(self, output: Open) -> None:
        if self.socket is not None:
            raise RuntimeError("a hand holds one socket at a time")
        socket = self._lines.open(output.socket, output.spec)
        self.name, self.socket = output.socket, socket
        self.stream = self._lines.streams.get(output.socket)

    def _forget_socket(self) -> None:
        self.name, self.socket, self.stream, self.is_up = "", None, None, False

    def _send(self, output: Send, delivered: list[Event]) -> None:
        socket = self.socket
        if socket is None:
            return  # closed by the program, or with the context
        rows = output.rows
        for at, row in enumerate(rows):
            try:
                if socket.try_send(*row):
                    continue
            except (Closed, ContextTerminated):
                return  # whoever waits there learns of it
            refused = Refused(output.socket, rows[at:])
            self._perform(self._machine.handle(refused, self.clock()), delivered)
            return
