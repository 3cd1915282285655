"""Loops and sockets: many sockets on one loop, one socket on many loops, loops that come and go."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

import zmq4
from faces.asyncio.steps import finish_at_once, step
from faces.crew import Crew
from fixtures.leaks import descriptors
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]
LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def open_descriptors() -> int:
    return len([*descriptors()])


def run(new_loop: LoopFactory, main: Callable[[], Coroutine[Any, Any, object]]) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())


async def test_hundred_waiting_sockets_share_one_descriptor(inproc_endpoint: str) -> None:
    pulls = [Pull(bind=f"{inproc_endpoint}/{number}") for number in range(100)]
    before = open_descriptors()

    waiting = [asyncio.create_task(pull.recv()) for pull in pulls]
    await asyncio.sleep(0)

    assert open_descriptors() <= before + 1
    for pull in pulls:
        pull.close()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_idle_sockets_have_no_descriptor() -> None:
    before = open_descriptors()

    sockets = [Push() for _ in range(1000)]

    assert open_descriptors() == before
    for socket in sockets:
        socket.close()


async def test_many_sockets_wait_at_once(inproc_endpoint: str, deadline: float) -> None:
    pulls = [Pull(bind=f"{inproc_endpoint}/{number}") for number in range(300)]
    pushes = [Push(connect=pull.endpoint) for pull in pulls]
    waiting = [asyncio.create_task(pull.recv()) for pull in pulls]
    await asyncio.sleep(0)

    for number, push in enumerate(pushes):
        push.try_send(b"%d" % number)
    async with asyncio.timeout(deadline):
        messages = await asyncio.gather(*waiting)

    assert [int(message.content) for message in messages] == [*range(300)]
    for socket in (*pulls, *pushes):
        socket.close()


async def test_closed_loop_gives_its_descriptor_back(
    pipeline: Pipeline, new_loop: LoopFactory
) -> None:
    _, pull = pipeline
    before = open_descriptors()

    def wait_on_a_loop_of_its_own() -> None:
        run(new_loop, lambda: pull.recv_many(timeout=0.001))

    await asyncio.to_thread(wait_on_a_loop_of_its_own)
    gc.collect()

    assert open_descriptors() == before
    await asyncio.get_running_loop().shutdown_default_executor()


def test_socket_goes_from_loop_to_loop(pipeline: Pipeline, new_loop: LoopFactory) -> None:
    push, pull = pipeline

    async def wait_for_one(number: int) -> None:
        asyncio.get_running_loop().call_soon(push.try_send, b"%d" % number)
        assert (await pull.recv()).content == b"%d" % number

    for number in range(30):
        run(new_loop, partial(wait_for_one, number))


def test_loop_is_not_kept_alive_by_a_socket(pipeline: Pipeline, new_loop: LoopFactory) -> None:
    _, pull = pipeline
    loop = new_loop()
    loop.run_until_complete(pull.recv_many(timeout=0.001))
    gone = weakref.ref(loop)

    loop.close()
    del loop
    gc.collect()

    assert gone() is None


def test_operation_of_a_loop_that_was_closed_has_taken_nothing(
    pipeline: Pipeline, new_loop: LoopFactory
) -> None:
    push, pull = pipeline
    loop = new_loop()
    operation = pull.recv()

    async def begin() -> None:
        while operation.send(None) is None:
            pass

    loop.run_until_complete(begin())
    loop.close()
    push.try_send(b"1")
    push.try_send(b"2")

    async def receive() -> list[bytes]:
        return [(await pull.recv()).content for _ in range(2)]

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(receive()) == [b"1", b"2"]
    operation.close()


def test_second_loop_is_refused_while_the_first_waits(
    pipeline: Pipeline, new_loop: LoopFactory
) -> None:
    push, pull = pipeline
    first, second = new_loop(), new_loop()
    waiting = first.create_task(pull.recv())
    step(first)

    with pytest.raises(zmq4.StateError, match="loop"):
        second.run_until_complete(pull.recv(timeout=0.01))

    push.try_send(b"x")
    assert first.run_until_complete(waiting).content == b"x"
    assert second.run_until_complete(pull.recv_many(timeout=0.001)) == []
    first.close()
    second.close()


def test_three_loops_run_in_three_threads(
    endpoint: str, new_loop: LoopFactory, crew: Crew, deadline: float
) -> None:
    if endpoint.startswith("inproc"):
        places = [f"{endpoint}/{number}" for number in range(3)]
    elif endpoint.startswith("ipc"):
        places = [f"{endpoint}{number}" for number in range(3)]
    else:
        places = [endpoint] * 3
    pulls = [Pull(bind=place) for place in places]
    targets = [str(pull.endpoint) for pull in pulls]

    async def pass_on(number: int) -> int:
        """Receive and send on, round and round: each loop talks to the next one."""
        async with pulls[number] as pull, Push(connect=targets[(number + 1) % 3]) as push:
            await push.endpoint.ready(deadline)
            if number == 0:
                await push.send(b"0")
            while True:
                count = int((await pull.recv(timeout=deadline)).content)
                if count < 3002:
                    await push.send(b"%d" % (count + 1))
                if count >= 3000:
                    return count

    def work(number: int) -> int:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(pass_on(number))

    workers = [crew.start(partial(work, number)) for number in range(3)]

    assert sorted(worker.result() for worker in workers) == [3000, 3001, 3002]


def test_child_context_of_a_loop_works_with_asyncio_run(inproc_endpoint: str) -> None:
    async def main() -> bytes:
        async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
            waiting = asyncio.create_task(pull.recv())
            await asyncio.sleep(0)
            await push.send(b"x")
            return (await waiting).content

    assert [asyncio.run(main()) for _ in range(20)] == [b"x"] * 20


def test_sockets_are_made_before_any_loop(pipeline: Pipeline, new_loop: LoopFactory) -> None:
    push, pull = pipeline
    finish_at_once(push.send(b"x"))

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(pull.recv()) == zmq4.Message(b"x")
