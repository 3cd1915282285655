"""Majordomo's parts on pyzmq."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import zmq

from majordomo.plain_broker import Broker

if TYPE_CHECKING:
    from collections.abc import Sequence


class Dealer:
    """A DEALER with a client or a worker behind it."""

    def __init__(self, endpoint: str) -> None:
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(endpoint)
        self._socket = socket

    def send(self, frames: Sequence[bytes]) -> None:
        self._socket.send_multipart(frames)

    def recv(self) -> Sequence[bytes]:
        return self._socket.recv_multipart()


def broker(*, polls: bool = True) -> str:
    """Serve in a thread until the process ends; return the endpoint."""
    broker = Broker(zmq.Context.instance(), "tcp://127.0.0.1:*")
    serve = broker.serve if polls else broker.serve_without_poll
    threading.Thread(target=serve, daemon=True).start()
    return broker.endpoint
