"""Tasks that talk to each other, and what an exception in one does to the others."""

import asyncio

import pytest

import zmq4
from zmq4.asyncio import Dealer, Pair, Pull, Push

Pipeline = tuple[Push, Pull]


async def test_two_tasks_play_ping_pong(endpoint: str, deadline: float) -> None:
    rounds = 1000

    async def answer(pair: Pair) -> None:
        for _ in range(rounds):
            message = await pair.recv(timeout=deadline)
            await pair.send(message[0], b"pong", timeout=deadline)

    async with Pair(bind=endpoint) as one, Pair(connect=one.endpoint) as other:
        answering = asyncio.create_task(answer(other))
        for number in range(rounds):
            await one.send(b"%d" % number)
            assert [*await one.recv(timeout=deadline)] == [b"%d" % number, b"pong"]
        await answering


async def test_many_pairs_of_tasks_play_side_by_side(inproc_endpoint: str, deadline: float) -> None:
    async def play(number: int) -> int:
        place = f"{inproc_endpoint}/{number}"
        async with Dealer(bind=place) as one, Dealer(connect=place) as other:
            for count in range(50):
                await one.send(b"%d" % count)
                await other.send(await other.recv_bytes(timeout=deadline))
                assert int(await one.recv_bytes(timeout=deadline)) == count
            return number

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play(number)) for number in range(50)]

    assert [task.result() for task in tasks] == [*range(50)]


async def test_exception_in_one_task_leaves_the_others_alone(pipeline: Pipeline) -> None:
    push, pull = pipeline

    async def fail() -> None:
        message = await pull.recv()
        raise LookupError(message.text)

    failing, living = asyncio.create_task(fail()), asyncio.create_task(pull.recv())
    await asyncio.sleep(0)
    await push.send_many([b"1", b"2"])

    with pytest.raises(LookupError, match="1"):
        await failing
    assert (await living).content == b"2"


async def test_group_that_fails_cancels_its_receivers_and_loses_nothing(
    pipeline: Pipeline,
) -> None:
    push, pull = pipeline

    async def fail() -> None:
        push.try_send(b"kept")
        raise LookupError

    async def run_group() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(pull.recv())
            await asyncio.sleep(0)
            group.create_task(fail())

    with pytest.raises(ExceptionGroup):
        await run_group()
    left = pull.try_recv()

    assert left is None or left.content == b"kept"
    assert pull.stats().received == 1


async def test_exception_keeps_its_traceback(pipeline: Pipeline) -> None:
    _, pull = pipeline

    async def receive() -> None:
        await pull.recv(timeout=0.001)

    with pytest.raises(zmq4.Timeout) as raised:
        await asyncio.create_task(receive())

    assert [entry.name for entry in raised.traceback][-1] == "receive"


async def test_producer_is_held_back_by_its_consumer(inproc_endpoint: str) -> None:
    async with (
        Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        ahead = []
        sent = 0

        async def produce() -> None:
            nonlocal sent
            for number in range(500):
                await push.send(b"%d" % number)
                sent += 1

        producing = asyncio.create_task(produce())
        for received in range(500):
            ahead.append(sent - received)
            await pull.recv()
        await producing

    assert max(ahead) <= 11
