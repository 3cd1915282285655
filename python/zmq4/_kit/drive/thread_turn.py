"""Waiting in a thread for what a hand's machine is to be told next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from zmq4._kit.machine import Received
from zmq4._native import LoopSignal, poll

if TYPE_CHECKING:
    from zmq4._kit.drive.hand import Hand
    from zmq4._native import EventStream
    from zmq4._pipeline import Dealer

Command = TypeVar("Command")
Event = TypeVar("Event")


class ThreadTurn(Generic[Command, Event]):
    """Waits for a message, for a change of the connection, or for the machine's time.

    What comes soon is received right away, in the waiting thread. Only who waits for longer asks to
    be told of the connection too.

    Args:
        hand: Whose machine is told. It has a socket while somebody waits.
    """

    __slots__ = ("_changes", "_hand", "_watch", "_watched")

    def __init__(self, hand: Hand[Command, Event, Dealer]) -> None:
        """Wait for nothing yet."""
        self._hand = hand
        self._changes: LoopSignal | None = None
        self._watched: EventStream | None = None
        self._watch: object = None

    def wait(self) -> list[Event]:
        """Wait until there is something to tell the machine, and tell it.

        Returns:
            What it delivers; it may be nothing.

        Raises:
            Closed: The socket was closed by another thread.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        hand = self._hand
        left = max(hand.deadline() - hand.clock(), 0.0)
        if hand.is_up and (told := self._receive(min(left, _SOON))) is not None:
            return told
        self._wait_longer(max(hand.deadline() - hand.clock(), 0.0))
        # What has arrived comes first: a connection may have ended behind it.
        told = self._receive(0.0) or []
        told += hand.tell_changes()
        return told + hand.tick_if_due()

    def _receive(self, timeout: float) -> list[Event] | None:
        hand = self._hand
        if hand.socket is None:
            return None
        messages = hand.socket.recv_many(timeout=timeout)
        return hand.tell(Received(hand.name, messages)) if messages else None

    def _wait_longer(self, left: float) -> None:
        socket, stream = self._hand.socket, self._hand.stream
        if socket is None or stream is None:
            return
        if self._changes is None:
            self._changes = LoopSignal()
        if self._changes.take() or self._watched is not stream:
            self._watched = stream
            self._watch = stream.watch(self._changes, 0)
        if not stream.has_next():
            poll(
                [(socket, _IN), (self._changes.fileno(), _IN)],
                None if left > _FOR_EVER else left,
            )


_SOON: Final = 0.02
"""Seconds for which receiving is all that is done."""

_FOR_EVER: Final = 1e6
"""Seconds; there is no need for a tick."""

_IN: Final = 1
