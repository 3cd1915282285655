"""asyncio is slow, fragile, and misses events of an edge-triggered descriptor.

P#1209 (seven times slower), P#859, P#1203, P#1085 (missed events), P#1928 (memory of a busy socket),
L#3641 (edge-triggered).
"""

import asyncio
import gc
import sys
from typing import Any

import pytest

from zmq4.asyncio import Dealer, Pull, Push


@pytest.mark.parametrize("transport", ["tcp", "inproc"])
async def test_sending_never_swallows_the_event_of_a_receive(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    total = 3000

    async def send(dealer: Dealer) -> None:
        for number in range(total):
            await dealer.send(b"%d" % number)

    async def receive(dealer: Dealer) -> list[int]:
        return [int(await dealer.recv_bytes(timeout=deadline)) for _ in range(total)]

    async with Dealer(bind=endpoint) as one, Dealer(connect=one.endpoint) as other:
        *_, here, there = await asyncio.gather(send(one), send(other), receive(one), receive(other))

    assert here == there == [*range(total)]


async def test_burst_is_read_to_its_end_though_one_is_read_at_a_time(
    tcp_endpoint: str, deadline: float
) -> None:
    async with Pull(bind=tcp_endpoint) as pull, Push(connect=pull.endpoint) as push:
        for _ in range(20):
            waiting = asyncio.create_task(pull.recv(timeout=deadline))
            await asyncio.sleep(0)
            await push.send_many([b"x"] * 50)
            await waiting
            for _ in range(49):
                await asyncio.sleep(0)
                await pull.recv(timeout=deadline)


async def test_message_that_is_there_costs_no_future(
    inproc_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
        loop, futures = asyncio.get_running_loop(), 0
        create_future = loop.create_future

        def counted() -> asyncio.Future[Any]:
            nonlocal futures
            futures += 1
            return create_future()

        monkeypatch.setattr(loop, "create_future", counted)
        for _ in range(1000):
            await push.send(b"x")
            await pull.recv()

        assert futures == 0


async def test_sockets_that_are_ready_together_wake_the_loop_once(
    inproc_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, added = asyncio.get_running_loop(), 0
    add_reader = loop.add_reader

    def counted(*arguments: Any) -> None:  # noqa: ANN401 (whatever it is handed)
        nonlocal added
        added += 1
        add_reader(*arguments)

    monkeypatch.setattr(loop, "add_reader", counted)
    pulls = [Pull(bind=f"{inproc_endpoint}/{number}") for number in range(50)]
    pushes = [Push(connect=pull.endpoint) for pull in pulls]
    for _ in range(3):
        waiting = [asyncio.create_task(pull.recv()) for pull in pulls]
        await asyncio.sleep(0)
        for push in pushes:
            push.try_send(b"x")
        await asyncio.sleep(0)  # the loop looks at its one descriptor
        await asyncio.sleep(0)  # the tasks that it woke run
        await asyncio.sleep(0)
        assert all(task.done() for task in waiting)

    assert added == 1
    for socket in (*pulls, *pushes):
        socket.close()


async def test_socket_that_is_always_busy_keeps_no_memory(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
        push.try_send(b"x")

        async def go_round(times: int) -> None:
            for _ in range(times):
                await push.send(await pull.recv_bytes())

        await go_round(5_000)
        gc.collect()
        before = sys.getallocatedblocks()
        await go_round(50_000)
        gc.collect()

        assert sys.getallocatedblocks() - before < 500
