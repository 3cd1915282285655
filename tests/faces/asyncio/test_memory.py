"""Awaiting again and again takes no memory."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable

import pytest

import zmq4
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]


async def growth(work: Callable[[], Awaitable[object]], times: int) -> int:
    """Do something so many times; return the blocks of memory that were taken and not freed.

    A leak is one block a time; caches of the interpreter's come and go by some hundreds.
    """
    for _ in range(times // 2):  # until every cache is as large as it gets
        await work()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(times):
        await work()
    gc.collect()
    return sys.getallocatedblocks() - before


async def test_memory_is_flat_over_200_000_awaits_at_once(pipeline: Pipeline) -> None:
    push, pull = pipeline

    async def there_and_back() -> None:
        await push.send(b"head", b"body")
        await pull.recv()

    assert await growth(there_and_back, 100_000) < 1_000


async def test_memory_is_flat_over_waits(pipeline: Pipeline) -> None:
    push, pull = pipeline
    call_soon = asyncio.get_running_loop().call_soon

    async def wait() -> None:
        call_soon(push.try_send, b"x")
        await pull.recv(timeout=3600)

    assert await growth(wait, 5_000) < 1_000


async def test_memory_is_flat_over_cancellations_and_timeouts(pipeline: Pipeline) -> None:
    _, pull = pipeline

    async def give_up() -> None:
        task = asyncio.create_task(pull.recv())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(zmq4.Timeout):
            await pull.recv(timeout=0)

    assert await growth(give_up, 2_000) < 1_000


async def test_memory_is_flat_over_sockets(inproc_endpoint: str) -> None:
    async def one_life() -> None:
        async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
            waiting = asyncio.create_task(pull.recv())
            await asyncio.sleep(0)
            await push.send(b"x")
            await waiting

    assert await growth(one_life, 5_000) < 2_500


async def test_large_objects_are_let_go_when_a_loop_waits(
    pipeline: Pipeline, tcp_endpoint: str, deadline: float
) -> None:
    _, idle = pipeline
    body = bytes(100_000)
    before = sys.getrefcount(body)
    async with Pull(bind=tcp_endpoint) as pull, Push(connect=pull.endpoint) as push:
        for _ in range(50):
            await push.send(body)
        for _ in range(50):
            assert await pull.recv_bytes(timeout=deadline) == body
        await push.drain(deadline)

        for _ in range(3):
            await idle.recv_many(timeout=0.001)

        assert sys.getrefcount(body) == before
