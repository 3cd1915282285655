"""Hands that work in threads of their own, and a keeper that sees to their time meanwhile.

```text
 a station's thread                        the keeper's thread
 receive ─▶ tell(Received) ─▶ job          poll, until the earliest deadline
              ▲                 │            ├─ a connection came or went: tell(Up | Down)
              └── tell(reply) ◀─┘            └─ a deadline: what arrived for who is away, Tick
```

A message is worked on in the thread that receives it, with no hand-over. Heartbeats hold all the
same, for they are the keeper's.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from zmq4._kit.drive.bell import Bell
from zmq4._kit.machine import Received
from zmq4._native import LoopSignal, poll
from zmq4._signals import decline_signals
from zmq4.error import Closed, ContextTerminated, ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4._kit.drive.hand import Hand
    from zmq4._kit.machine import Input
    from zmq4._native import EventStream
    from zmq4._pipeline import Dealer

Command = TypeVar("Command")
Event = TypeVar("Event")


class Kept(Protocol):
    """What a keeper knows of a station, whatever its machine."""

    @property
    def is_over(self) -> bool: ...
    def start(self, keeper: Keeper) -> None: ...
    def keep(self, signal: LoopSignal, token: int, *, is_rung: bool) -> float: ...
    def close(self) -> None: ...


class Station(Generic[Command, Event]):
    """A hand that a thread of its own and a keeper share.

    Args:
        hand: Whose machine it is.
        hear: Takes what the machine tells while the keeper sees to it; called in its thread, and
            must not wait.
    """

    def __init__(self, hand: Hand[Command, Event, Dealer], hear: Callable[[Event], None]) -> None:
        """Begin at rest; a keeper starts it."""
        self._hand = hand
        self._hear = hear
        self._change = threading.Condition(threading.Lock())
        self._keeper: Keeper | None = None
        self._watched: EventStream | None = None
        self._watch: object = None
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
        with self._change:
            for event in self._hand.start():
                self._hear(event)

    # In the station's thread.

    def receive(self) -> list[Event] | None:
        """Wait for messages, and tell the machine of them.

        Returns:
            What it delivers; None if there will be no more.
        """
        while (socket := self._await_socket()) is not None:
            try:
                messages = socket.recv_many(max=_BATCH)
            except (Closed, ContextTerminated) as error:
                self._end_of(socket, error)
                continue
            with self._change:
                if self._hand.socket is socket:
                    return self._tell(Received(self._hand.name, messages))
        return None

    def tell(self, command: Command) -> list[Event]:
        """Tell the machine something; any thread may."""
        with self._change:
            try:
                return self._tell(command)
            except ZMQError as error:
                self._fail(error)
                return []

    def leave(self) -> None:
        """Say that the thread will be away for a while: the keeper reads what arrives."""
        self._is_away = True

    def close(self) -> None:
        """End it, without asking the machine."""
        with self._change:
            self._hand.close()
            self._note()

    def _await_socket(self) -> Dealer | None:
        with self._change:
            self._is_away = False
            while self._hand.socket is None and not self._hand.is_over:
                self._change.wait()
            return self._hand.socket

    def _end_of(self, socket: Dealer, error: ZMQError) -> None:
        """See to a socket that is closed: by the machine, or by others."""
        with self._change:
            if self._hand.socket is socket:
                self._fail(error)

    def _fail(self, error: ZMQError) -> None:
        self.failure = error
        self._hand.close()
        self._note()

    def _tell(self, event: Input | Command) -> list[Event]:
        told = self._hand.tell(event)
        self._note()
        return told

    def _note(self) -> None:
        """Let others know what has changed."""
        hand = self._hand
        if hand.stream is not self._watched or hand.is_over:
            self._change.notify_all()
            if self._keeper is not None:
                self._keeper.ring()
        elif self._keeper is not None and hand.deadline() < self._keeper.wakes_at:
            self._keeper.ring()

    # In the keeper's thread.

    def keep(self, signal: LoopSignal, token: int, *, is_rung: bool) -> float:
        """Tell the machine of its connection and of the time.

        Args:
            signal: What is rung when the connection changes.
            token: With what.
            is_rung: Whether it was.

        Returns:
            When to come again at the latest.
        """
        with self._change:
            if is_rung:
                self._watched = None  # a watch rings once
            try:
                told = self._see_to(signal, token)
            except ZMQError as error:
                self._fail(error)
                return math.inf
            self._change.notify_all()
            deadline = math.inf if self._hand.is_over else self._hand.deadline()
        for event in told:
            self._hear(event)
        return deadline

    def _see_to(self, signal: LoopSignal, token: int) -> list[Event]:
        hand = self._hand
        told: list[Event] = []
        if self._is_away and hand.socket is not None:
            messages = hand.socket.recv_many(timeout=0)
            if messages:
                told += hand.tell(Received(hand.name, messages))
        told += hand.tell_changes()
        told += hand.tick_if_due()
        while (stream := hand.stream) is not self._watched:
            self._watched = stream
            self._watch = None if stream is None else stream.watch(signal, token)
            told += hand.tell_changes()  # what changed before it was watched
        return told


class Keeper:
    """A thread that sees to the time and the connections of stations.

    Args:
        name: What the thread is called.
        stations: Whom it keeps; it ends when all of them are over.
    """

    def __init__(self, name: str, stations: Sequence[Kept]) -> None:
        """Begin at rest."""
        self._stations = stations
        self._bell = Bell()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.wakes_at = math.inf
        """When it comes again by itself; while it is at work, it is to be rung for everything."""

    def start(self) -> None:
        """Start the stations, in this thread, and then the keeper's own.

        Raises:
            ZMQError: A socket could not be opened; none is open then.
        """
        try:
            for station in self._stations:
                station.start(self)
            self._thread.start()
        except BaseException:
            for station in self._stations:
                station.close()
            self._bell.close()
            raise

    def ring(self) -> None:
        """Have it come at once."""
        self._bell.ring()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for its end; tell whether it has come."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        decline_signals()
        changes = LoopSignal()
        asked = [(self._bell.fileno(), _IN), (changes.fileno(), _IN)]
        left = self._keep(changes)
        # Asked after each look, which silences the bell: who is over by then rings no more.
        while not all(station.is_over for station in self._stations):
            poll(asked, left)
            left = self._keep(changes)
        self._keep(changes)  # nothing is watched any more
        self._bell.close()

    def _keep(self, changes: LoopSignal) -> float | None:
        """See to all stations; return the seconds until the next time."""
        self.wakes_at = math.inf
        self._bell.silence()
        rung = {*changes.take()}
        deadlines = [
            station.keep(changes, token, is_rung=token in rung)
            for token, station in enumerate(self._stations)
        ]
        self.wakes_at = deadline = min(deadlines)
        left = deadline - time.monotonic()
        return None if left > _FOR_EVER else max(left, 0.0)


_BATCH: Final = 64
"""Messages that are taken at once."""

_FOR_EVER: Final = 1e6
"""Seconds; there is no need to come back."""

_IN: Final = 1
