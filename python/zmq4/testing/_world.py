"""The virtual world: places, a network between them, and time that jumps from event to event."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, Literal, TypeVar, Unpack

from zmq4._kit.machine import Spec
from zmq4.testing._clock import ManualClock
from zmq4.testing._network import Agenda, Network
from zmq4.testing._node import Node
from zmq4.testing._scripted_peer import ScriptedPeer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zmq4._kit.machine import Machine
    from zmq4.options import SocketOptions

Command = TypeVar("Command")
Event = TypeVar("Event")


class World:
    """Machines and scripted peers, in time and space that a seed makes.

    What can go wrong between machines goes wrong here, in no time and again whenever wanted:
    messages late or lost, connections that break, machines that die, stop, or come back.

    Args:
        seed: Where all chance comes from.
        latency: Seconds that a message takes, or the bounds of it. A connection keeps its order.
        loss: The share of messages that get lost, as if a queue had been full.
        breaks: The share of messages at which their connection breaks, and what is under way is
            lost.
        duplicate: The share of messages that arrive twice; no connection does this, beacons do.
        patience: About how many seconds a connection outlives a cut, as heartbeats would have it.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        latency: float | tuple[float, float] = (0.0002, 0.002),
        loss: float = 0.0,
        breaks: float = 0.0,
        duplicate: float = 0.0,
        patience: float = 15.0,
    ) -> None:
        """Begin at time 0, with nobody there."""
        self.clock: Final = ManualClock()
        """The time of the world; that of a node may be ahead of it."""
        self.random: Final = Random(seed)  # noqa: S311 (chance that can be had again is the point)
        """The world's chance, for whoever plays in it."""
        self._agenda = Agenda(self.clock)
        self._network = Network(
            self.clock,
            self._agenda,
            self.random,
            latency=latency if isinstance(latency, tuple) else (latency, latency),
            loss=loss,
            breaks=breaks,
            duplicate=duplicate,
            patience=patience,
        )
        self._names: set[str] = set()

    # Who is there.

    def add(
        self,
        name: str,
        make: Callable[[], Machine[Command, Event]],
        *,
        hear: Callable[[Event], None] | None = None,
    ) -> Node[Command, Event]:
        """Start a machine.

        Args:
            name: The name of its place.
            make: Makes it, and makes another after each restart.
            hear: Called with each event that it delivers; they are in `Node.events` too.
        """
        self._take_name(name)
        return Node(self._network, name, make, hear)

    def peer(
        self,
        name: str,
        type: Literal["DEALER", "ROUTER"] = "DEALER",  # noqa: A002 (reads well at the call)
        *,
        bind: str | None = None,
        connect: str | None = None,
        **options: Unpack[SocketOptions],
    ) -> ScriptedPeer:
        """Add a peer that follows a script.

        Args:
            name: The name of its place.
            type: What socket it has.
            bind: Where it listens.
            connect: Where it connects to.
            options: See `zmq4.SocketOptions`; those that a world has no use for change nothing.
        """
        self._take_name(name)
        spec = Spec(
            type,
            bind=(bind,) if bind is not None else (),
            connect=(connect,) if connect is not None else (),
            options=options,
        )
        return ScriptedPeer(self._network, self.run_until, name, spec)

    def _take_name(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"there is a {name!r} already")
        self._names.add(name)

    # What goes wrong.

    def lose(self, share: float, *names: str) -> None:
        """Lose a share of the messages from now on: of all, or of those from and to some places."""
        if not names:
            self._network.loss = share
            self._network.losses.clear()
        for name in names:
            self._network.losses[name] = share

    def break_connections(self, share: float) -> None:
        """Break connections from now on, each at such a share of its messages."""
        self._network.breaks = share

    @property
    def lost(self) -> int:
        """Messages that got lost so far."""
        return self._network.lost

    def cut(self, *names: str) -> None:
        """Let nothing pass between these places and all others, until `heal`.

        What is under way arrives late, or never if a connection loses its patience before.
        """
        self._network.cut(names)

    def partition(self, *sides: Iterable[str]) -> None:
        """Let nothing pass between sides, nor between them and all others, until `heal`."""
        for side in sides:
            self._network.cut(side)

    def heal(self) -> None:
        """Let everything pass again."""
        self._network.heal()

    # Time.

    def at(self, instant: float, action: Callable[[], None]) -> None:
        """Have something happen at an instant of the world's time."""
        self._agenda.enter(instant, action)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Have something happen in so many seconds."""
        self._agenda.enter(self.clock() + seconds, action)

    def run(self, seconds: float) -> None:
        """Let so much time pass.

        Raises:
            Stuck: A machine does not let it pass.
        """
        self.run_until(lambda: False, seconds)

    def run_until(self, is_so: Callable[[], bool], within: float = 60.0) -> bool:
        """Let time pass until something is so, or for so many seconds.

        Returns:
            Whether it is so.

        Raises:
            Stuck: A machine does not let time pass.
        """
        agenda = self._agenda
        end = self.clock() + within
        while not is_so():
            instant = agenda.next_instant
            if instant is None or instant > end:
                self.clock.advance_to(end)
                return is_so()
            agenda.take()()
        return True

    def __repr__(self) -> str:
        return f"<World of {len(self._names)} at {self.clock():.6f}>"
