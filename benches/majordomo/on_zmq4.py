"""Majordomo's parts on zmq4."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zmq4
from zmq4.majordomo import Broker

if TYPE_CHECKING:
    from collections.abc import Sequence


class Dealer:
    """A DEALER with a client or a worker behind it."""

    def __init__(self, endpoint: str) -> None:
        self._socket = zmq4.Dealer(connect=endpoint, linger=0)

    def send(self, frames: Sequence[bytes]) -> None:
        self._socket.send(*frames)

    def recv(self) -> Sequence[bytes]:
        return self._socket.recv()


def broker() -> str:
    """Serve in a thread until the process ends; return the endpoint."""
    broker = Broker("tcp://127.0.0.1:*")
    _KEPT.append(broker)
    return str(broker.endpoint)


_KEPT: list[Broker] = []
