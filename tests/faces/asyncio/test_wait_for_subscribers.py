"""`wait_for_subscribers`, awaited."""

import asyncio

import pytest

import zmq4
import zmq4.asyncio

PUBLISHERS = [zmq4.asyncio.Pub, zmq4.asyncio.XPub]
Publisher = zmq4.asyncio.Pub | zmq4.asyncio.XPub


@pytest.mark.parametrize("publisher", PUBLISHERS)
async def test_wait_ends_with_the_subscription(
    endpoint: str, deadline: float, publisher: type[Publisher]
) -> None:
    async with (
        publisher(bind=endpoint) as pub,
        zmq4.asyncio.Sub(connect=pub.endpoint) as sub,
        asyncio.timeout(deadline),
    ):
        waiting = asyncio.create_task(pub.wait_for_subscribers())
        await asyncio.sleep(0)
        sub.subscribe("a")

        await waiting
        await pub.send(b"a")
        assert (await sub.recv()).content == b"a"


async def test_wait_counts_peers_and_looks_at_the_topic(endpoint: str, deadline: float) -> None:
    async with (
        zmq4.asyncio.Pub(bind=endpoint) as pub,
        zmq4.asyncio.Sub(connect=pub.endpoint, topics=["a", "b"]),
    ):
        await pub.wait_for_subscribers(1, "b", timeout=deadline)
        with pytest.raises(zmq4.Timeout, match="fewer than 2 subscribed to b'a' in time"):
            await pub.wait_for_subscribers(2, b"a", timeout=0)
        waiting = asyncio.create_task(pub.wait_for_subscribers(2, "a", timeout=deadline))

        async with zmq4.asyncio.XSub(connect=pub.endpoint, topics=""):
            await waiting


async def test_wait_in_vain_times_out(tcp_endpoint: str, time_unit: float) -> None:
    async with zmq4.asyncio.Pub(bind=tcp_endpoint) as pub:
        with pytest.raises(zmq4.Timeout, match="not even 1 subscribed in time"):
            await pub.wait_for_subscribers(timeout=time_unit / 10)


async def test_cancelled_wait_leaves_the_others(endpoint: str, deadline: float) -> None:
    async with zmq4.asyncio.Pub(bind=endpoint) as pub, asyncio.timeout(deadline):
        cancelled, patient = (asyncio.create_task(pub.wait_for_subscribers()) for _ in range(2))
        await asyncio.sleep(0)
        cancelled.cancel()

        async with zmq4.asyncio.Sub(connect=pub.endpoint, topics="a"):
            await patient
        with pytest.raises(asyncio.CancelledError):
            await cancelled


async def test_wait_ends_when_the_socket_is_closed(endpoint: str, deadline: float) -> None:
    async with zmq4.asyncio.Pub(bind=endpoint) as pub, asyncio.timeout(deadline):
        waiting = asyncio.create_task(pub.wait_for_subscribers())
        await asyncio.sleep(0)

        pub.close()

        with pytest.raises(zmq4.Closed):
            await waiting


async def test_wait_ends_with_the_context(tcp_endpoint: str, deadline: float) -> None:
    context = zmq4.Context()
    async with (
        zmq4.asyncio.Pub(bind=tcp_endpoint, context=context) as pub,
        asyncio.timeout(deadline),
    ):
        waiting = asyncio.create_task(pub.wait_for_subscribers())
        await asyncio.sleep(0)
        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        with pytest.raises(zmq4.ContextTerminated):
            await waiting
    context.close()


async def test_wait_is_told_of_subscribers_that_bind(endpoint: str, deadline: float) -> None:
    async with (
        zmq4.asyncio.Sub(bind=endpoint, topics="a") as sub,
        zmq4.asyncio.Pub(connect=sub.endpoint) as pub,
    ):
        await pub.wait_for_subscribers(1, "a", timeout=deadline)
        await pub.send(b"a")

        assert (await sub.recv(timeout=deadline)).content == b"a"


async def test_decision_of_a_manual_xpub_ends_a_wait(endpoint: str, deadline: float) -> None:
    async with (
        zmq4.asyncio.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.asyncio.Sub(connect=xpub.endpoint, topics="a"),
        asyncio.timeout(deadline),
    ):
        waiting = asyncio.create_task(xpub.wait_for_subscribers())
        wish = await xpub.recv()
        assert isinstance(wish, zmq4.Subscription)
        assert not waiting.done()

        wish.allow()

        await waiting


async def test_wait_at_a_closed_socket_fails_at_once() -> None:
    pub = zmq4.asyncio.Pub()
    pub.close()

    with pytest.raises(zmq4.Closed):
        await pub.wait_for_subscribers()
