"""`zmq4.asyncio._bridge`: one descriptor a loop, and futures that carry readiness."""

import asyncio
import gc
import weakref

import pytest

from zmq4.asyncio._bridge import LoopBridge, running_bridge


async def test_loop_has_one_bridge() -> None:
    bridge = running_bridge()

    assert running_bridge() is bridge
    assert await asyncio.create_task(give_bridge()) is bridge


async def give_bridge() -> LoopBridge:
    return running_bridge()


def test_loops_have_bridges_of_their_own() -> None:
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()

    bridges = {loop.run_until_complete(give_bridge()) for loop in (first, second)}
    first.close()
    second.close()

    assert len(bridges) == 2


def test_bridge_outlives_one_run_of_its_loop() -> None:
    loop = asyncio.new_event_loop()

    first = loop.run_until_complete(give_bridge())
    second = loop.run_until_complete(give_bridge())
    loop.close()

    assert first is second


def test_bridge_goes_with_its_loop() -> None:
    loop = asyncio.new_event_loop()
    bridge = weakref.ref(loop.run_until_complete(give_bridge()))
    assert bridge() is not None

    loop.close()

    assert bridge() is None


@pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_bridge_keeps_no_loop_alive() -> None:
    loop = asyncio.new_event_loop()
    bridge = weakref.ref(loop.run_until_complete(give_bridge()))
    gone = weakref.ref(loop)

    del loop
    gc.collect()

    assert gone() is None
    assert bridge() is None


def test_there_is_no_bridge_without_a_loop() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        running_bridge()


async def test_futures_are_resolved_in_the_order_of_arrival() -> None:
    bridge, order = running_bridge(), []
    tokens = []
    for name in "abc":
        token, future = bridge.expect(None)
        future.add_done_callback(lambda _, name=name: order.append(name))
        tokens.append(token)

    bridge.resolve([tokens[2], tokens[0], tokens[1]])
    await asyncio.sleep(0)

    assert order == ["c", "a", "b"]


async def test_time_limit_resolves_the_future_too(time_unit: float, deadline: float) -> None:
    token, future = running_bridge().expect(time_unit)

    async with asyncio.timeout(deadline):
        await future

    running_bridge().forget(token)


async def test_forgotten_token_is_rung_in_vain() -> None:
    bridge = running_bridge()
    token, future = bridge.expect(60)

    bridge.forget(token)
    bridge.forget(token)
    bridge.resolve([token, 987654321])

    assert not future.done()
    assert (bridge._waiting, bridge._timers) == ({}, {})


async def test_cancelled_future_is_left_alone() -> None:
    bridge = running_bridge()
    token, future = bridge.expect(None)
    future.cancel()

    bridge.resolve([token])

    assert future.cancelled()
    bridge.forget(token)
