"""What a scenario is: one kind of traffic between two sides."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Self


class Shape(Enum):
    """How the messages of a scenario are made, sent and received."""

    STREAM = "stream"
    """PUSH to PULL, one call a message on both sides."""

    BATCHES = "batches"
    """PUSH to PULL by batches where the library has them, else as ``STREAM``."""

    BATCHES_READ = "batches-read"
    """As ``BATCHES``, and the receiver looks at every message's content."""

    FRAMES = "frames"
    """PUSH to PULL, three frames a message, every frame touched by the receiver."""

    ASYNC_STREAM = "async-stream"
    """PUSH to PULL under asyncio, one await a message on both sides."""

    PAIR_ROUND_TRIPS = "pair-round-trips"
    """PAIR to PAIR and back, one message in flight."""

    DEALER_ROUND_TRIPS = "dealer-round-trips"
    """DEALER to DEALER and back, one message in flight."""

    REQ_ROUND_TRIPS = "req-round-trips"
    """REQ to REP and back, one message in flight."""

    ROUTER_ROUND_TRIPS = "router-round-trips"
    """DEALER to ROUTER and back, one message in flight."""

    FAN_OUT = "fan-out"
    """A publisher to ``peers`` subscribers without water marks; each gets every message."""

    TOPICS = "topics"
    """A publisher to one subscriber with ``peers`` topics; each message matches one of them."""

    CROWD = "crowd"
    """``peers`` DEALERs of one process to a ROUTER and back, one message in flight each."""

    HANDSHAKES = "handshakes"
    """DEALERs one after the other connect to a ROUTER, are answered once, and leave."""

    @property
    def is_round_trips(self) -> bool:
        """Whether the scenario measures latency rather than throughput."""
        return self in {
            Shape.PAIR_ROUND_TRIPS,
            Shape.DEALER_ROUND_TRIPS,
            Shape.REQ_ROUND_TRIPS,
            Shape.ROUTER_ROUND_TRIPS,
        }


class Transport(Enum):
    """What lies between the two sides."""

    TCP = "tcp"
    IPC = "ipc"
    INPROC = "inproc"
    """Two threads of one process; the other transports have a process a side."""


class Role(Enum):
    """Which part of a scenario a process plays."""

    SENDER = "sender"
    """Binds, and sends; in round trips it sends first and holds the watch."""

    RECEIVER = "receiver"
    """Connects, receives, and holds the watch; in round trips it echoes."""

    BOTH = "both"
    """Plays both roles in two threads (inproc)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of traffic.

    Args:
        name: What the command line and the table call it.
        shape: How messages are sent and received.
        size: Octets in a message, or in each frame of ``Shape.FRAMES``.
        transport: What lies between the sides.
        hwm: High-water mark of both sides in messages; ``None`` leaves the default, 1000.
        peers: How many subscribers, topics or dealers there are, where the shape has many.
        without: Libraries that do not come to the end of it.
        curve: Whether it is encrypted: who binds is CURVE's server, and lets every key in.
    """

    name: str
    shape: Shape
    size: int
    transport: Transport = Transport.TCP
    hwm: int | None = None
    peers: int = 1
    without: tuple[str, ...] = ()
    curve: bool = False

    @property
    def roles(self) -> tuple[Role, ...]:
        """The processes of the scenario; the one that binds comes first."""
        if self.transport is Transport.INPROC:
            return (Role.BOTH,)
        return (Role.SENDER, Role.RECEIVER)

    @property
    def timekeeper(self) -> Role:
        """The process whose watch counts: the first and the last message pass through it."""
        if self.transport is Transport.INPROC:
            return Role.BOTH
        asks = self.shape.is_round_trips and self.shape is not Shape.ROUTER_ROUND_TRIPS
        return Role.SENDER if asks else Role.RECEIVER

    @property
    def body(self) -> bytes:
        """What is sent: never zeros, whose untouched memory would be one cached page."""
        return (OCTETS * (1 + self.size // len(OCTETS)))[: self.size]

    @property
    def probe_count(self) -> int:
        """Messages in the first, unmeasured lap: few enough for the slowest library."""
        if self.size >= MEBIBYTE:
            return 20
        if self.shape is Shape.CROWD:
            return self.peers
        is_slow = self.shape.is_round_trips or self.shape is Shape.HANDSHAKES
        return 100 if is_slow else 1000

    @property
    def most(self) -> int:
        """The most messages in a lap: without water marks all of them may lie in memory."""
        if self.shape in {Shape.FAN_OUT, Shape.TOPICS}:
            return 1_000_000 // (self.peers if self.shape is Shape.FAN_OUT else 1)
        if self.shape is Shape.HANDSHAKES:
            return 10_000  # each leaves a port behind for a minute
        return 50_000_000

    def spell(self) -> str:
        """Write the scenario as text, for a worker's command line."""
        return json.dumps(asdict(self), default=lambda choice: choice.value)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read back what :meth:`spell` wrote."""
        match json.loads(text):
            case {
                "name": str(name),
                "shape": str(shape),
                "size": int(size),
                "transport": str(transport),
                "hwm": hwm,
                "peers": int(peers),
                "curve": bool(curve),
                **_others,
            } if hwm is None or isinstance(hwm, int):
                way = Transport(transport)
                return cls(name, Shape(shape), size, way, hwm, peers, curve=curve)
            case _:
                raise ValueError(text)


MEBIBYTE = 1 << 20
OCTETS = bytes(range(256))
