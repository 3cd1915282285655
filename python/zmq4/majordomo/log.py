"""What a broker's events say in the log."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from zmq4.majordomo.events import (
    BrokerEvent,
    MessageDropped,
    Parting,
    Redispatched,
    RequestDropped,
    WorkerGone,
    WorkerJoined,
    WorkerRefused,
)
from zmq4.majordomo.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq4._kit.feed import Feed


def telling(feed: Feed[BrokerEvent]) -> Callable[[BrokerEvent], None]:
    """Return what hands events to the log and to whoever listens.

    What peers can cause at will is held back in the log: 10 lines a second of a kind.
    """
    throttle = Throttle()

    def tell(event: BrokerEvent) -> None:
        level = _level(event)
        if _LOGGER.isEnabledFor(level):
            _write(event, level, throttle)
        feed.tell(event)

    return tell


def _write(event: BrokerEvent, level: int, throttle: Throttle) -> None:
    held = 0
    if level > logging.DEBUG:
        admitted = throttle.admit(_kind(event), time.monotonic())
        if admitted is None:
            return
        held = admitted
    more = f" ({held} more like this were not written)" if held else ""
    _LOGGER.log(level, "%s%s", _sentence(event), more)


def _kind(event: BrokerEvent) -> tuple[type, object]:
    """Tell which lines are alike; there are as many kinds as reasons."""
    match event:
        case WorkerGone():
            return type(event), event.parting
        case RequestDropped():
            return type(event), event.refusal
        case MessageDropped():
            return type(event), event.fault
        case WorkerJoined() | WorkerRefused() | Redispatched():
            return type(event), None


def _level(event: BrokerEvent) -> int:
    match event:
        case MessageDropped() | WorkerRefused():
            return logging.WARNING
        case WorkerGone() if event.parting not in _ORDERLY:
            return logging.WARNING
        case RequestDropped() | Redispatched():
            return logging.INFO
        case _:
            return logging.DEBUG


def _sentence(event: BrokerEvent) -> str:
    match event:
        case WorkerJoined():
            return f"worker {event.worker.hex()} serves {event.service!r} (MDP/{event.dialect})"
        case WorkerGone():
            return f"worker {event.worker.hex()} of {event.service!r} is gone: {event.parting}"
        case WorkerRefused():
            return f"worker {event.worker.hex()} may not serve {event.service!r}"
        case Redispatched():
            return f"a request to {event.service!r} is given to another worker"
        case RequestDropped():
            return f"a request to {event.service!r} was given up: {event.refusal}"
        case MessageDropped():
            who = f"{event.peer.hex()} at {event.address or 'an unknown place'}"
            return f"{who} sends what is not spoken here: {event.fault}"


_ORDERLY: Final = {Parting.LEFT, Parting.STOPPED}

_LOGGER: Final = logging.getLogger("zmq4.majordomo")
