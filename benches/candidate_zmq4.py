"""zmq4 as a candidate: the project's own library, and the only one with batch calls."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias

import keys
import loops
import zmq4
import zmq4.asyncio
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
    from collections.abc import Callable, Sequence
    from contextlib import AsyncExitStack, ExitStack

    from candidate import Candidate


class Zmq4:
    """Opens zmq4's sockets for the benchmark; see :class:`candidate.Candidate`."""

    def bind_push(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PushFace:
        """Open a PUSH socket and bind it to ``address``."""
        security = _server(curve=curve)
        push = (
            zmq4.Push(bind=address, security=security)
            if hwm is None
            else zmq4.Push(bind=address, send_hwm=hwm, security=security)
        )
        sock = stack.enter_context(push)
        return PushFace(
            endpoint=str(sock.endpoint),
            send=sock.send,
            flood_frames=partial(loops.flood_spread_frames, sock.send),
            flood_rows=partial(_flood_rows, sock),
        )

    def connect_pull(
        self, stack: ExitStack, address: str, hwm: int | None, *, curve: bool = False
    ) -> PullFace:
        """Open a PULL socket and connect it to ``address``."""
        security = _client(curve=curve)
        pull = (
            zmq4.Pull(connect=address, security=security)
            if hwm is None
            else zmq4.Pull(connect=address, recv_hwm=hwm, security=security)
        )
        sock = stack.enter_context(pull)
        return PullFace(
            recv=sock.recv_bytes,
            recv_frames=sock.recv,
            drain_batches=partial(_drain_batches, sock),
            read_batches=partial(_read_batches, sock),
        )

    def bind_peer(self, stack: ExitStack, kind: PeerKind, address: str) -> PeerFace:
        """Open a socket of ``kind`` and bind it to ``address``."""
        sock = _PEERS[kind]()
        stack.callback(sock.close)
        sock.bind(address)
        return _peer(sock)

    def connect_peer(
        self, stack: ExitStack, kind: PeerKind, address: str, *, curve: bool = False
    ) -> PeerFace:
        """Open a socket of ``kind`` and connect it to ``address``."""
        sock = _PEERS[kind]()
        stack.callback(sock.close)
        sock.security = _client(curve=curve)
        sock.connect(address)
        return _peer(sock)

    def bind_router(self, stack: ExitStack, address: str, *, curve: bool = False) -> RouterFace:
        """Open a ROUTER socket and bind it to ``address``."""
        sock = stack.enter_context(
            zmq4.Router(bind=address, backlog=LONG_BACKLOG, security=_server(curve=curve))
        )
        return RouterFace(str(sock.endpoint), partial(_echo, sock))

    def bind_pub(self, stack: ExitStack, address: str) -> PubFace:
        """Open a publisher without a water mark and bind it to ``address``."""
        sock = stack.enter_context(zmq4.XPub(bind=address, send_hwm=0, verbose=True))

        def await_subscriptions(count: int) -> None:
            for _ in repeat(None, count):
                sock.recv()

        return PubFace(str(sock.endpoint), sock.send, await_subscriptions)

    def connect_sub(self, stack: ExitStack, address: str, topics: Sequence[bytes]) -> SubFace:
        """Open a SUB socket, subscribe it to ``topics`` and connect it to ``address``."""
        return SubFace(
            stack.enter_context(zmq4.Sub(connect=address, topics=topics, recv_hwm=0)).recv_bytes
        )

    async def bind_push_async(self, stack: AsyncExitStack, address: str) -> AsyncPushFace:
        """Open an asyncio PUSH socket and bind it to ``address``."""
        sock = await stack.enter_async_context(zmq4.asyncio.Push(bind=address))
        return AsyncPushFace(str(sock.endpoint), sock.send)

    async def connect_pull_async(self, stack: AsyncExitStack, address: str) -> AsyncPullFace:
        """Open an asyncio PULL socket and connect it to ``address``."""
        sock = await stack.enter_async_context(zmq4.asyncio.Pull(connect=address))
        return AsyncPullFace(sock.recv_bytes)


def _server(*, curve: bool) -> zmq4.Null | zmq4.CurveServer:
    if not curve:
        return zmq4.Null()
    return zmq4.CurveServer(zmq4.KeyPair(keys.SERVER_PUBLIC, keys.SERVER_SECRET), "any")


def _client(*, curve: bool) -> zmq4.Null | zmq4.CurveClient:
    if not curve:
        return zmq4.Null()
    pair = zmq4.KeyPair(keys.CLIENT_PUBLIC, keys.CLIENT_SECRET)
    return zmq4.CurveClient(server_key=keys.SERVER_PUBLIC, keys=pair)


def _peer(sock: Peer) -> PeerFace:
    return PeerFace(str(sock.endpoint), sock.send, sock.recv_bytes)


def _echo(sock: zmq4.Router, count: int) -> None:
    recv, send = sock.recv, sock.send
    for _ in repeat(None, count):
        message = recv()
        send(message.sender, message.content)


def _flood_rows(sock: zmq4.Push, body: bytes, count: int) -> None:
    send_many = sock.send_many
    batches, rest = divmod(count, ROWS_A_CALL)
    rows = [body] * ROWS_A_CALL
    for _ in repeat(None, batches):
        send_many(rows)
    if rest:
        send_many(rows[:rest])


def _drain_batches(sock: zmq4.Pull, body: bytes, count: int) -> None:
    recv_many = sock.recv_many
    left = count
    while left:
        batch = recv_many(max=min(MESSAGES_A_CALL, left))
        left -= len(batch)
        if len(batch[-1].content) != len(body):
            raise loops.MismatchError(body, batch[-1].content)


def _read_batches(sock: zmq4.Pull, body: bytes, count: int) -> None:
    recv_many = sock.recv_many
    left = count
    while left:
        batch = recv_many(max=min(MESSAGES_A_CALL, left))
        left -= len(batch)
        for message in batch:
            if message.content != body:
                raise loops.MismatchError(body, message.content)


Peer: TypeAlias = "zmq4.Pair | zmq4.Dealer | zmq4.Req | zmq4.Rep"
ROWS_A_CALL = 100
MESSAGES_A_CALL = 1000
LONG_BACKLOG = 4096
_PEERS: dict[PeerKind, Callable[[], Peer]] = {
    PeerKind.PAIR: zmq4.Pair,
    PeerKind.DEALER: zmq4.Dealer,
    PeerKind.REQ: zmq4.Req,
    PeerKind.REP: zmq4.Rep,
}

CANDIDATE: Candidate = Zmq4()
