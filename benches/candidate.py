"""What a library offers to be measured: its own calls, bound, with nothing of ours between.

A face holds bound methods of the library (``sock.send``, not a wrapper of it), so that the loops
in :mod:`loops` pay for the library and for themselves only. Sockets that a candidate opens are
closed by the stack it is given.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from contextlib import AsyncExitStack, ExitStack


class PeerKind(Enum):
    """A socket pattern that both sends and receives."""

    PAIR = "pair"
    DEALER = "dealer"
    REQ = "req"
    REP = "rep"


@dataclass(frozen=True, slots=True)
class PushFace:
    """The sending calls of a bound PUSH socket.

    Args:
        endpoint: The address that the other side connects to, with its real port.
        send: Sends a message of one frame.
        flood_frames: Sends a message of three frames so many times.
        flood_rows: Sends rows by the batch until so many messages are sent; ``None`` if the
            library has no such call.
    """

    endpoint: str
    send: Callable[[bytes], object]
    flood_frames: Callable[[tuple[bytes, bytes, bytes], int], None]
    flood_rows: Callable[[bytes, int], None] | None = None


@dataclass(frozen=True, slots=True)
class PullFace:
    """The receiving calls of a connected PULL socket.

    Args:
        recv: Receives a message of one frame as ``bytes``.
        recv_frames: Receives a message as an iterable of its frames.
        drain_batches: Receives exactly so many messages by the batch, given the expected body;
            ``None`` if the library has no such call.
        read_batches: The same, comparing every message's content with the body.
    """

    recv: Callable[[], bytes]
    recv_frames: Callable[[], Iterable[bytes]]
    drain_batches: Callable[[bytes, int], None] | None = None
    read_batches: Callable[[bytes, int], None] | None = None


@dataclass(frozen=True, slots=True)
class PeerFace:
    """The calls of a PAIR or DEALER socket; ``endpoint`` is what the binding side is bound to."""

    endpoint: str
    send: Callable[[bytes], object]
    recv: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class RouterFace:
    """A bound ROUTER socket.

    Args:
        endpoint: The address that the other side connects to, with its real port.
        echo: Sends back so many messages, each to whoever sent it.
    """

    endpoint: str
    echo: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class PubFace:
    """A bound publisher without a water mark.

    Args:
        endpoint: The address that the other side connects to, with its real port.
        send: Publishes a message of one frame.
        await_subscriptions: Returns when so many subscriptions have arrived.
    """

    endpoint: str
    send: Callable[[bytes], object]
    await_subscriptions: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SubFace:
    """A connected SUB socket; ``recv`` receives a message of one frame as ``bytes``."""

    recv: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class AsyncPushFace:
    """The sending call of a bound PUSH socket under asyncio."""

    endpoint: str
    send: Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class AsyncPullFace:
    """The receiving call of a connected PULL socket under asyncio."""

    recv: Callable[[], Awaitable[bytes]]


class Candidate(Protocol):
    """A library under measurement.

    ``hwm`` of ``None`` leaves the library's default. Under ``curve`` a socket that binds is CURVE's
    server, and one that connects its client, with the keys of :mod:`keys`.
    """

    def bind_push(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PushFace:
        """Open a PUSH socket and bind it to ``address``."""

    def connect_pull(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PullFace:
        """Open a PULL socket and connect it to ``address``."""

    def bind_peer(self, stack: ExitStack, kind: PeerKind, address: str) -> PeerFace:
        """Open a socket of ``kind`` and bind it to ``address``."""

    def connect_peer(
        self, stack: ExitStack, kind: PeerKind, address: str, *, curve: bool = False
    ) -> PeerFace:
        """Open a socket of ``kind`` and connect it to ``address``."""

    def bind_router(self, stack: ExitStack, address: str, *, curve: bool = False) -> RouterFace:
        """Open a ROUTER socket and bind it to ``address``."""

    def bind_pub(self, stack: ExitStack, address: str) -> PubFace:
        """Open a publisher without a water mark and bind it to ``address``."""

    def connect_sub(self, stack: ExitStack, address: str, topics: Sequence[bytes]) -> SubFace:
        """Open a SUB socket, subscribe it to ``topics`` and connect it to ``address``."""

    async def bind_push_async(self, stack: AsyncExitStack, address: str) -> AsyncPushFace:
        """Open an asyncio PUSH socket and bind it to ``address``."""

    async def connect_pull_async(self, stack: AsyncExitStack, address: str) -> AsyncPullFace:
        """Open an asyncio PULL socket and connect it to ``address``."""


def load(name: str) -> Candidate:
    """Import one candidate, and with it the library; the others stay out of the process."""
    candidate: Candidate = importlib.import_module(f"candidate_{name}").CANDIDATE
    return candidate


OURS = "zmq4"
"""The candidate that is held against the marks."""

BASELINE = "pyzmq"
"""The candidate that every ratio is taken to."""

NAMES = (OURS, BASELINE, "pyomq")
"""All candidates, by the name of their distribution."""
