"""Waiting in a task for what a hand's machine is to be told next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from zmq4._kit.machine import Received
from zmq4._native import watch
from zmq4.asyncio._wait import wait_until

if TYPE_CHECKING:
    from zmq4._kit.drive.hand import Hand
    from zmq4._native import LoopSignal
    from zmq4.asyncio._pipeline import Dealer

Command = TypeVar("Command")
Event = TypeVar("Event")


class TaskTurn(Generic[Command, Event]):
    """Waits for a message, for a change of the connection, or for the machine's time.

    Args:
        hand: Whose machine is told. It has a socket while somebody waits.
    """

    __slots__ = ("_hand", "_has_found")

    def __init__(self, hand: Hand[Command, Event, Dealer]) -> None:
        """Wait for nothing yet."""
        self._hand = hand
        self._has_found = False

    async def wait(self) -> list[Event]:
        """Wait until there is something to tell the machine, and tell it.

        Returns:
            What it delivers; it may be nothing.

        Raises:
            Closed: The socket was closed by another task.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        hand = self._hand
        left = max(hand.deadline() - hand.clock(), 0.0)
        told: list[Event] = []
        self._has_found = False
        await wait_until(
            lambda: self._look(told), self._watch_both, None if left > _FOR_EVER else left
        )
        return told + hand.tick_if_due()

    def _look(self, told: list[Event]) -> bool:
        """Take what is there; tell whether there was anything.

        Whoever waits looks again after a look that found something, and is told so again: what was
        taken once is not there a second time.
        """
        hand = self._hand
        socket = hand.socket
        if socket is None or self._has_found:
            return True
        # What has arrived comes first: a connection may have ended behind it.
        while (message := socket.try_recv()) is not None:
            self._has_found = True
            told += hand.tell(Received(hand.name, (message,)))
            if hand.socket is not socket:
                return True
        if hand.stream is not None and hand.stream.has_next():
            self._has_found = True
            told += hand.tell_changes()
        return self._has_found

    def _watch_both(self, signal: LoopSignal, token: int) -> object:
        socket, stream = self._hand.socket, self._hand.stream
        if socket is None or stream is None:
            return None
        return watch([(socket, _IN)], signal, token), stream.watch(signal, token)


_FOR_EVER: Final = 1e6
"""Seconds; there is no need for a tick."""

_IN: Final = 1
