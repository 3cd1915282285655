"""`Endpoint.ready` and `drain`, awaited."""

import asyncio

import pytest

import zmq4
from fixtures.leaks import possessions, wait_for_return
from zmq4.asyncio import Endpoint, Pull, Push

FAST = zmq4.Backoff(0.01, max=0.01)


async def test_both_ends_are_ready_after_the_handshake(endpoint: str, deadline: float) -> None:
    async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
        await asyncio.gather(push.endpoint.ready(deadline), pull.endpoint.ready(deadline))

        assert (push.endpoint.state, pull.endpoint.state) == ("connected", "listening")


async def test_endpoints_are_of_this_face(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        assert type(pull.bind(inproc_endpoint)) is Endpoint
        assert type(pull.endpoint) is Endpoint
        assert pull.endpoint == pull.endpoints[0]


async def test_ready_waits_for_a_peer_that_binds_later(ipc_endpoint: str) -> None:
    async with Push(connect=ipc_endpoint, reconnect=FAST) as push:
        waiting = [asyncio.create_task(push.endpoint.ready(timeout=10)) for _ in range(5)]
        await asyncio.sleep(0)

        async with Pull(bind=ipc_endpoint):
            await asyncio.gather(*waiting)


async def test_ready_in_vain_tells_the_last_failure(refusing_endpoint: str) -> None:
    async with Push(connect=refusing_endpoint, reconnect=FAST) as push:
        with pytest.raises(zmq4.Timeout, match=rf"{refusing_endpoint}: .*refused") as raised:
            await push.endpoint.ready(timeout=0.1)

    assert raised.value.endpoint == refusing_endpoint


async def test_endpoint_that_has_stopped_says_why(refusing_endpoint: str, deadline: float) -> None:
    async with Push(connect=refusing_endpoint, reconnect=None) as push:
        with pytest.raises(zmq4.NoPeers, match="refused"):
            await push.endpoint.ready(deadline)


@pytest.mark.parametrize("what", ["endpoint", "socket"])
async def test_closing_ends_the_wait(refusing_endpoint: str, what: str) -> None:
    push = Push(connect=refusing_endpoint)
    waiting = asyncio.create_task(push.endpoint.ready())
    await asyncio.sleep(0)

    (push.endpoint if what == "endpoint" else push).close()

    with pytest.raises(zmq4.Closed):
        await asyncio.wait_for(waiting, 10)
    push.close()


@pytest.mark.parametrize("kind", ["tcp", "inproc"])
async def test_terminating_the_context_ends_the_wait(
    kind: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    context = zmq4.Context()
    pull = Pull(bind=request.getfixturevalue(f"{kind}_endpoint"), context=context)
    waiting = [asyncio.create_task(pull.endpoint.ready()) for _ in range(3)]
    await asyncio.sleep(0)

    terminating = asyncio.create_task(asyncio.to_thread(context.term, deadline))

    ended = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), deadline)
    assert {type(error) for error in ended} == {zmq4.ContextTerminated}
    pull.close()
    await terminating


async def test_wait_that_is_over_leaves_nothing_behind(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull:
        waiting = asyncio.create_task(pull.endpoint.ready())
        await asyncio.sleep(0)  # the loop has its descriptor by now
        waiting.cancel()
        before = possessions()

        for _ in range(20):
            with pytest.raises(zmq4.Timeout):
                await pull.endpoint.ready(timeout=0.001)

        assert not wait_for_return(before)


async def test_drain_returns_when_the_kernel_has_everything(endpoint: str, deadline: float) -> None:
    async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
        await push.send_many([b"x" * 1000] * 900)

        await push.drain(deadline)

        push.close(linger=0)  # nothing is left that could be lost
        assert len([await pull.recv(timeout=deadline) for _ in range(900)]) == 900


async def test_drain_waits_for_the_connection(ipc_endpoint: str) -> None:
    async with Push(connect=ipc_endpoint, reconnect=FAST) as push:
        await push.send(b"x")
        draining = [asyncio.create_task(push.drain()) for _ in range(3)]
        await asyncio.sleep(0)

        async with Pull(bind=ipc_endpoint):
            async with asyncio.timeout(10):
                await asyncio.gather(*draining)


async def test_drain_in_vain_tells_how_much_is_left(refusing_endpoint: str) -> None:
    async with Push(connect=refusing_endpoint, linger=0) as push:
        await push.send_many([b"x"] * 7)

        with pytest.raises(zmq4.Timeout, match=r"Push.*7 messages were not sent"):
            await push.drain(timeout=0.01)


async def test_drain_ends_when_the_socket_is_closed(refusing_endpoint: str) -> None:
    push = Push(connect=refusing_endpoint, linger=0)
    await push.send(b"x")
    draining = asyncio.create_task(push.drain())
    await asyncio.sleep(0)

    push.close()

    with pytest.raises(zmq4.Closed):
        await asyncio.wait_for(draining, 10)


async def test_lost_connection_is_made_again(tcp_endpoint: str, deadline: float) -> None:
    async with Push(reconnect=FAST) as push:
        async with Pull(bind=tcp_endpoint) as pull:
            address = str(pull.endpoint)
            await push.connect(address).ready(deadline)
        for number in range(3):
            async with Pull(bind=address) as pull:
                await pull.endpoint.ready(deadline)
                await push.send(b"%d" % number)
                assert (await pull.recv(timeout=deadline)).content == b"%d" % number
            async with asyncio.timeout(deadline):
                while push.endpoint.state != "connecting":
                    await asyncio.sleep(0.001)
