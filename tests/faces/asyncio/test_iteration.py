"""`async for` over messages and batches, until the socket is closed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import zmq4
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]


async def test_iteration_yields_whole_messages_in_order(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"one", (b"two", b"frames"), b"stop"])

    seen = []
    async for message in pull:
        if message[0] == b"stop":
            break
        seen.append([*message])

    assert seen == [[b"one"], [b"two", b"frames"]]


async def test_iteration_ends_when_the_socket_is_closed(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"x")

    async def iterate() -> list[zmq4.Message]:
        return [message async for message in pull]

    iterating = asyncio.create_task(iterate())
    await asyncio.sleep(0)
    pull.close()

    assert await iterating == [zmq4.Message(b"x")]
    assert [message async for message in pull] == []


async def test_iteration_keeps_to_the_time_limit_of_the_socket(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint, recv_timeout=0.01) as pull:
        with pytest.raises(zmq4.Timeout):
            await anext(pull)


async def test_iteration_can_be_left_and_taken_up_again(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"1", b"2", b"3"])

    async for message in pull:
        assert message.content == b"1"
        break
    async for message in pull:
        assert message.content == b"2"
        break

    assert (await anext(pull)).content == b"3"


async def test_iteration_ends_with_its_time_limit(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"x")
    seen = []

    async def iterate() -> None:
        async for message in pull:
            seen.append(message.content)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(iterate(), 0.01)

    assert seen == [b"x"]


async def test_batches_hold_at_most_max(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"x"] * 10)
    batches = pull.batches(max=4)

    assert [len(await anext(batches)) for _ in range(3)] == [4, 4, 2]


async def test_batches_are_bounded_unless_told(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"x"] * 600)

    assert len(await anext(pull.batches())) == 512


async def test_batches_give_the_program_its_turn(pipeline: Pipeline) -> None:
    push, pull = pipeline
    batches = pull.batches(timeout=0.01)

    assert await anext(batches) == []
    push.try_send(b"x")
    assert await anext(batches) == [zmq4.Message(b"x")]


async def test_batches_end_when_the_socket_is_closed(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"1", b"2"])

    async def iterate() -> list[zmq4.Message]:
        return [message async for batch in pull.batches() for message in batch]

    iterating = asyncio.create_task(iterate())
    await asyncio.sleep(0)
    pull.close()

    assert [message.content for message in await iterating] == [b"1", b"2"]


async def test_iterators_are_iterators(pipeline: Pipeline) -> None:
    _, pull = pipeline

    assert isinstance(pull, AsyncIterator)
    assert isinstance(pull.batches(), AsyncIterator)
