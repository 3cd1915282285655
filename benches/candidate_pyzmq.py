"""pyzmq as a candidate: libzmq behind Cython, with its default ``copy=True``."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import zmq
import zmq.asyncio

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


class Pyzmq:
    """Opens pyzmq's sockets for the benchmark; see :class:`candidate.Candidate`."""

    def bind_push(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PushFace:
        """Open a PUSH socket and bind it to ``address``."""
        sock = _open(stack, zmq.PUSH)
        if hwm is not None:
            sock.sndhwm = hwm
        _serve(sock, curve=curve)
        sock.bind(address)
        return PushFace(
            endpoint=sock.getsockopt_string(zmq.LAST_ENDPOINT),
            send=sock.send,
            flood_frames=partial(loops.flood_listed_frames, sock.send_multipart),
        )

    def connect_pull(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PullFace:
        """Open a PULL socket and connect it to ``address``."""
        sock = _open(stack, zmq.PULL)
        if hwm is not None:
            sock.rcvhwm = hwm
        _ask(sock, curve=curve)
        sock.connect(address)
        return PullFace(recv=sock.recv, recv_frames=sock.recv_multipart)

    def bind_peer(self, stack: ExitStack, kind: PeerKind, address: str) -> PeerFace:
        """Open a socket of ``kind`` and bind it to ``address``."""
        sock = _open(stack, _PEERS[kind])
        sock.bind(address)
        return PeerFace(sock.getsockopt_string(zmq.LAST_ENDPOINT), sock.send, sock.recv)

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
        sock = _open(stack, zmq.ROUTER)
        sock.backlog = LONG_BACKLOG
        _serve(sock, curve=curve)
        sock.bind(address)
        endpoint = sock.getsockopt_string(zmq.LAST_ENDPOINT)
        return RouterFace(endpoint, partial(_echo, sock))

    def bind_pub(self, stack: ExitStack, address: str) -> PubFace:
        """Open a publisher without a water mark and bind it to ``address``."""
        sock = _open(stack, zmq.XPUB)
        sock.sndhwm = 0
        sock.setsockopt(zmq.XPUB_VERBOSE, 1)
        sock.bind(address)
        endpoint = sock.getsockopt_string(zmq.LAST_ENDPOINT)

        def await_subscriptions(count: int) -> None:
            for _ in repeat(None, count):
                sock.recv()

        return PubFace(endpoint, sock.send, await_subscriptions)

    def connect_sub(self, stack: ExitStack, address: str, topics: Sequence[bytes]) -> SubFace:
        """Open a SUB socket, subscribe it to ``topics`` and connect it to ``address``."""
        sock = _open(stack, zmq.SUB)
        # Subscriptions beyond its water mark are lost.
        sock.sndhwm = sock.rcvhwm = 0
        for topic in topics:
            sock.subscribe(topic)
        sock.connect(address)
        return SubFace(sock.recv)

    async def bind_push_async(self, stack: AsyncExitStack, address: str) -> AsyncPushFace:
        """Open an asyncio PUSH socket and bind it to ``address``."""
        sock = zmq.asyncio.Context.instance().socket(zmq.PUSH)
        stack.callback(sock.close, linger=0)
        sock.bind(address)
        return AsyncPushFace(sock.getsockopt_string(zmq.LAST_ENDPOINT), sock.send)

    async def connect_pull_async(self, stack: AsyncExitStack, address: str) -> AsyncPullFace:
        """Open an asyncio PULL socket and connect it to ``address``."""
        sock = zmq.asyncio.Context.instance().socket(zmq.PULL)
        stack.callback(sock.close, linger=0)
        sock.connect(address)
        return AsyncPullFace(sock.recv)


def _open(stack: ExitStack, kind: zmq.SocketType) -> zmq.Socket[bytes]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    # Looked at when the first socket is made; the default is 1,023.
    context.max_sockets = MAX_SOCKETS
    sock = context.socket(kind)
    stack.callback(sock.close, linger=0)
    return sock


def _serve(sock: zmq.Socket[bytes], *, curve: bool) -> None:
    """Be CURVE's server; without a handler of ZAP libzmq lets every key in."""
    if curve:
        sock.curve_server = True
        sock.curve_secretkey = keys.SERVER_SECRET.encode()


def _ask(sock: zmq.Socket[bytes], *, curve: bool) -> None:
    """Be CURVE's client."""
    if curve:
        sock.curve_publickey = keys.CLIENT_PUBLIC.encode()
        sock.curve_secretkey = keys.CLIENT_SECRET.encode()
        sock.curve_serverkey = keys.SERVER_PUBLIC.encode()


def _echo(sock: zmq.Socket[bytes], count: int) -> None:
    recv, send = sock.recv_multipart, sock.send_multipart
    for _ in repeat(None, count):
        send(recv())


LONG_BACKLOG = 4096
MAX_SOCKETS = 20_000
_PEERS = {
    PeerKind.PAIR: zmq.PAIR,
    PeerKind.DEALER: zmq.DEALER,
    PeerKind.REQ: zmq.REQ,
    PeerKind.REP: zmq.REP,
}

CANDIDATE: Candidate = Pyzmq()
