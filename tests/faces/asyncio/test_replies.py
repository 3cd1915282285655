"""`Rep` in a task: iteration yields requests, each of which can be replied to once."""

import asyncio
import threading
import warnings
from collections.abc import AsyncIterator

import pytest

import zmq4
from faces.asyncio.steps import turn
from zmq4.asyncio import Dealer, Rep

Pair = tuple[Rep, Dealer]


@pytest.fixture
async def pair(endpoint: str) -> AsyncIterator[Pair]:
    """Give a Rep and a Dealer that asks it."""
    async with Rep(bind=endpoint) as rep, Dealer(connect=rep.endpoint) as dealer:
        yield rep, dealer


async def ask(dealer: Dealer, *bodies: bytes) -> None:
    """Send requests, which no Req could send all at once."""
    for body in bodies:
        await dealer.send(b"", body)


async def answers(dealer: Dealer, count: int, deadline: float) -> list[bytes]:
    """Receive so many replies."""
    return [(await dealer.recv(timeout=deadline))[1] for _ in range(count)]


async def test_iteration_yields_requests_until_the_socket_is_closed(
    pair: Pair, deadline: float
) -> None:
    rep, dealer = pair
    await ask(dealer, b"1", b"2", b"end")

    async for request in rep:
        await request.reply(b"to " + request.content)
        if request.content == b"end":
            rep.close()

    assert await answers(dealer, 3, deadline) == [b"to 1", b"to 2", b"to end"]


async def test_request_that_was_not_replied_to_is_given_up_with_a_warning(
    pair: Pair, deadline: float
) -> None:
    rep, dealer = pair
    await ask(dealer, b"forgotten", b"answered", b"end")
    requests = aiter(rep)
    await anext(requests)

    with pytest.warns(RuntimeWarning, match="Rep .*was not replied to") as warned:
        request = await anext(requests)
    await request.reply(b"answered")
    await (await anext(requests)).reply(b"end")

    assert len(warned) == 1
    assert await answers(dealer, 2, deadline) == [b"answered", b"end"]


async def test_iteration_goes_on_behind_a_warning_that_is_an_error(
    pair: Pair, deadline: float
) -> None:
    rep, dealer = pair
    await ask(dealer, b"forgotten", b"answered")
    requests = aiter(rep)
    await anext(requests)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            await anext(requests)

    await (await anext(requests)).reply(b"answer")

    assert await answers(dealer, 1, deadline) == [b"answer"]


async def test_second_reply_to_a_request_is_refused(pair: Pair, deadline: float) -> None:
    rep, dealer = pair
    await ask(dealer, b"x")
    request = await rep.recv(timeout=deadline)
    await request.reply(b"first")

    with pytest.raises(zmq4.StateError):
        await request.reply(b"second")

    assert await answers(dealer, 1, deadline) == [b"first"]


async def test_reply_that_comes_too_late_is_refused(pair: Pair, deadline: float) -> None:
    rep, dealer = pair
    await ask(dealer, b"1", b"2")
    first = await rep.recv(timeout=deadline)
    await rep.send(b"to 1")
    second = await rep.recv(timeout=deadline)

    with pytest.raises(zmq4.StateError, match="another request was received since"):
        await first.reply(b"too late")

    await second.reply(b"to 2")
    assert await answers(dealer, 2, deadline) == [b"to 1", b"to 2"]


async def test_reply_has_at_least_one_frame(pair: Pair, deadline: float) -> None:
    rep, dealer = pair
    await ask(dealer, b"x")
    request = await rep.recv(timeout=deadline)

    with pytest.raises(TypeError, match="at least one frame"):
        await request.reply()  # type: ignore[call-arg]

    await request.reply("text", b"")
    assert [*(await dealer.recv(timeout=deadline))] == [b"", b"text", b""]


async def test_cancelled_iteration_has_taken_nothing(pair: Pair, deadline: float) -> None:
    rep, dealer = pair
    waiting = asyncio.ensure_future(anext(aiter(rep)))
    await turn()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    await ask(dealer, b"x")

    assert (await rep.recv(timeout=deadline)).content == b"x"


async def test_loop_that_may_not_wait_is_refused_and_gives_up_no_request(
    pair: Pair, deadline: float
) -> None:
    rep, dealer = pair
    waiting = asyncio.ensure_future(anext(aiter(rep)))
    await turn()
    refusals: list[BaseException] = []

    def other_loop() -> None:
        try:
            asyncio.run(asyncio.wait_for(rep.__anext__(), deadline))
        except zmq4.StateError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=other_loop)
    thread.start()
    await asyncio.to_thread(thread.join)
    await ask(dealer, b"x")

    await (await waiting).reply(b"y")
    assert len(refusals) == 1
    assert await answers(dealer, 1, deadline) == [b"y"]


async def test_closing_ends_a_waiting_iteration(pair: Pair) -> None:
    rep, _ = pair

    async def iterate() -> list[zmq4.Message]:
        return [request async for request in rep]

    iterating = asyncio.create_task(iterate())
    await turn()

    rep.close()

    assert await iterating == []
