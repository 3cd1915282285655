"""The network of a virtual world: who reaches whom, how long it takes, and what gets lost.

A link is a connection as TCP makes it: each direction keeps its order. A cut holds what is under
way; when it heals soon, everything arrives late, and when it does not, both ends give the link up,
each in its own time, as heartbeats or the system would make them.
"""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING, Final

from zmq4.options import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from zmq4.testing._clock import ManualClock
    from zmq4.testing._socket import VirtualSocket


class Agenda:
    """What is to happen, in the order of time, and of being entered where times are equal."""

    def __init__(self, clock: ManualClock) -> None:
        """Begin with nothing to do."""
        self._clock = clock
        self._numbers = itertools.count()
        self._entries: list[tuple[float, int, Callable[[], None]]] = []

    def enter(self, instant: float, action: Callable[[], None]) -> None:
        """Have something happen at an instant, or at once if that is over."""
        entry = (max(instant, self._clock()), next(self._numbers), action)
        heapq.heappush(self._entries, entry)

    @property
    def next_instant(self) -> float | None:
        """When the next thing happens; None if nothing will."""
        return self._entries[0][0] if self._entries else None

    def take(self) -> Callable[[], None]:
        """Take the next thing and let the time come for it."""
        instant, _, action = heapq.heappop(self._entries)
        self._clock.advance_to(instant)
        return action


class Network:
    """All links of a world.

    Args:
        clock: The world's.
        agenda: Where arrivals are entered.
        random: Where delays and losses come from.
        latency: Bounds of the time that a message takes, in seconds.
        loss: The share of messages that get lost.
        breaks: The share of messages at which their link breaks.
        duplicate: The share of messages that arrive twice.
        patience: Seconds that a link outlives a cut.
    """

    def __init__(
        self,
        clock: ManualClock,
        agenda: Agenda,
        random: Random,
        *,
        latency: tuple[float, float],
        loss: float,
        breaks: float,
        duplicate: float,
        patience: float,
    ) -> None:
        """Begin with nobody connected."""
        self.clock: Final = clock
        self.agenda: Final = agenda
        self.random: Final = random
        self.latency = latency
        self.loss = loss
        self.breaks = breaks
        self.losses: dict[str, float] = {}
        """The shares of places that have others than the rest."""
        self.duplicate = duplicate
        self.patience = patience
        self.lost = 0
        self._listening: dict[str, VirtualSocket] = {}
        self._sides: list[frozenset[str]] = []
        self._ends: set[End] = set()
        self._names = itertools.count(1)

    # Who is there.

    def listen(self, socket: VirtualSocket, address: str) -> None:
        """Bind an address.

        Raises:
            ValueError: Another socket has it: the world is set up wrongly.
        """
        holder = self._listening.get(address)
        if holder is not None and not holder.is_closed:
            raise ValueError(f"{address} is bound by {holder!r}")
        self._listening[address] = socket

    def dial(self, socket: VirtualSocket, address: str, attempt: int = 0) -> None:
        """Connect to an address, at the latest attempt's turn and then again and again."""
        delay = self.delay()
        if attempt:
            backoff = socket.spec.options.get("reconnect") or Backoff(0.1)
            wait = min(backoff.max, backoff.initial * 2.0 ** min(attempt - 1, _MAX_DOUBLINGS))
            delay += wait * (1 + backoff.jitter * (2 * self.random.random() - 1))
        instant = self.clock() + delay
        self.agenda.enter(instant, lambda: self._attempt(socket, address, attempt))

    def _attempt(self, socket: VirtualSocket, address: str, attempt: int) -> None:
        if socket.is_closed:
            return
        other = self._listening.get(address)
        is_there = other is not None and not other.is_closed
        if other is None or not is_there or not self.reaches(socket.place, other.place):
            self.dial(socket, address, attempt + 1)
            return
        routing_id = socket.spec.options.get("routing_id") or self._new_name()
        if not other.makes_way(routing_id):
            self.dial(socket, address, attempt + 1)
            return
        near = End(self, socket, other.spec.options.get("routing_id") or self._new_name(), address)
        far = End(self, other, routing_id, None)
        near.other, far.other = far, near
        self._ends |= {near, far}
        far.socket.attach(far)
        near.socket.attach(near)

    def _new_name(self) -> bytes:
        """Make a routing id as the library does: five octets, the first zero."""
        return b"\0" + next(self._names).to_bytes(4, "big")

    # Who reaches whom.

    def reaches(self, one: str, other: str) -> bool:
        """Tell whether anything passes between two places."""
        return not any((one in side) is not (other in side) for side in self._sides)

    def loses(self, one: str, other: str) -> bool:
        """Tell whether a message between two places gets lost."""
        share = self.loss
        if self.losses:
            share = max(self.losses.get(one, share), self.losses.get(other, share))
        return share > 0 and self.random.random() < share

    def cut(self, side: Iterable[str]) -> None:
        """Let nothing pass between these places and the others."""
        self._sides.append(frozenset(side))
        for end in self._in_order():
            if not self.reaches(end.socket.place, end.other.socket.place):
                self.begin_to_doubt(end)

    def heal(self) -> None:
        """Let everything pass again, what was held first."""
        self._sides.clear()
        for end in self._in_order():
            if end.other.is_open:
                end.doubt = None
            if end.held:
                self.agenda.enter(self.clock() + self.delay(), end.thaw)

    def begin_to_doubt(self, end: End) -> None:
        """Begin to lose patience with an end that hears nothing any more."""
        if end.doubt is not None:
            return
        doubt = end.doubt = object()
        wait = self.patience * (0.8 + 0.4 * self.random.random())
        self.agenda.enter(self.clock() + wait, lambda: self._lose_patience(end, doubt))

    def _lose_patience(self, end: End, doubt: object) -> None:
        if end.doubt is doubt and end.is_open:
            end.close()
            end.lose()

    def _in_order(self) -> list[End]:
        """Return the ends in an order that is the same in every run."""
        return sorted(self._ends, key=lambda end: end.number)

    def forget(self, end: End) -> None:
        """Drop an end that is gone on both sides."""
        self._ends.discard(end)

    # How long it takes.

    def delay(self) -> float:
        """Draw the time that a message takes."""
        low, high = self.latency
        return low + (high - low) * self.random.random()


class End:
    """One side of a link, as its socket has it."""

    __slots__ = (
        "_clear_at",
        "_has_fallen",
        "_network",
        "address",
        "doubt",
        "held",
        "is_open",
        "number",
        "other",
        "peer",
        "socket",
        "under_way",
    )

    other: End

    def __init__(
        self, network: Network, socket: VirtualSocket, peer: bytes, address: str | None
    ) -> None:
        """Make one side; the other follows."""
        self._network = network
        self._clear_at = 0.0
        self._has_fallen = False
        """Whether nothing that is sent now arrives."""
        self.number: Final = next(_numbers)
        self.socket: Final = socket
        self.peer: Final = peer
        """The routing id of whoever is on the other side."""
        self.address: Final = address
        """What was dialled; None on the side that listens."""
        self.is_open = True
        self.doubt: object | None = None
        """Stands for the time since a cut or a silent death; None while all is well."""
        self.held: list[tuple[bytes, ...] | None] = []
        """What a cut keeps from arriving here; None is the end of the link."""
        self.under_way = 0
        """Messages that were sent from here and not yet taken there."""

    def send(self, frames: tuple[bytes, ...]) -> None:
        """Send a message to the other side."""
        network = self._network
        if self._has_fallen:
            return
        if network.loses(self.socket.place, self.other.socket.place):
            network.lost += 1
            return
        if network.breaks and network.random.random() < network.breaks:
            network.lost += 1
            self.fall()
            return
        self.under_way += 1
        self.transmit(frames)
        if network.duplicate and network.random.random() < network.duplicate:
            self.under_way += 1
            self.transmit(frames)

    def transmit(self, frames: tuple[bytes, ...] | None) -> None:
        """Have a message, or the end of the link, arrive in its turn."""
        network = self._network
        self._clear_at = max(self._clear_at, network.clock() + network.delay())
        other = self.other
        network.agenda.enter(self._clear_at, lambda: other.arrive(frames))

    def arrive(self, frames: tuple[bytes, ...] | None) -> None:
        """Take what the other side sent."""
        if not self.is_open:
            return
        if self.held or not self._network.reaches(self.socket.place, self.other.socket.place):
            self.held.append(frames)
        elif frames is None:
            self.drop()
        else:
            self.socket.receive(self, frames)

    def thaw(self) -> None:
        """Take what a cut has held; what comes meanwhile is behind it."""
        if self._network.reaches(self.socket.place, self.other.socket.place):
            held, self.held = self.held, []
            for frames in held:
                self.arrive(frames)

    def close(self, *, silently: bool = False) -> None:
        """End the link from this side; the other learns of it, or loses its patience."""
        self.is_open = False
        self._network.forget(self)
        if silently:
            self._network.begin_to_doubt(self.other)
        else:
            self.transmit(None)

    def fall(self) -> None:
        """Break the link: both sides lose it soon, and with it what is under way."""
        network = self._network
        for end in (self, self.other):
            end._has_fallen = True  # noqa: SLF001 (it is the other half of this link)
            instant = network.clock() + network.delay()
            network.agenda.enter(instant, end.drop)

    def drop(self) -> None:
        """Lose the link on this side, and let nothing arrive on the other."""
        if self.is_open:
            self.is_open = False
            self._network.forget(self)
            self.lose()

    def lose(self) -> None:
        """Tell the socket that the link is gone; the side that dialled dials again."""
        self.socket.detach(self)
        if self.address is not None and not self.socket.is_closed:
            self._network.dial(self.socket, self.address, 1)


_MAX_DOUBLINGS: Final = 32

_numbers: Final = itertools.count()
