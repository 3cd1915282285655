"""Dialogues cancelled at every place where they can be suspended: no answer goes to another question.

As in `faces/asyncio/test_cancellation.py`, a loop is stepped by hand, and all orders are tried.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from itertools import count, product
from typing import Any, TypeVar

import pytest

import zmq4
from faces.asyncio.steps import step
from zmq4.asyncio import Dealer, Pub, Rep, Req, Router, Sub, XPub

T = TypeVar("T")
Loop = asyncio.AbstractEventLoop

ORDERS = [*product(range(6), range(6))]
"""Before which step it happens, and before which the task is cancelled."""
SEED = 20_261_129


def outcome(
    loop: Loop,
    operation: Coroutine[Any, Any, T],
    happen: Callable[[], object],
    order: tuple[int, int],
) -> T | None:
    """Step ``loop`` to the end of an operation; return its result, or None if it was cancelled."""
    task = loop.create_task(operation)
    happens_before, cancelled_before = order
    for number in range(100):
        if number == happens_before:
            happen()
        if number == cancelled_before:
            task.cancel()
        step(loop)
        if task.done() and number >= max(order):
            break
    return None if task.cancelled() else task.result()


def answer_all(rep: Rep) -> int:
    """Answer what was asked so far with the question; return how many there were."""
    for number in count():
        request = rep.try_recv()
        if request is None:
            return number
        assert rep.try_send(*request)
    return 0


@pytest.mark.parametrize("retries", [0, 3])
def test_cancelled_request_is_never_answered_to_another(
    loop: Loop, inproc_endpoint: str, retries: int
) -> None:
    rep, req = Rep(bind=inproc_endpoint), Req(connect=inproc_endpoint)
    numbers = count()
    seen = set()
    for order in ORDERS:
        text = f"{next(numbers)}"
        answer = outcome(
            loop, req.request(text, timeout=30, retries=retries), lambda: answer_all(rep), order
        )
        assert answer is None or answer.text == text
        seen.add(answer is None)

        text = f"{next(numbers)}"
        following = loop.create_task(req.request(text, timeout=30))
        for _ in range(100):
            step(loop)
            answer_all(rep)
            if following.done():
                break
        assert following.result().text == text
    assert seen == {True, False}
    req.close()
    rep.close()


def test_cancelled_wait_for_a_request_has_taken_none(loop: Loop, inproc_endpoint: str) -> None:
    rep, req = Rep(bind=inproc_endpoint), Req(connect=inproc_endpoint, relaxed=True)
    for order in ORDERS:
        request = outcome(loop, rep.recv(), lambda: req.try_send(b"x"), order)

        assert request is not None or rep.try_recv() is not None, order
        assert rep.try_send(b"y")
        reply = req.try_recv()
        assert reply is not None
        assert reply.content == b"y"
    req.close()
    rep.close()


def test_cancelled_send_to_a_peer_was_not_sent(loop: Loop, inproc_endpoint: str) -> None:
    router = Router(bind=inproc_endpoint, send_hwm=1)
    dealer = Dealer(connect=inproc_endpoint, recv_hwm=1, routing_id=b"d")
    dealer.try_send(b"hello")
    hello = router.try_recv()
    assert hello is not None
    seen = set()
    for order in ORDERS:
        while router.try_send(b"d", b"fills it"):
            pass
        taken: list[zmq4.Message | None] = []

        sent = outcome(
            loop,
            telling(lambda: router.send(b"d", b"late")),
            lambda: taken.append(dealer.try_recv()),  # noqa: B023 (it is called at once)
            order,
        )
        texts = [each.text for each in (*taken, *iter(dealer.try_recv, None)) if each is not None]

        assert texts.count("late") == (1 if sent else 0), order
        seen.add(sent)
    assert seen == {True, None}
    dealer.close()
    router.close()


async def telling(make: Callable[[], Coroutine[Any, Any, None]]) -> bool:
    """Do what is made, and say so."""
    await make()
    return True


def test_cancelled_receive_of_a_subscriber_has_taken_nothing(
    loop: Loop, inproc_endpoint: str
) -> None:
    pub, sub = Pub(bind=inproc_endpoint), Sub(connect=inproc_endpoint, topics="t")
    for order in ORDERS:
        # What it has not subscribed to is passed over on the way.
        message = outcome(
            loop,
            sub.recv(),
            lambda: [pub.try_send(text) for text in ("other", "t", "other")],
            order,
        )

        assert (message is None) != (sub.try_recv() is None), order
        assert sub.try_recv() is None
    sub.close()
    pub.close()


def test_cancelled_wait_for_subscribers_leaves_nothing_behind(
    loop: Loop, inproc_endpoint: str
) -> None:
    xpub = XPub(bind=inproc_endpoint)
    for order in ORDERS:
        sub = Sub(connect=inproc_endpoint)
        done = outcome(
            loop,
            telling(lambda: xpub.wait_for_subscribers(1, "t", 30)),
            lambda: sub.subscribe("t"),  # noqa: B023 (it is called at once)
            order,
        )

        assert done in {True, None}
        news = xpub.try_recv()
        assert isinstance(news, zmq4.Subscription)
        assert news.topic == b"t"
        sub.close()
        assert isinstance(xpub.try_recv(), zmq4.Subscription)
    xpub.close()


async def test_random_cancellations_mix_no_answers_up(tcp_endpoint: str, deadline: float) -> None:
    await cancel_at_random(tcp_endpoint, deadline, 500)


async def cancel_at_random(endpoint: str, deadline: float, requests: int) -> None:
    """Ask so many questions and cancel most of them, at any moment; those left are answered."""
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    answered = 0

    async def serve(rep: Rep) -> None:
        async for request in rep:
            await request.reply(*request)

    async with Rep(bind=endpoint) as rep, Req(connect=rep.endpoint, linger=0) as req:
        serving = asyncio.create_task(serve(rep))
        await req.endpoint.ready(deadline)
        for number in range(requests):
            task = asyncio.create_task(req.request(f"{number}", timeout=deadline))
            if chance.random() < 0.7:
                for _ in range(chance.randrange(5)):
                    await asyncio.sleep(0)
                task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                assert task.result().text == f"{number}"
                answered += 1
        rep.close()
        await serving

    assert answered > requests / 10


def test_loop_that_is_closed_amid_a_request_leaves_the_socket_to_the_next(
    inproc_endpoint: str, new_loop: Callable[[], Loop]
) -> None:
    rep, req = Rep(bind=inproc_endpoint), Req(connect=inproc_endpoint)
    for number in range(5):
        loop = new_loop()
        task = loop.create_task(req.request(f"{number}", timeout=30))
        step(loop)
        task.cancel()
        step(loop)
        step(loop)
        loop.close()
        assert task.cancelled()

    last = new_loop()
    answer = outcome(last, req.request("last"), lambda: answer_all(rep), (1, 50))
    last.close()
    assert answer is not None
    assert answer.text == "last"
    req.close()
    rep.close()
