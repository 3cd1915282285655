"""pyomq as a candidate: omq.rs under a face with pyzmq's names (0.21 on Python 3.11)."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import pyomq
import pyomq.asyncio

import keys
import loops
from candidate import (
    AsyncPullFace,
    AsyncPushFace,
    PeerFace,
    PeerKind,
    PubFace,
    PullFace,
    PushFace,
    RouterFace,
    SubFace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AsyncExitStack, ExitStack

    from candidate import Candidate


class Pyomq:
    """Opens pyomq's sockets for the benchmark; see :class:`candidate.Candidate`."""

    def bind_push(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PushFace:
        """Open a PUSH socket and bind it to ``address``."""
        sock = _open(stack, pyomq.PUSH)
        _serve(sock, curve=curve)
        if hwm is not None:
            sock.sndhwm = hwm
        return PushFace(
            endpoint=sock.bind(address),
            send=sock.send,
            flood_frames=partial(loops.flood_listed_frames, sock.send_multipart),
        )

    def connect_pull(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PullFace:
        """Open a PULL socket and connect it to ``address``."""
        sock = _open(stack, pyomq.PULL)
        _ask(sock, curve=curve)
        if hwm is not None:
            sock.rcvhwm = hwm
        sock.connect(address)
        return PullFace(recv=sock.recv, recv_frames=sock.recv_multipart)

    def bind_peer(self, stack: ExitStack, kind: PeerKind, address: str) -> PeerFace:
        """Open a socket of ``kind`` and bind it to ``address``."""
        sock = _open(stack, _PEERS[kind])
        return PeerFace(sock.bind(address), sock.send, sock.recv)

    def connect_peer(
        self, stack: ExitStack, kind: PeerKind, address: str, *, curve: bool = False
    ) -> PeerFace:
        """Open a socket of ``kind`` and connect it to ``address``."""
        sock = _open(stack, _PEERS[kind])
        _ask(sock, curve=curve)
        sock.connect(address)
        return PeerFace("", sock.send, sock.recv)

    def bind_router(self, stack: ExitStack, address: str, *, curve: bool = False) -> RouterFace:
        """Open a ROUTER socket and bind it to ``address``."""
        sock = _open(stack, pyomq.ROUTER)
        _serve(sock, curve=curve)
        endpoint = sock.bind(address)
        return RouterFace(endpoint, partial(_echo, sock))

    def bind_pub(self, stack: ExitStack, address: str) -> PubFace:
        """Open a publisher without a water mark and bind it to ``address``."""
        sock = _open(stack, pyomq.XPUB)
        sock.sndhwm = 0
        sock.setsockopt(pyomq.XPUB_VERBOSE, 1)
        endpoint = sock.bind(address)

        def await_subscriptions(count: int) -> None:
            for _ in repeat(None, count):
                sock.recv()

        return PubFace(endpoint, sock.send, await_subscriptions)

    def connect_sub(self, stack: ExitStack, address: str, topics: Sequence[bytes]) -> SubFace:
        """Open a SUB socket, subscribe it to ``topics`` and connect it to ``address``."""
        sock = _open(stack, pyomq.SUB)
        sock.sndhwm = sock.rcvhwm = 0
        for topic in topics:
            sock.setsockopt(pyomq.SUBSCRIBE, topic)
        sock.connect(address)
        return SubFace(sock.recv)

    async def bind_push_async(self, stack: AsyncExitStack, address: str) -> AsyncPushFace:
        """Open an asyncio PUSH socket and bind it to ``address``."""
        sock = pyomq.asyncio.Context.instance().socket(pyomq.PUSH)
        stack.callback(sock.close, 0)
        return AsyncPushFace(sock.bind(address), sock.send)

    async def connect_pull_async(self, stack: AsyncExitStack, address: str) -> AsyncPullFace:
        """Open an asyncio PULL socket and connect it to ``address``."""
        sock = pyomq.asyncio.Context.instance().socket(pyomq.PULL)
        stack.callback(sock.close, 0)
        sock.connect(address)
        return AsyncPullFace(sock.recv)


def _open(stack: ExitStack, kind: int) -> pyomq.Socket:
    sock = pyomq.Context.instance().socket(kind)
    stack.callback(sock.close, 0)
    return sock


def _serve(sock: pyomq.Socket, *, curve: bool) -> None:
    if curve:
        sock.curve_server = True
        sock.curve_secretkey = keys.SERVER_SECRET.encode()
        sock.curve_publickey = keys.SERVER_PUBLIC.encode()


def _ask(sock: pyomq.Socket, *, curve: bool) -> None:
    if curve:
        sock.curve_publickey = keys.CLIENT_PUBLIC.encode()
        sock.curve_secretkey = keys.CLIENT_SECRET.encode()
        sock.curve_serverkey = keys.SERVER_PUBLIC.encode()


def _echo(sock: pyomq.Socket, count: int) -> None:
    recv, send = sock.recv_multipart, sock.send_multipart
    for _ in repeat(None, count):
        send(recv())


_PEERS = {
    PeerKind.PAIR: pyomq.PAIR,
    PeerKind.DEALER: pyomq.DEALER,
    PeerKind.REQ: pyomq.REQ,
    PeerKind.REP: pyomq.REP,
}

CANDIDATE: Candidate = Pyomq()
