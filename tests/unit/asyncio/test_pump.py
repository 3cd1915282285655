"""`zmq4.asyncio._pump`: loops that cannot watch descriptors are served by a thread."""

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest

import zmq4.asyncio


class BlindLoop(asyncio.SelectorEventLoop):
    """A loop that watches no descriptor but its own, as Windows' Proactor does."""

    entered: int = 0

    def add_reader(self, fd: object, callback: Callable[..., object], *args: object) -> None:
        raise NotImplementedError

    def call_soon_threadsafe(self, *args: object, **kwargs: object) -> asyncio.Handle:
        self.entered += 1
        handle: asyncio.Handle = super().call_soon_threadsafe(*args, **kwargs)  # type: ignore[arg-type]
        return handle


def pumps() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "zmq4-loop"]


def wait_for_the_end_of_pumps(deadline: float) -> None:
    for thread in pumps():
        thread.join(deadline)
    assert pumps() == []


def test_messages_arrive_without_add_reader(deadline: float) -> None:
    async def talk() -> list[bytes]:
        async with (
            zmq4.asyncio.Pull(bind="inproc://pump") as pull,
            zmq4.asyncio.Push(connect="inproc://pump") as push,
        ):
            waiting = asyncio.create_task(pull.recv_bytes(timeout=deadline))
            await asyncio.sleep(0)
            await push.send(b"1")
            first = await waiting
            await push.send(b"2")
            return [first, await pull.recv_bytes(timeout=deadline)]

    with asyncio.Runner(loop_factory=BlindLoop) as runner:
        assert runner.run(talk()) == [b"1", b"2"]
        assert len(pumps()) == 1
    wait_for_the_end_of_pumps(deadline)


def test_loop_is_entered_once_for_many_that_are_ready(deadline: float) -> None:
    many = 50

    async def talk() -> int:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, BlindLoop)
        pulls = [zmq4.asyncio.Pull(bind=f"inproc://pump-{number}") for number in range(many)]
        pushes = [zmq4.asyncio.Push(connect=pull.endpoint) for pull in pulls]
        waiting = [asyncio.create_task(pull.recv(timeout=deadline)) for pull in pulls]
        await asyncio.sleep(0)
        for push in pushes:
            assert push.try_send(b"x")
        entered = loop.entered
        await asyncio.gather(*waiting)
        for sock in (*pulls, *pushes):
            sock.close()
        return loop.entered - entered

    with asyncio.Runner(loop_factory=BlindLoop) as runner:
        assert runner.run(talk()) <= many / 2
    wait_for_the_end_of_pumps(deadline)


@pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_pump_keeps_no_loop_alive(deadline: float) -> None:
    async def wait_in_vain() -> None:
        async with zmq4.asyncio.Pull() as pull:
            assert await pull.recv_many(timeout=0.01) == []

    loop = BlindLoop()
    loop.run_until_complete(wait_in_vain())
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    give_up = time.monotonic() + deadline
    while gone() is not None and time.monotonic() < give_up:
        time.sleep(0.01)  # the pump may look at the loop at this moment

    assert gone() is None
    wait_for_the_end_of_pumps(deadline)
