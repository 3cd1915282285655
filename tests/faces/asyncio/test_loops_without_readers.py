"""Loops that cannot watch descriptors, as Windows has them: a thread watches for them."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

import zmq4
from faces.patience import eventually
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]


class LoopWithoutReaders(asyncio.SelectorEventLoop):
    def add_reader(self, *_: object) -> None:
        raise NotImplementedError

    def remove_reader(self, *_: object) -> bool:
        raise NotImplementedError


def pumps() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "zmq4-loop"]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Run coroutines on a loop without readers; its thread has gone before the next test."""
    with asyncio.Runner(loop_factory=LoopWithoutReaders) as runner:
        yield runner
    eventually(lambda: not pumps())


def test_messages_are_waited_for(runner: asyncio.Runner, endpoint: str, deadline: float) -> None:
    async def main() -> list[int]:
        async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
            await push.endpoint.ready(deadline)
            sending = asyncio.create_task(push.send_many(b"%d" % n for n in range(5000)))
            numbers = [int((await pull.recv(timeout=deadline)).content) for _ in range(5000)]
            await sending
            await push.drain(deadline)
            return numbers

    assert runner.run(main()) == [*range(5000)]


def test_cancellation_and_time_limits_work(runner: asyncio.Runner, pipeline: Pipeline) -> None:
    push, pull = pipeline

    async def main() -> zmq4.Message:
        with pytest.raises(zmq4.Timeout):
            await pull.recv(timeout=0.01)
        waiting = asyncio.create_task(pull.recv())
        await asyncio.sleep(0)
        waiting.cancel()
        push.try_send(b"x")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return await pull.recv()

    assert runner.run(main()).content == b"x"


def test_many_waits_share_one_thread(runner: asyncio.Runner, inproc_endpoint: str) -> None:
    async def main() -> None:
        pulls = [Pull(bind=f"{inproc_endpoint}/{number}") for number in range(50)]
        waiting = [asyncio.create_task(pull.recv()) for pull in pulls]
        await asyncio.sleep(0)
        assert len(pumps()) == 1
        for pull in pulls:
            pull.close()
        await asyncio.gather(*waiting, return_exceptions=True)

    runner.run(main())


def test_no_thread_is_started_where_nobody_waits(
    runner: asyncio.Runner, pipeline: Pipeline
) -> None:
    push, pull = pipeline

    async def main() -> None:
        await push.send(b"x")
        await pull.recv()
        assert pumps() == []

    runner.run(main())
