"""Cancelling at every place where an operation can be suspended: nothing is lost, nothing doubled.

A loop is stepped by hand. The message comes, or the room, before one step, and the cancellation
before another; all orders are tried.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import TypeVar

import pytest

import zmq4
from faces.asyncio.steps import step
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]
T = TypeVar("T")

ORDERS = [*product(range(6), range(6))]
"""Before which step it happens, and before which the task is cancelled."""


def outcome(
    loop: asyncio.AbstractEventLoop,
    task: asyncio.Task[T],
    happen: Callable[[], object],
    order: tuple[int, int],
) -> T | None:
    """Step ``loop`` to the end of ``task``; return its result, or None if it was cancelled."""
    happens_before, cancelled_before = order
    for number in range(100):
        if number == happens_before:
            happen()
        if number == cancelled_before:
            task.cancel()
        step(loop)
        if task.done() and number >= max(order):
            break
    return None if task.cancelled() else task.result()


def contents(pull: Pull) -> list[bytes]:
    return [message.content for message in iter(pull.try_recv, None)]


@pytest.mark.parametrize("call", ["recv", "recv_bytes", "recv_into"])
def test_cancelled_receive_has_taken_nothing(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop, call: str
) -> None:
    push, pull = pipeline
    arguments = (bytearray(10),) if call == "recv_into" else ()
    seen = set()

    for order in ORDERS:
        task = loop.create_task(getattr(pull, call)(*arguments))
        result = outcome(loop, task, lambda: push.try_send(b"x"), order)
        left = contents(pull)

        assert len(left) == (1 if result is None else 0), order
        seen.add(result is None)
    assert seen == {True, False}


def test_cancelled_batch_has_taken_nothing(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = pipeline

    def three() -> None:
        for number in range(3):
            push.try_send(b"%d" % number)

    for order in ORDERS:
        batch = outcome(loop, loop.create_task(pull.recv_many()), three, order)
        taken = [message.content for message in batch or []]

        assert taken + contents(pull) == [b"0", b"1", b"2"], order


def test_cancelled_send_has_sent_nothing(narrow: Pipeline, loop: asyncio.AbstractEventLoop) -> None:
    push, pull = narrow
    arrived: list[bytes] = []
    seen = set()

    async def send() -> bool:
        await push.send(b"head", b"body")
        return True

    for order in ORDERS:
        push.try_send(b"1")
        push.try_send(b"2")
        arrived.clear()
        is_sent = outcome(
            loop, loop.create_task(send()), lambda: arrived.extend(contents(pull)), order
        )
        left = [[*message] for message in iter(pull.try_recv, None)]

        assert arrived == [b"1", b"2"], order
        assert left == ([[b"head", b"body"]] if is_sent else []), order
        seen.add(is_sent)
    assert seen == {True, None}


def test_cancelled_send_many_has_sent_the_first_and_none_twice(
    narrow: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = narrow
    rows = [b"%d" % number for number in range(5)]
    arrived: list[bytes] = []

    for order in ORDERS:
        arrived.clear()
        task = loop.create_task(push.send_many(rows))
        sent = outcome(loop, task, lambda: arrived.extend(contents(pull)), order)
        for _ in range(3):
            arrived.extend(contents(pull))
            step(loop)

        assert arrived == rows[: len(arrived)], order
        assert sent in (None, len(arrived)), order


def test_receive_with_a_time_limit_is_cancelled_as_well(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = pipeline

    for order in ORDERS:
        task = loop.create_task(pull.recv(timeout=10))
        result = outcome(loop, task, lambda: push.try_send(b"x"), order)

        assert len(contents(pull)) == (1 if result is None else 0), order


def test_cancelled_iteration_has_taken_nothing(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = pipeline

    async def first() -> zmq4.Message:
        async for message in pull:
            return message
        raise AssertionError("the iteration has ended")

    for order in ORDERS:
        result = outcome(loop, loop.create_task(first()), lambda: push.try_send(b"x"), order)

        assert len(contents(pull)) == (1 if result is None else 0), order


def test_cancelled_ready_leaves_the_endpoint_as_it_is(
    inproc_endpoint: str, loop: asyncio.AbstractEventLoop
) -> None:
    for order in ORDERS:
        push, pull = Push(connect=inproc_endpoint), Pull()

        async def wait(push: Push = push) -> bool:
            await push.endpoint.ready()
            return True

        task = loop.create_task(wait())
        outcome(loop, task, partial(pull.bind, inproc_endpoint), order)

        assert push.try_send(b"x"), order
        assert contents(pull) == [b"x"], order
        loop.run_until_complete(push.endpoint.ready(timeout=10))
        push.close()
        pull.close()


def test_cancelled_drain_leaves_the_messages_where_they_are(
    refusing_endpoint: str, loop: asyncio.AbstractEventLoop
) -> None:
    push = Push(connect=refusing_endpoint, linger=0)
    push.try_send(b"x")

    for cancelled_before in range(6):
        task = loop.create_task(push.drain())
        outcome(loop, task, lambda: None, (0, cancelled_before))

        assert task.cancelled()
        assert push.stats().queued == 1
    push.close()


def test_cancelled_turn_for_the_loop_has_taken_nothing(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = pipeline

    async def receive(results: list[bytes]) -> None:
        while True:
            results.append((await pull.recv()).content)

    for cancelled_before in range(5):
        results: list[bytes] = []
        numbers = [b"%d" % number for number in range(300)]
        for number in numbers:
            push.try_send(number)

        outcome(loop, loop.create_task(receive(results)), lambda: None, (0, cancelled_before))

        assert results + contents(pull) == numbers, cancelled_before


@pytest.mark.parametrize("end", ["close", "throw"])
async def test_waiting_operation_that_ends_has_taken_nothing(pipeline: Pipeline, end: str) -> None:
    push, pull = pipeline
    operation = pull.recv()
    while operation.send(None) is None:
        pass
    push.try_send(b"x")
    await asyncio.sleep(0)

    if end == "close":
        operation.close()
    else:
        with pytest.raises(asyncio.CancelledError):
            operation.throw(asyncio.CancelledError())

    assert pull.try_recv() == zmq4.Message(b"x")


def test_forgotten_waiting_operation_has_taken_nothing(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = pipeline

    async def forget() -> None:
        operation = pull.recv()
        while operation.send(None) is None:
            pass
        push.try_send(b"x")
        del operation

    loop.run_until_complete(forget())

    assert contents(pull) == [b"x"]
