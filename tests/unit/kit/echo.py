"""A machine for tests of the drivers: it echoes, ticks, counts, and does as it is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zmq4._kit.machine import (
    Deliver,
    Down,
    Finish,
    Input,
    Open,
    Output,
    Received,
    Refused,
    Send,
    Shut,
    Spec,
    Start,
    Tick,
    Up,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Say:
    """Send this from a socket."""

    socket: str
    rows: Sequence[tuple[bytes, ...]]


@dataclass(frozen=True)
class Do:
    """Give these outputs."""

    outputs: Sequence[Output[object]]


class Echo:
    """Echoes what its sockets receive; delivers every event but messages."""

    def __init__(self, *opening: Open, tick_every: float = math.inf) -> None:
        self.opening = opening
        self.tick_every = tick_every
        self.tick_at = math.inf
        self.handled = 0

    def handle(self, event: Input | Say | Do, now: float) -> Sequence[Output[object]]:
        self.handled += 1
        match event:
            case Start():
                self.tick_at = now + self.tick_every
                return self.opening
            case Received():
                rows = [
                    (message.sender, *message[:]) if message.sender else message[:]
                    for message in event.messages
                ]
                return [Send(event.socket, rows)]
            case Say():
                return [Send(event.socket, event.rows)]
            case Do():
                return event.outputs
            case Tick():
                self.tick_at = now + self.tick_every
                return [Deliver(event)]
            case Up() | Down() | Refused():
                return [Deliver(event)]

    def deadline(self) -> float:
        return self.tick_at


def router(address: str, **options: object) -> Open:
    """Open an echoing ROUTER."""
    spec = Spec("ROUTER", bind=(address,), options={**options})  # type: ignore[typeddict-item]
    return Open("router", spec)


def dealer(address: str) -> Open:
    """Open a watched DEALER."""
    return Open("dealer", Spec("DEALER", connect=(address,), watch=True))


FINISH = Do([Finish()])

__all__ = [
    "FINISH",
    "Do",
    "Down",
    "Echo",
    "Refused",
    "Say",
    "Shut",
    "Tick",
    "Up",
    "dealer",
    "router",
]
