"""`zmq4.asyncio._wait`: looking again whenever something rings."""

import asyncio

import pytest

from zmq4._native import LoopSignal
from zmq4.asyncio._bridge import running_bridge
from zmq4.asyncio._wait import wait_until


class Bell:
    """Something to wait for: done from the look of the given number on, rung after each watch."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.watched = 0

    def is_done(self) -> bool:
        self.looks -= 1
        return self.looks <= 0

    def watch(self, _signal: LoopSignal, token: int) -> object:
        self.watched += 1
        asyncio.get_running_loop().call_soon(running_bridge().resolve, [token])
        return object()


def nothing_is_expected() -> bool:
    bridge = running_bridge()
    return not bridge._waiting and not bridge._timers


async def test_what_is_done_is_not_waited_for() -> None:
    bell = Bell(looks=1)

    assert await wait_until(bell.is_done, bell.watch, 0)
    assert bell.watched == 0


async def test_what_happened_before_the_watch_is_seen() -> None:
    bell = Bell(looks=2)

    assert await wait_until(bell.is_done, bell.watch, None)
    assert bell.watched == 1
    assert nothing_is_expected()


async def test_ring_in_vain_is_waited_through() -> None:
    bell = Bell(looks=5)

    assert await wait_until(bell.is_done, bell.watch, 60)
    assert bell.watched == 2
    assert nothing_is_expected()


async def test_time_limit_ends_the_wait(time_unit: float) -> None:
    rung_never: list[int] = []

    def watch(_signal: LoopSignal, token: int) -> None:
        rung_never.append(token)

    assert not await wait_until(lambda: False, watch, time_unit)
    assert not await wait_until(lambda: False, watch, 0)
    assert len(rung_never) == 1
    assert nothing_is_expected()


async def test_cancellation_ends_the_wait() -> None:
    task = asyncio.create_task(wait_until(lambda: False, lambda _signal, _token: None, 60))
    await asyncio.sleep(0)
    assert not nothing_is_expected()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert nothing_is_expected()


async def test_error_ends_the_wait() -> None:
    def fail(_signal: LoopSignal, _token: int) -> object:
        raise KeyError

    with pytest.raises(KeyError):
        await wait_until(lambda: False, fail, 60)

    assert nothing_is_expected()


@pytest.mark.parametrize("timeout", [-1, float("nan")])
async def test_time_limit_is_not_negative(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout is seconds, 0 or more"):
        await wait_until(lambda: True, lambda _signal, _token: None, timeout)
