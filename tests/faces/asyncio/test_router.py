"""`Router` in a task: whom it sends to, and what wakes a send that waits for one of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import zmq4
from faces.asyncio.steps import turn
from faces.patience import eventually
from zmq4.asyncio import Dealer, Router

SOON = zmq4.Backoff(0.01, max=0.01)


@pytest.fixture
async def narrow(inproc_endpoint: str) -> AsyncIterator[tuple[Router, Dealer, Dealer]]:
    """Give a Router and two Dealers, with room for two messages to each."""
    async with (
        Router(bind=inproc_endpoint, send_hwm=1) as router,
        Dealer(connect=inproc_endpoint, routing_id=b"a", recv_hwm=1) as a,
        Dealer(connect=inproc_endpoint, routing_id=b"b", recv_hwm=1) as b,
    ):
        for name in (b"a", b"b"):
            while router.try_send(name, b"x"):
                pass
        yield router, a, b


async def test_answer_goes_to_the_sender(endpoint: str, deadline: float) -> None:
    async with Router(bind=endpoint) as router, asyncio.TaskGroup() as group:
        dealers = [Dealer(connect=router.endpoint) for _ in range(5)]
        for number, dealer in enumerate(dealers):
            await dealer.send(b"%d" % number)
        for _ in dealers:
            message = await router.recv(timeout=deadline)
            group.create_task(router.send(message.sender, b"to " + message.content))

        for number, dealer in enumerate(dealers):
            assert (await dealer.recv(timeout=deadline)).content == b"to %d" % number
            dealer.close()


async def test_unknown_peer_is_unroutable(endpoint: str) -> None:
    async with Router(bind=endpoint) as router:
        with pytest.raises(zmq4.Unroutable):
            await router.send(b"nobody", b"x")
        with pytest.raises(zmq4.Unroutable):
            router.try_send(b"nobody", b"x")
        with pytest.raises(zmq4.Unroutable):
            await router.send_many([(b"nobody", b"x")])
        with pytest.raises(zmq4.Unroutable):
            router.peer_state(b"nobody")


async def test_send_waits_for_the_room_of_its_own_peer(
    narrow: tuple[Router, Dealer, Dealer], deadline: float
) -> None:
    router, a, b = narrow
    to_b = asyncio.create_task(router.send(b"b", b"last of b"))
    to_a = asyncio.create_task(router.send(b"a", b"last of a"))
    await turn()

    assert len(await a.recv_many(timeout=deadline)) == 2
    await to_a

    assert router.peer_state(b"b") == "full"
    assert not to_b.done()
    assert len(await b.recv_many(timeout=deadline)) == 2
    await to_b
    assert (await b.recv(timeout=deadline)).content == b"last of b"


async def test_send_whose_peer_vanishes_is_unroutable(
    narrow: tuple[Router, Dealer, Dealer],
) -> None:
    router, a, _ = narrow
    to_a = asyncio.create_task(router.send(b"a", b"x"))
    to_b = asyncio.create_task(router.send(b"b", b"x"))
    await turn()

    a.close()

    with pytest.raises(zmq4.Unroutable):
        await to_a
    assert not to_b.done()
    to_b.cancel()


async def test_cancelled_send_was_not_sent(
    narrow: tuple[Router, Dealer, Dealer], deadline: float
) -> None:
    router, a, _ = narrow
    sending = asyncio.create_task(router.send(b"a", b"cancelled"))
    await turn()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)

    received = await a.recv_many(timeout=deadline)
    await router.send(b"a", b"next", timeout=deadline)

    assert [message.content for message in received] == [b"x", b"x"]
    assert (await a.recv(timeout=deadline)).content == b"next"


async def test_chosen_name_is_usable_at_once(endpoint: str, deadline: float) -> None:
    async with Dealer(bind=endpoint) as dealer, Router(reconnect=SOON) as router:
        router.connect(dealer.endpoint, routing_id=b"chosen")
        with pytest.raises(zmq4.AddressInUse):
            router.connect(dealer.endpoint, routing_id=b"chosen")

        await router.send(b"chosen", b"at once")
        await dealer.send(b"answer")

        assert (await dealer.recv(timeout=deadline)).content == b"at once"
        message = await router.recv(timeout=deadline)
        assert (message.sender, message.content) == (b"chosen", b"answer")
        assert router.peer_state(b"chosen") == "ready"


async def test_name_is_handed_over_with_what_was_unread(endpoint: str, deadline: float) -> None:
    async with (
        Router(bind=endpoint, handover=True) as router,
        Dealer(connect=router.endpoint, routing_id=b"name", reconnect=None) as old,
    ):
        await old.send_many([b"old"] * 3)
        eventually(lambda: router.stats().unread == 3)
        async with Dealer(connect=router.endpoint, routing_id=b"name") as new:
            await new.send_many([b"new"] * 3)
            eventually(lambda: router.stats().unread == 6)

            received = [await router.recv(timeout=deadline) for _ in range(6)]

            assert [each.content for each in received] == [b"old"] * 3 + [b"new"] * 3
            assert {each.sender for each in received} == {b"name"}


async def test_coming_and_going_is_told_where_asked_for(endpoint: str, deadline: float) -> None:
    async with Router(bind=endpoint, notify="both") as router:
        async with Dealer(connect=router.endpoint, routing_id=b"peer", probe=True):
            came = [await router.recv(timeout=deadline) for _ in range(2)]
        went = await router.recv(timeout=deadline)

    assert [(each.sender, [*each]) for each in [*came, went]] == [(b"peer", [b""])] * 3
