"""The asyncio face, to a type checker: read by `make lint`, never run.

An expected error is a line with an ignore; both checkers complain about one that is not needed.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

import asyncio
from collections.abc import AsyncIterator
from typing import assert_type

import zmq4
import zmq4.asyncio as aio


async def what_may_wait_is_awaited(push: aio.Push, pull: aio.Pull, pair: aio.Pair) -> None:
    assert_type(await push.send(b"head", "text", bytearray(1), timeout=1), None)
    assert_type(push.try_send(b"x"), bool)
    assert_type(await push.send_many([b"one", (b"two", "three")]), int)
    assert_type(await push.drain(timeout=1), None)

    assert_type(await pull.recv(), zmq4.Message)
    assert_type(await pull.recv(0.5), zmq4.Message)
    assert_type(await pull.recv_bytes(timeout=1), bytes)
    assert_type(await pull.recv_into(bytearray(9)), int)
    assert_type(pull.try_recv(), zmq4.Message | None)
    assert_type(await pull.recv_many(max=3, timeout=1), list[zmq4.Message])
    async for message in pull:
        assert_type(message, zmq4.Message)
    assert_type(await anext(pull), zmq4.Message)
    assert_type(pull.batches(max=3), AsyncIterator[list[zmq4.Message]])

    await pair.send(b"x")
    assert_type(await pair.recv(), zmq4.Message)


async def operations_are_coroutines(dealer: aio.Dealer) -> None:
    assert_type(asyncio.create_task(dealer.recv()), asyncio.Task[zmq4.Message])
    assert_type(await asyncio.wait_for(dealer.recv_bytes(), 1), bytes)
    first, second = await asyncio.gather(dealer.recv(), dealer.send_many([b"x"]))
    assert_type(first, zmq4.Message)
    assert_type(second, int)
    async with asyncio.TaskGroup() as tasks:
        assert_type(tasks.create_task(dealer.send(b"x")), asyncio.Task[None])


async def a_forgotten_await_is_seen(push: aio.Push, pull: aio.Pull) -> None:
    push.send(b"x")  # type: ignore[unused-coroutine]
    print(pull.recv().content)  # type: ignore[attr-defined]


async def faces_are_not_mixed(push: aio.Push, pull: aio.Pull) -> None:
    with push:  # type: ignore[attr-defined]
        pass
    for _ in pull:  # type: ignore[attr-defined]
        pass
    wrong: zmq4.Pull = pull  # type: ignore[assignment]
    del wrong


async def events_are_awaited(pull: aio.Pull) -> None:
    async with pull.events(timeout=1, capacity=10) as events:
        assert_type(events, aio.Events)
        assert_type(await events.next(timeout=1), zmq4.Event)
        assert_type(events.try_next(), zmq4.Event | None)
        async for event in events:
            assert_type(event, zmq4.Event)
    for _ in pull.events():  # type: ignore[attr-defined]
        pass


async def pollers_and_proxies_are_awaited(router: aio.Router, dealer: aio.Dealer) -> None:
    poller: aio.Poller[aio.Router] = aio.Poller()
    poller.register(router)
    assert_type(await poller.poll(timeout=1, max=3), list[tuple[aio.Router, zmq4.PollEvent]])
    proxy = aio.Proxy(router, dealer)
    assert_type(await proxy.run(), None)
    aio.Proxy(router, zmq4.Dealer())  # type: ignore[arg-type]


async def endpoints_are_objects() -> None:
    async with aio.Pull(bind="tcp://127.0.0.1:0", recv_hwm=5) as pull:
        assert_type(pull, aio.Pull)
        assert_type(pull.endpoint, aio.Endpoint)
        line = zmq4.Push(connect=pull.endpoint).endpoint
        assert_type(line, zmq4.Endpoint)
        other = aio.Push(connect=[line, str(line)]).endpoint
        assert_type(await other.ready(timeout=1), None)

    aio.Pull(recv_hmw=5)  # type: ignore[call-arg]
    pull.recv_hmw = 5  # type: ignore[attr-defined]


async def forward(source: aio.Receiver[zmq4.Message], target: aio.Sender) -> None:
    async for message in source:
        await target.send(*message)
    async for batch in source.batches():
        await target.send_many(batch)


async def helpers_take_any_pattern(push: aio.Push, pull: aio.Pull, pair: aio.Pair) -> None:
    await forward(pull, push)
    await forward(pair, pair)

    await forward(push, pull)  # type: ignore[arg-type]
