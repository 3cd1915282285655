"""zmq4 as a candidate: the project's own library, and the only one with batch calls."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import loops
import zmq4
import zmq4.asyncio
from candidate import AsyncPullFace, AsyncPushFace, PeerFace, PeerKind, PullFace, PushFace

if TYPE_CHECKING:
    from contextlib import AsyncExitStack, ExitStack

    from candidate import Candidate


class Zmq4:
    """Opens zmq4's sockets for the benchmark; see :class:`candidate.Candidate`."""

    def bind_push(self, stack: ExitStack, address: str, hwm: int | None) -> PushFace:
        """Open a PUSH socket and bind it to ``address``."""
        push = zmq4.Push(bind=address) if hwm is None else zmq4.Push(bind=address, send_hwm=hwm)
        sock = stack.enter_context(push)
        return PushFace(
            endpoint=str(sock.endpoint),
            send=sock.send,
            flood_frames=partial(loops.flood_spread_frames, sock.send),
            flood_rows=partial(_flood_rows, sock),
        )

    def connect_pull(self, stack: ExitStack, address: str, hwm: int | None) -> PullFace:
        """Open a PULL socket and connect it to ``address``."""
        pull = (
            zmq4.Pull(connect=address) if hwm is None else zmq4.Pull(connect=address, recv_hwm=hwm)
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
        match kind:
            case PeerKind.PAIR:
                return _peer(stack.enter_context(zmq4.Pair(bind=address)))
            case PeerKind.DEALER:
                return _peer(stack.enter_context(zmq4.Dealer(bind=address)))

    def connect_peer(self, stack: ExitStack, kind: PeerKind, address: str) -> PeerFace:
        """Open a socket of ``kind`` and connect it to ``address``."""
        match kind:
            case PeerKind.PAIR:
                return _peer(stack.enter_context(zmq4.Pair(connect=address)))
            case PeerKind.DEALER:
                return _peer(stack.enter_context(zmq4.Dealer(connect=address)))

    async def bind_push_async(self, stack: AsyncExitStack, address: str) -> AsyncPushFace:
        """Open an asyncio PUSH socket and bind it to ``address``."""
        sock = await stack.enter_async_context(zmq4.asyncio.Push(bind=address))
        return AsyncPushFace(str(sock.endpoint), sock.send)

    async def connect_pull_async(self, stack: AsyncExitStack, address: str) -> AsyncPullFace:
        """Open an asyncio PULL socket and connect it to ``address``."""
        sock = await stack.enter_async_context(zmq4.asyncio.Pull(connect=address))
        return AsyncPullFace(sock.recv_bytes)


def _peer(sock: zmq4.Pair | zmq4.Dealer) -> PeerFace:
    return PeerFace(str(sock.endpoint), sock.send, sock.recv_bytes)


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


ROWS_A_CALL = 100
MESSAGES_A_CALL = 1000
_PEERS = {
    PeerKind.PAIR: zmq4.Pair,
    PeerKind.DEALER: zmq4.Dealer,
}

CANDIDATE: Candidate = Zmq4()
