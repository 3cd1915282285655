"""`fileno()` in loops that know nothing of zmq4: sockets of either face, watched by hand."""

import asyncio
from collections.abc import Callable

import pytest

import zmq4
import zmq4.asyncio


@pytest.fixture(params=[zmq4, zmq4.asyncio], ids=["threads", "asyncio"])
def kinds(request: pytest.FixtureRequest) -> tuple[Callable[..., zmq4.Push], ...]:
    """Give the classes of a Push and a Pull, of either face."""
    return request.param.Push, request.param.Pull


async def test_loop_is_told_of_every_message(
    endpoint: str, kinds: tuple[Callable[..., zmq4.Push], ...], deadline: float
) -> None:
    loop, count = asyncio.get_running_loop(), 2000
    make_push, make_pull = kinds
    pull = make_pull(bind=endpoint)
    push = make_push(connect=str(pull.endpoint), send_hwm=0)
    received: list[bytes] = []
    done = loop.create_future()

    def receive() -> None:
        # One a turn: that there are more has to show in the next.
        message = pull.try_recv()  # type: ignore[attr-defined]
        if message is not None:
            received.append(message.content)
        if len(received) == count:
            done.set_result(None)

    loop.add_reader(pull.fileno(), receive)
    for number in range(count):
        assert push.try_send(b"%d" % number)
        if number % 100 == 0:
            await asyncio.sleep(0)
    async with asyncio.timeout(deadline):
        await done
    loop.remove_reader(pull.fileno())

    assert received == [b"%d" % number for number in range(count)]
    push.close()
    pull.close()


async def test_loop_is_not_told_of_nothing(inproc_endpoint: str, time_unit: float) -> None:
    loop, calls = asyncio.get_running_loop(), 0

    def count() -> None:
        nonlocal calls
        calls += 1
        pull.try_recv()

    async with (
        zmq4.asyncio.Pull(bind=inproc_endpoint) as pull,
        zmq4.asyncio.Push(connect=inproc_endpoint) as push,
    ):
        loop.add_reader(pull.fileno(), count)
        await push.send(b"x")
        await asyncio.sleep(time_unit)  # whether it is called again and again shows only in time
        loop.remove_reader(pull.fileno())

    assert calls == 1


async def test_awaited_receives_keep_the_level_too(inproc_endpoint: str, deadline: float) -> None:
    loop = asyncio.get_running_loop()
    async with (
        zmq4.asyncio.Pull(bind=inproc_endpoint) as pull,
        zmq4.asyncio.Push(connect=inproc_endpoint) as push,
    ):
        for _ in range(5):
            told = asyncio.Event()
            waiting = asyncio.create_task(pull.recv())
            await asyncio.sleep(0)
            await push.send_many([b"1", b"2"])
            assert await waiting

            loop.add_reader(pull.fileno(), told.set)
            await asyncio.wait_for(told.wait(), deadline)
            loop.remove_reader(pull.fileno())
            assert pull.try_recv()
