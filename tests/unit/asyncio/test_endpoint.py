"""`zmq4.asyncio._endpoint`: endpoints that are awaited."""

import asyncio

import pytest

import zmq4
import zmq4.asyncio as aio
from zmq4.asyncio._bridge import running_bridge


async def test_ready_returns_when_the_handshake_is_done(endpoint: str, deadline: float) -> None:
    async with aio.Pull(bind=endpoint) as pull, aio.Push(connect=pull.endpoint) as push:
        await push.endpoint.ready(timeout=deadline)
        await pull.endpoint.ready(timeout=deadline)

        assert [peer.socket_type for peer in push.peers()] == ["PULL"]
        assert [peer.socket_type for peer in pull.peers()] == ["PUSH"]


async def test_ready_waits_for_whoever_comes_later(tcp_endpoint: str, deadline: float) -> None:
    async with aio.Pull(bind=tcp_endpoint) as pull, aio.Push() as push:
        waiting = asyncio.create_task(pull.endpoint.ready())
        await asyncio.sleep(0)
        push.connect(pull.endpoint)

        await asyncio.wait_for(waiting, deadline)


async def test_ready_in_vain_tells_the_last_failure(time_unit: float) -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9", reconnect=zmq4.Backoff(0.01)) as push:
        with pytest.raises(zmq4.Timeout, match=r"tcp://127.0.0.1:9: .*refused"):
            await push.endpoint.ready(timeout=time_unit)
        with pytest.raises(zmq4.Timeout):
            await push.endpoint.ready(timeout=0)


async def test_ready_ends_when_the_endpoint_will_not_try_again(deadline: float) -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9", reconnect=None) as push:
        with pytest.raises(zmq4.NoPeers, match="refused"):
            await push.endpoint.ready(timeout=deadline)


async def test_closing_an_endpoint_ends_those_who_wait_for_it(deadline: float) -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9") as push:
        waiting = asyncio.create_task(push.endpoint.ready())
        await asyncio.sleep(0)
        push.endpoint.close()

        with pytest.raises(zmq4.Closed):
            await asyncio.wait_for(waiting, deadline)


async def test_cancelled_wait_leaves_nothing_behind() -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9") as push:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await push.endpoint.ready()

        assert running_bridge()._waiting == {}


async def test_endpoint_of_one_face_is_an_address_for_the_other(
    inproc_endpoint: str, deadline: float
) -> None:
    async with aio.Pull(bind=inproc_endpoint) as pull:
        with zmq4.Push(connect=pull.endpoint) as push:
            push.send(b"x")

            assert await pull.recv_bytes(timeout=deadline) == b"x"
