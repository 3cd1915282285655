"""A machine in a virtual world: its sockets, its clock, its life and death."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from zmq4._kit.machine import (
    Deliver,
    Down,
    Finish,
    Input,
    Machine,
    Open,
    Received,
    Refused,
    Send,
    Shut,
    Start,
    Tick,
    Up,
)
from zmq4.testing._socket import VirtualSocket

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq4._kit.machine import Output
    from zmq4.testing._network import Network
    from zmq4.testing._parcel import Parcel

Command = TypeVar("Command")
Event = TypeVar("Event")


class Stuck(AssertionError):  # noqa: N818 (the name says what it is)
    """A machine wants a `Tick` again and again, and no time passes."""


class Node(Generic[Command, Event]):
    """A place in a virtual world where a machine runs; made by `World.add`.

    Args:
        network: What its sockets are part of.
        name: Its name.
        make: Makes the machine, and makes it again after a restart.
        hear: Called with each event that the machine delivers.
    """

    def __init__(
        self,
        network: Network,
        name: str,
        make: Callable[[], Machine[Command, Event]],
        hear: Callable[[Event], None] | None,
    ) -> None:
        """Start the machine."""
        self._network = network
        self._make = make
        self._hear = hear
        self._sockets: dict[str, VirtualSocket] = {}
        self._ready: dict[str, VirtualSocket] = {}
        self._wakes = False
        self._armed: float | None = None
        self._due = 0.0
        self._floor = 0.0
        """The latest deadline that was met: sums of times are rounded, deadlines are not."""
        self._life = 0
        self._told: list[Command] = []
        self._delivered: list[Event] = []
        self._offset = 0.0
        self.name: Final = name
        self.events: list[Event] = []
        """What the machines here delivered, oldest first."""
        self.is_running = False
        """Whether there is a machine that has not finished."""
        self.is_paused = False
        """Whether the machine is kept from running, as by SIGSTOP."""
        self.start()

    @property
    def machine(self) -> Machine[Command, Event]:
        """The machine that runs, or ran last."""
        return self._machine

    @property
    def sockets(self) -> list[str]:
        """The names of its open sockets."""
        return [*self._sockets]

    def now(self) -> float:
        """Read its own clock, in seconds."""
        return max(self._network.clock() + self._offset, self._floor)

    def tell(self, command: Command) -> None:
        """Have the machine take a command; one that is paused takes it later."""
        if not self.is_running:
            return
        if self.is_paused:
            self._told.append(command)
        else:
            self._step(command)

    # Life and death.

    def start(self) -> None:
        """Make a machine and start it; does nothing while one is running."""
        if self.is_running:
            return
        self._life += 1
        self._machine = self._make()
        self.is_running = True
        self._step(Start())

    def kill(self, *, silently: bool = False) -> None:
        """End the machine as `kill -9` does.

        Args:
            silently: Nobody tells its peers, as when a computer loses its power; their patience
                ends after a while.
        """
        self.is_running = self.is_paused = False
        self._armed = None
        for socket in self._sockets.values():
            socket.close(silently=silently)
        self._sockets.clear()
        self._ready.clear()
        self._told.clear()

    def restart(self, after: float = 0.0) -> None:
        """Kill the machine, and start another after so many seconds."""
        self.kill()
        life = self._life

        def start() -> None:
            if self._life == life:
                self.start()

        self._network.agenda.enter(self._network.clock() + after, start)

    def pause(self) -> None:
        """Keep the machine from running; what arrives waits for it."""
        self.is_paused = True

    def resume(self) -> None:
        """Let the machine run again; it finds that time has passed."""
        if not self.is_paused:
            return
        self.is_paused = False
        told, self._told = self._told, []
        for command in told:
            self.tell(command)
        self._wake()
        self._arm()

    def jump(self, seconds: float) -> None:
        """Let its clock jump forward, as one may that counts on while a computer sleeps."""
        self._offset += seconds
        self._arm()

    # What happens to it.

    def look(self, socket: VirtualSocket) -> None:
        """Learn that something is in a socket's inbox: it is taken a moment later."""
        self._ready[socket.name] = socket
        if not self._wakes:
            self._wakes = True
            moment = self._network.clock() + _MOMENT * self._network.random.random()
            self._network.agenda.enter(moment, self._awake)

    def _awake(self) -> None:
        self._wakes = False
        self._wake()

    def _wake(self) -> None:
        """Hand over what the sockets have, each batch in one event."""
        if self.is_paused or not self.is_running:
            return
        ready, self._ready = self._ready, {}
        for socket in ready.values():
            batch: list[Parcel] = []
            for item in socket.take():
                if isinstance(item, (Up, Down)):
                    self._receive(socket, batch)
                    batch = []
                    self._step_at(socket, item)
                else:
                    batch.append(item)
            self._receive(socket, batch)

    def _receive(self, socket: VirtualSocket, batch: list[Parcel]) -> None:
        if batch:
            self._step_at(socket, Received(socket.name, batch))

    def _step_at(self, socket: VirtualSocket, event: Input) -> None:
        if self._sockets.get(socket.name) is socket:
            self._step(event)

    def _arm(self) -> None:
        """See to it that the machine has its tick."""
        if not self.is_running or self.is_paused:
            return
        deadline = self._machine.deadline()
        if deadline == _NEVER:
            return
        instant = max(deadline - self._offset, self._network.clock())
        if self._armed is None or instant < self._armed:
            self._armed = instant
            self._due = deadline
            life = self._life
            self._network.agenda.enter(instant, lambda: self._ring(life, instant))

    def _ring(self, life: int, instant: float) -> None:
        if life != self._life or self._armed != instant:
            return
        self._armed = None
        if self.is_paused:
            return
        self._floor = max(self._floor, self._due)
        # What has arrived is read first: silence is judged by who has listened.
        self._wake()
        deadline = _NEVER
        for _ in range(_MANY):
            deadline = self._next_tick()
            if deadline > self.now():
                self._arm()
                return
            self._step(Tick())
            if self._next_tick() == deadline:
                break
        raise Stuck(f"{self.name!r} at {self.now():.6f}: the deadline stays at {deadline!r}")

    def _next_tick(self) -> float:
        return self._machine.deadline() if self.is_running else _NEVER

    # What it does.

    def _step(self, event: Input | Command) -> None:
        refused: list[Refused] = []
        for output in self._machine.handle(event, self.now()):
            self._perform(output, refused)
        delivered, self._delivered = self._delivered, []
        for each in delivered:
            self.events.append(each)
            if self._hear is not None:
                self._hear(each)
        for refusal in refused:
            if refusal.socket in self._sockets:
                self._step(refusal)
        self._arm()

    def _perform(self, output: Output[Event], refused: list[Refused]) -> None:
        match output:
            case Send(name, rows):
                left = self._sockets[name].send_all(rows)
                if left:
                    refused.append(Refused(name, left))
            case Deliver(event):
                self._delivered.append(event)
            case Open(name, spec):
                if name in self._sockets:
                    raise AssertionError(f"{self.name!r} has a socket {name!r} already")
                self._sockets[name] = VirtualSocket(self._network, self, name, spec)
            case Shut(name):
                self._sockets.pop(name).close()
            case Finish():
                self.kill()

    def __repr__(self) -> str:
        state = "paused" if self.is_paused else "running" if self.is_running else "dead"
        return f"<Node {self.name!r} {state}>"


_MOMENT: Final = 0.0005
"""The longest time in seconds until a node looks at what has arrived."""

_MANY: Final = 1000
"""Ticks at one instant after which a machine is stuck."""

_NEVER: Final = float("inf")
