"""`Req.request` in a task: answered, timed out or cancelled, and never stuck."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import zmq4
from faces.asyncio.steps import turn
from zmq4.asyncio import Rep, Req, Router

SOON = zmq4.Backoff(0.01, max=0.01)
Pair = tuple[Req, Rep]


@pytest.fixture(params=["req_connects", "req_binds"])
async def pair(request: pytest.FixtureRequest, endpoint: str) -> AsyncIterator[Pair]:
    """Give a Req and its Rep, on every transport and in either role."""
    async with Req(reconnect=SOON) as req, Rep(reconnect=SOON) as rep:
        first, second = (rep, req) if request.param == "req_connects" else (req, rep)
        second.connect(first.bind(endpoint))
        await second.endpoint.ready(10)
        yield req, rep


@asynccontextmanager
async def echo(address: str) -> AsyncIterator[Rep]:
    """Serve what is asked, in upper case, until the end of the block."""

    async def serve(rep: Rep) -> None:
        async for request in rep:
            await request.reply(request.content.upper())

    async with asyncio.TaskGroup() as group, Rep(bind=address) as rep:
        group.create_task(serve(rep))
        yield rep


async def test_request_is_answered(endpoint: str, deadline: float) -> None:
    async with echo(endpoint) as rep, Req(connect=rep.endpoint) as req:
        for number in range(100):
            reply = await req.request(f"question {number}", timeout=deadline)
            assert reply.text == f"QUESTION {number}"


async def test_late_reply_is_never_taken(pair: Pair, deadline: float, time_unit: float) -> None:
    req, rep = pair
    for number in range(3):
        asking = asyncio.create_task(req.request(b"first", timeout=time_unit))
        late = await rep.recv(timeout=deadline)
        with pytest.raises(zmq4.Timeout, match=r"no reply within .* s, asked once"):
            await asking

        asking = asyncio.create_task(req.request(b"second", timeout=deadline))
        await turn()
        await late.reply(b"late")
        request = await rep.recv(timeout=deadline)
        assert request.content == b"second"
        await request.reply(b"answer %d" % number)

        assert (await asking).content == b"answer %d" % number


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_request_in_vain_says_how_often_it_was_asked(
    inproc_endpoint: str, retries: int
) -> None:
    times = "once" if retries == 0 else f"{retries + 1} times"
    async with (
        Router(bind=inproc_endpoint) as router,
        Req(connect=router.endpoint) as req,
    ):
        with pytest.raises(zmq4.Timeout, match=f"Req .*no reply within 0.02 s, asked {times}"):
            await req.request(b"question", timeout=0.02, retries=retries)
        for _ in range(retries + 1):
            assert (await router.recv(timeout=10))[-1] == b"question"


async def test_server_may_go_and_come_back_in_the_middle(
    ipc_endpoint: str, deadline: float
) -> None:
    async with Req(connect=ipc_endpoint, reconnect=SOON) as req:
        async with Rep(bind=ipc_endpoint) as rep:
            asking = asyncio.create_task(req.request(b"question", timeout=0.1, retries=100))
            assert (await rep.recv(timeout=deadline)).content == b"question"

        async with echo(ipc_endpoint):
            assert (await asking).content == b"QUESTION"
            assert (await req.request(b"next", timeout=deadline)).content == b"NEXT"


async def test_cancelled_request_is_given_up(pair: Pair, deadline: float) -> None:
    req, rep = pair
    for number in range(5):
        asking = asyncio.create_task(req.request(b"cancelled"))
        late = await rep.recv(timeout=deadline)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        again = asyncio.create_task(req.request(b"asked", timeout=deadline))
        await turn()
        await late.reply(b"late")
        request = await rep.recv(timeout=deadline)
        assert request.content == b"asked"
        await request.reply(b"answer %d" % number)

        assert (await again).content == b"answer %d" % number


@pytest.mark.parametrize("turns", range(6))
async def test_request_is_given_up_wherever_it_is_cancelled(
    endpoint: str, deadline: float, turns: int
) -> None:
    async with echo(endpoint) as rep, Req(connect=rep.endpoint, reconnect=SOON) as req:
        for number in range(10):
            asking = asyncio.create_task(req.request(b"cancelled"))
            for _ in range(turns):
                await turn()
            asking.cancel()
            result = (await asyncio.gather(asking, return_exceptions=True))[0]
            assert result == zmq4.Message(b"CANCELLED") or isinstance(
                result, asyncio.CancelledError
            )

            reply = await req.request(b"asked %d" % number, timeout=deadline)
            assert reply.content == b"ASKED %d" % number


async def test_cancelled_while_it_finds_no_peer_it_was_not_sent(
    endpoint: str, deadline: float
) -> None:
    async with Req(bind=endpoint) as req:
        asking = asyncio.create_task(req.request(b"cancelled"))
        await turn()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        async with echo_of(req) as rep:
            assert (await req.request(b"asked", timeout=deadline)).content == b"ASKED"
            assert rep.stats().received == 1


@asynccontextmanager
async def echo_of(req: Req) -> AsyncIterator[Rep]:
    """Serve a bound Req."""

    async def serve(rep: Rep) -> None:
        async for request in rep:
            await request.reply(request.content.upper())

    async with asyncio.TaskGroup() as group, Rep(connect=req.endpoint) as rep:
        group.create_task(serve(rep))
        yield rep


async def test_limit_of_asyncio_works_as_well(
    pair: Pair, deadline: float, time_unit: float
) -> None:
    req, rep = pair
    limited = asyncio.create_task(asyncio.wait_for(req.request(b"first"), time_unit))
    late = await rep.recv(timeout=deadline)
    with pytest.raises(TimeoutError):
        await limited

    asking = asyncio.create_task(req.request(b"second", timeout=deadline))
    await turn()
    await late.reply(b"late")
    await (await rep.recv(timeout=deadline)).reply(b"answer")

    assert (await asking).content == b"answer"


async def test_second_request_meanwhile_is_refused_and_does_not_disturb_the_first(
    pair: Pair, deadline: float
) -> None:
    req, rep = pair
    asking = asyncio.create_task(req.request(b"first", timeout=deadline))
    request = await rep.recv(timeout=deadline)

    for _ in range(3):
        with pytest.raises(zmq4.StateError):
            await req.request(b"second", timeout=0.01, retries=3)
    await request.reply(b"answer")

    assert (await asking).content == b"answer"


async def test_cancelled_second_request_does_not_disturb_the_first(
    endpoint: str, deadline: float
) -> None:
    async with Req(bind=endpoint) as req:
        first, second = (
            asyncio.create_task(req.request(body, timeout=deadline))
            for body in (b"first", b"second")
        )
        await turn()
        async with echo_of(req):
            second.cancel()
            assert (await first).content == b"FIRST"
        with pytest.raises(asyncio.CancelledError):
            await second


async def test_closing_ends_a_request(pair: Pair) -> None:
    req, _ = pair
    asking = asyncio.create_task(req.request(b"question"))
    await turn()

    req.close()

    with pytest.raises(zmq4.Closed):
        await asking


async def test_fewer_than_no_retries_are_refused(endpoint: str) -> None:
    async with Req(bind=endpoint) as req:
        with pytest.raises(ValueError, match="retries"):
            await req.request(b"question", retries=-1)
