"""Sockets of a virtual world: DEALER and ROUTER, as machines see them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from zmq4._kit.machine import Down, Row, Up
from zmq4.testing._parcel import Parcel, octets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4._kit.machine import Spec
    from zmq4.testing._network import End, Network


class Owner(Protocol):
    """Who has sockets: a node or a scripted peer."""

    @property
    def name(self) -> str:
        """The place in the world."""
        ...

    def look(self, socket: VirtualSocket) -> None:
        """Learn that something is in the socket's inbox."""
        ...


class VirtualSocket:
    """A socket without a system."""

    __slots__ = (
        "_by_name",
        "_ends",
        "_limit",
        "_network",
        "_notice",
        "_turn",
        "_unsent",
        "inbox",
        "is_closed",
        "name",
        "owner",
        "spec",
    )

    def __init__(self, network: Network, owner: Owner, name: str, spec: Spec) -> None:
        """Open it: bind and connect, as ``spec`` says."""
        options = spec.options
        self._network = network
        self._ends: list[End] = []
        self._by_name: dict[bytes, End] = {}
        self._turn = 0
        self._unsent: deque[tuple[bytes, ...]] = deque()
        self._limit = options.get("send_hwm", _HWM)
        self._notice = options.get("notify")
        self.owner: Final = owner
        self.name: Final = name
        self.spec: Final = spec
        self.inbox: list[tuple[End | None, Parcel | Up | Down]] = []
        """What the owner has not taken yet, in the order of arrival."""
        self.is_closed = False
        for address in spec.bind:
            network.listen(self, address)
        for address in spec.connect:
            network.dial(self, address)

    @property
    def place(self) -> str:
        """Where it is."""
        return self.owner.name

    @property
    def is_connected(self) -> bool:
        """Whether there is anybody at the other side."""
        return bool(self._ends)

    @property
    def peers(self) -> list[bytes]:
        """The routing ids of those who are connected."""
        return [end.peer for end in self._ends]

    def send_all(self, rows: Sequence[Row]) -> list[Row]:
        """Send messages; return those for which there was no room, in their order."""
        if self.spec.type == "ROUTER":
            return [row for row in rows if not self.send(row)]
        for at, row in enumerate(rows):
            if not self.send(row):
                return [*rows[at:]]
        return []

    def send(self, row: Row) -> bool:
        """Send a message; tell whether there was room for it."""
        frames = octets_of(row)
        if self.spec.type == "ROUTER":
            end = self._by_name.get(frames[0])
            return end is None or self._pass_on(end, frames[1:])
        for _ in self._ends:
            self._turn += 1
            if self._pass_on(self._ends[self._turn % len(self._ends)], frames):
                return True
        if self._ends or (self._limit and len(self._unsent) >= self._limit):
            return False
        self._unsent.append(frames)
        return True

    def _pass_on(self, end: End, frames: tuple[bytes, ...]) -> bool:
        if self._limit and end.under_way >= self._limit + _HWM:
            return False
        end.send(frames)
        return True

    def take(self) -> list[Parcel | Up | Down]:
        """Take everything from the inbox."""
        taken, self.inbox = self.inbox, []
        for end, _ in taken:
            if end is not None:
                end.other.under_way -= 1
        return [item for _, item in taken]

    def close(self, *, silently: bool = False) -> None:
        """Close it; ``silently``, as a machine does that loses its power."""
        self.is_closed = True
        for end in self._ends:
            end.close(silently=silently)
        self._ends.clear()
        self._by_name.clear()
        self.inbox.clear()

    # What the network tells.

    def makes_way(self, name: bytes) -> bool:
        """Tell whether somebody of that routing id may connect."""
        taken = self._by_name.get(name)
        if taken is None:
            return True
        if not self.spec.options.get("handover"):
            return False
        taken.close()
        self.detach(taken)
        return True

    def attach(self, end: End) -> None:
        """Have a connection."""
        self._ends.append(end)
        if self.spec.type == "ROUTER":
            self._by_name[end.peer] = end
            if self._notice in {"connect", "both"}:
                self._put(None, Parcel([b""], end.peer))
        if self.spec.watch:
            self._put(None, Up(self.name))
        while self._unsent and self.spec.type == "DEALER":
            end.send(self._unsent.popleft())

    def detach(self, end: End) -> None:
        """Lose a connection."""
        if end not in self._ends:
            return
        self._ends.remove(end)
        if self.spec.type == "ROUTER":
            del self._by_name[end.peer]
            if self._notice in {"disconnect", "both"}:
                self._put(None, Parcel([b""], end.peer))
        if self.spec.watch:
            self._put(None, Down(self.name))

    def receive(self, end: End, frames: tuple[bytes, ...]) -> None:
        """Have a message arrive."""
        sender = end.peer if self.spec.type == "ROUTER" else None
        self._put(end, Parcel(frames, sender))

    def _put(self, end: End | None, item: Parcel | Up | Down) -> None:
        self.inbox.append((end, item))
        self.owner.look(self)

    def __repr__(self) -> str:
        return f"<{self.spec.type} {self.name!r} of {self.owner.name!r}>"


_HWM: Final = 1000
"""Messages that each side's queue takes, as sockets have it by default."""
