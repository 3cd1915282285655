"""Hands that work in tasks of their own, and a keeper that sees to their time meanwhile.

It is `zmq4._kit.drive.station` for asyncio: a message is worked on in the task that receives it,
and heartbeats hold while that awaits something. All tasks belong to one loop, so that nothing has
to be locked.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from zmq4._kit.machine import Received
from zmq4.asyncio._bridge import running_bridge
from zmq4.error import Closed, ContextTerminated, ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4._kit.drive.hand import Hand
    from zmq4._kit.machine import Input
    from zmq4._native import EventStream, LoopSignal
    from zmq4.asyncio._pipeline import Dealer

Command = TypeVar("Command")
Event = TypeVar("Event")


class Kept(Protocol):
    """What a keeper knows of a station, whatever its machine."""

    @property
    def is_over(self) -> bool: ...
    def start(self, keeper: Keeper) -> None: ...
    def keep(self) -> float: ...
    def watch(self, signal: LoopSignal, token: int) -> object: ...
    @property
    def has_news(self) -> bool: ...
    def close(self) -> None: ...


class Station(Generic[Command, Event]):
    """A hand that a task of its own and a keeper share.

    Args:
        hand: Whose machine it is.
        hear: Takes what the machine tells while the keeper sees to it.
    """

    def __init__(self, hand: Hand[Command, Event, Dealer], hear: Callable[[Event], None]) -> None:
        """Begin at rest; a keeper starts it."""
        self._hand = hand
        self._hear = hear
        self._change = asyncio.Event()
        self._keeper: Keeper | None = None
        self._watched: EventStream | None = None
        self._is_away = False
        self.failure: ZMQError | None = None
        """What ended it before its time."""

    @property
    def is_over(self) -> bool:
        """Whether its machine has finished, or was ended."""
        return self._hand.is_over

    def start(self, keeper: Keeper) -> None:
        """Take the machine's first step.

        Raises:
            ZMQError: A socket could not be opened.
        """
        self._keeper = keeper
        for event in self._hand.start():
            self._hear(event)

    # In the station's task.

    async def receive(self) -> list[Event] | None:
        """Wait for messages, and tell the machine of them.

        Returns:
            What it delivers; None if there will be no more.
        """
        while (socket := await self._await_socket()) is not None:
            try:
                messages = await socket.recv_many(max=_BATCH)
            except (Closed, ContextTerminated) as error:
                if self._hand.socket is socket:
                    self._fail(error)  # it was closed by others than the machine
                continue
            if self._hand.socket is socket:
                return self._tell(Received(self._hand.name, messages))
        return None

    def tell(self, command: Command) -> list[Event]:
        """Tell the machine something."""
        try:
            return self._tell(command)
        except ZMQError as error:
            self._fail(error)
            return []

    def leave(self) -> None:
        """Say that the task will be away for a while: the keeper reads what arrives."""
        self._is_away = True

    def close(self) -> None:
        """End it, without asking the machine."""
        self._hand.close()
        self._change.set()

    async def _await_socket(self) -> Dealer | None:
        self._is_away = False
        while self._hand.socket is None and not self._hand.is_over:
            self._change.clear()
            await self._change.wait()
        return self._hand.socket

    def _fail(self, error: ZMQError) -> None:
        self.failure = error
        self.close()
        if self._keeper is not None:
            self._keeper.ring()

    def _tell(self, event: Input | Command) -> list[Event]:
        told = self._hand.tell(event)
        hand, keeper = self._hand, self._keeper
        if keeper is not None and (
            hand.is_over or hand.stream is not self._watched or hand.deadline() < keeper.wakes_at
        ):
            self._change.set()
            keeper.ring()
        return told

    # In the keeper's task.

    def keep(self) -> float:
        """Tell the machine of its connection and of the time.

        Returns:
            When to come again at the latest.
        """
        hand = self._hand
        told: list[Event] = []
        try:
            while self._is_away and hand.socket is not None:
                message = hand.socket.try_recv()
                if message is None:
                    break
                told += hand.tell(Received(hand.name, (message,)))
            told += hand.tell_changes()
            told += hand.tick_if_due()
        except ZMQError as error:
            self._fail(error)
        self._change.set()
        for event in told:
            self._hear(event)
        return math.inf if hand.is_over else hand.deadline()

    def watch(self, signal: LoopSignal, token: int) -> object:
        """Have a signal rung when the connection changes."""
        self._watched = stream = self._hand.stream
        return None if stream is None else stream.watch(signal, token)

    @property
    def has_news(self) -> bool:
        """Whether the connection has changed since somebody looked."""
        return self._hand.stream is not None and self._hand.stream.has_next()


class Keeper:
    """A task that sees to the time and the connections of stations.

    Args:
        name: What the task is called.
        stations: Whom it keeps; it ends when all of them are over.
    """

    def __init__(self, name: str, stations: Sequence[Kept]) -> None:
        """Begin at rest."""
        self._name = name
        self._stations = stations
        self._task: asyncio.Task[None] | None = None
        self._ring: Callable[[], None] = _nothing
        self._is_rung = False
        self.wakes_at = math.inf
        """When it comes again by itself; while it is at work, it is to be rung for everything."""

    def start(self) -> None:
        """Start the stations, and the keeper's task.

        Raises:
            ZMQError: A socket could not be opened; none is open then.
        """
        try:
            for station in self._stations:
                station.start(self)
        except BaseException:
            for station in self._stations:
                station.close()
            raise
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    def ring(self) -> None:
        """Have it come at once."""
        self._is_rung = True
        self._ring()

    async def join(self) -> None:
        """Wait for its end."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not all(station.is_over for station in self._stations):
            self._is_rung = False
            self.wakes_at = math.inf
            self.wakes_at = min(station.keep() for station in self._stations)
            left = self.wakes_at - time.monotonic()
            await self._sleep(None if left > _FOR_EVER else max(left, 0.0))

    async def _sleep(self, seconds: float | None) -> None:
        """Sleep until the time is over, a connection changes, or somebody rings."""
        bridge = running_bridge()
        token, future = bridge.expect(seconds)
        self._ring = lambda: bridge.resolve((token,))
        try:
            watches = [station.watch(bridge.signal, token) for station in self._stations]
            if not self._is_rung and not any(station.has_news for station in self._stations):
                await future
            del watches
        finally:
            self._ring = _nothing
            bridge.forget(token)


def _nothing() -> None:
    """Ring nobody."""


_BATCH: Final = 64
"""Messages that are taken at once."""

_FOR_EVER: Final = 1e6
"""Seconds; there is no need to come back."""
