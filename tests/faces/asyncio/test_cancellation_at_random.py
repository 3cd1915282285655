"""A stream of numbered messages under thousands of cancellations: none lost, none twice."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

import zmq4
from zmq4.asyncio import Pull, Push

CANCELLATIONS = 20_000


@pytest.fixture
def chance() -> random.Random:
    """Make choices that can be repeated; pytest shows the seed when a test fails."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)  # noqa: S311 (it chooses when to cancel)


async def cancelled_now_and_then(
    make: Callable[[], Coroutine[Any, Any, Any]], chance: random.Random
) -> Any:  # noqa: ANN401
    """Run an operation that is cancelled after a random number of turns; None if it was."""
    task = asyncio.create_task(make())
    for _ in range(chance.randrange(4)):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return None if task.cancelled() else task.result()


async def flow(push: Push, total: int, chance: random.Random) -> None:
    """Send numbers, now one and now a few at a time."""
    sent = 0
    while sent < total:
        count = min(chance.randrange(1, 4), total - sent)
        await push.send_many([b"%d" % number for number in range(sent, sent + count)])
        sent += count
        await asyncio.sleep(0)


async def test_cancelled_receives_lose_nothing(inproc_endpoint: str, chance: random.Random) -> None:
    async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
        sending = asyncio.create_task(flow(push, CANCELLATIONS // 2, chance))
        arrived: list[int] = []
        for number in range(CANCELLATIONS):
            call = (pull.recv, pull.recv_bytes)[number % 2]
            message = await cancelled_now_and_then(call, chance)
            if isinstance(message, zmq4.Message):
                arrived.append(int(message.content))
            elif message is not None:
                arrived.append(int(message))
        sending.cancel()
        arrived += [int(message.content) for message in iter(pull.try_recv, None)]

    assert arrived == [*range(len(arrived))]
    assert len(arrived) > CANCELLATIONS // 20


async def test_cancelled_batches_lose_nothing(
    endpoint: str, chance: random.Random, deadline: float
) -> None:
    total = 5000
    async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
        await push.endpoint.ready(deadline)
        sending = asyncio.create_task(flow(push, total, chance))
        arrived: list[int] = []
        while len(arrived) < total:
            batch = await cancelled_now_and_then(lambda: pull.recv_many(max=5), chance)
            arrived += [int(message.content) for message in batch or []]
        await sending

    assert arrived == [*range(total)]


async def test_cancelled_sends_are_not_sent(inproc_endpoint: str, chance: random.Random) -> None:
    async with (
        Pull(bind=inproc_endpoint, recv_hwm=2) as pull,
        Push(connect=inproc_endpoint, send_hwm=2) as push,
    ):
        sent: list[int] = []
        arrived: list[int] = []

        async def send(number: int) -> bool:
            await push.send(b"%d" % number)
            return True

        for number in range(CANCELLATIONS):
            if await cancelled_now_and_then(partial(send, number), chance):
                sent.append(number)
            if chance.random() < 0.4:
                arrived += [int(each.content) for each in await pull.recv_many(max=2, timeout=0)]
        arrived += [int(message.content) for message in iter(pull.try_recv, None)]

    assert arrived == sent
    assert len(sent) > CANCELLATIONS // 20


async def test_cancelled_receivers_side_by_side_lose_nothing(
    endpoint: str, chance: random.Random, deadline: float
) -> None:
    total = 3000
    arrived: list[int] = []

    async def receive(pull: Pull) -> None:
        while len(arrived) < total:
            message = await cancelled_now_and_then(pull.recv, chance)
            if message is not None:
                arrived.append(int(message.content))

    async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
        await push.endpoint.ready(deadline)
        async with asyncio.timeout(3 * deadline), asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(receive(pull))
            await flow(push, total, chance)

    assert sorted(arrived) == [*range(total)]
