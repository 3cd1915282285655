"""The contract of protocol machines: events and the time go in, effects come out.

A machine is a protocol without its world. It never sees a socket, a clock or a thread; a uuid or a
source of chance is an argument of its constructor. A driver (`zmq4._kit.drive`) feeds it what
happens and does what it returns; `zmq4.testing.World` does the same in virtual time.

```text
 Start, Received, Up, Down, Refused, Tick ──┐                       ┌──▶ Open, Shut, Send
 commands of the protocol's own ────────────┼──▶ handle(event, now) ┼──▶ Deliver
                                            │    deadline()         └──▶ Finish
```

Sockets are named by strings that the machine chooses. Three laws hold for every machine, and one
test module checks them: after a `Tick` at its deadline the deadline has moved; time never runs
backwards inside, whatever it is told; and whatever frames arrive, it returns and never raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Generic,
    Literal,
    Protocol,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    overload,
)

from zmq4.options import SocketOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4.types import Part

Command = TypeVar("Command", contravariant=True)  # noqa: PLC0105 (reads better in signatures)
"""What a face may ask of a machine: values of the protocol's own."""

Event = TypeVar("Event", covariant=True)  # noqa: PLC0105 (reads better in signatures)
"""What a machine tells its face: values of the protocol's own."""

Row: TypeAlias = "Sequence[Part]"
"""One message to be sent, as `send_many` takes it: on a ROUTER a routing id, then the frames."""


class Identified(Protocol):
    """What a machine may know of whoever sent a message; `zmq4.Peer` is one."""

    @property
    def address(self) -> str:
        """Where it is."""
        ...

    @property
    def user_id(self) -> str | None:
        """The user that it was authenticated as."""
        ...


class Inbound(Protocol):
    """A message as a machine sees it: frames, and where they came from. `zmq4.Message` is one."""

    def __len__(self) -> int:
        """Count the frames."""
        ...

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> bytes: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[bytes]: ...

    @property
    def sender(self) -> bytes | None:
        """The routing id of the sender, on messages from a ROUTER."""
        ...

    @property
    def peer(self) -> Identified | None:
        """Who sent it, as the handshake told."""
        ...


# ── What goes in ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Start:
    """The first event of every machine."""


@dataclass(frozen=True, slots=True)
class Received:
    """Messages arrived, as many as there were: one event for a whole batch."""

    socket: str
    messages: Sequence[Inbound]


@dataclass(frozen=True, slots=True)
class Up:
    """A socket with `Spec.watch` has a connection: a peer completed the handshake."""

    socket: str


@dataclass(frozen=True, slots=True)
class Down:
    """A socket with `Spec.watch` lost its connection; it goes on trying by itself.

    What it had queued is kept for the next connection, as sockets do. A machine that does not want
    that shuts the socket and opens another.
    """

    socket: str


@dataclass(frozen=True, slots=True)
class Refused:
    """These rows of a `Send` were not sent: their peer does not read, and its queue is full.

    What is for peers of a ROUTER that are not there is dropped without a word.
    """

    socket: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Tick:
    """The time that `deadline` named has come; it may come early, late, or for nothing."""


# ── What comes out ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Spec:
    """What socket a machine wants."""

    type: Literal["DEALER", "ROUTER"]
    bind: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    options: SocketOptions = field(default_factory=SocketOptions)
    """See `zmq4.SocketOptions`; the driver adds its own, as `security`."""
    watch: bool = False
    """Whether `Up` and `Down` are wanted."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a socket under a name that no open socket has."""

    socket: str
    spec: Spec


@dataclass(frozen=True, slots=True)
class Shut:
    """Close a socket; what it was sent before may leave within ``linger`` seconds.

    Nothing is heard of it any more, and its name is free again.
    """

    socket: str
    linger: float = 0.0


@dataclass(frozen=True, slots=True)
class Send:
    """Send these messages in this order, without waiting; see `Refused`."""

    socket: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Deliver(Generic[Event]):
    """Tell the face."""

    event: Event


@dataclass(frozen=True, slots=True)
class Finish:
    """It is over: the driver closes what is open, after what it was sent had ``linger`` seconds.

    The machine gets no further event.
    """

    linger: float = 0.0


Input: TypeAlias = Start | Received | Up | Down | Refused | Tick
"""What every machine is told."""

Output: TypeAlias = Open | Shut | Send | Deliver[Event] | Finish
"""What every machine asks for."""


class Machine(Protocol[Command, Event]):
    """A protocol as a pure state machine."""

    def handle(self, event: Input | Command, now: float) -> Sequence[Output[Event]]:
        """Take an event at a time, in seconds of a clock that never goes back.

        Returns:
            What is to be done, in this order.
        """
        ...

    def deadline(self) -> float:
        """Return when the machine wants its next `Tick` at the latest; infinity if never."""
        ...
