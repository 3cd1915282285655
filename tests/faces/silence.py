"""Addresses of useless peers: one refuses, one never speaks, one never answers at all."""

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def refusing_endpoint() -> Iterator[str]:
    """Name a tcp address that refuses connections, and is nobody else's meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{holder.getsockname()[1]}"


@pytest.fixture
def mute_endpoint() -> Iterator[str]:
    """Name a tcp address that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def unreachable_endpoint() -> Iterator[str]:
    """Name a tcp address whose system answers no call: its line of callers is full."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for caller in (first, second):
            caller.settimeout(0)
            caller.connect_ex(listener.getsockname())
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
