"""Operations that need not wait end in their first step, and are fair to the loop all the same."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import pytest

import zmq4
from faces.asyncio.steps import finish_at_once
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]


def ends_at_once(operation: Coroutine[Any, Any, object]) -> bool:
    """Do one step, and close the operation if that was a turn for the loop."""
    try:
        operation.send(None)
    except StopIteration:
        return True
    operation.close()
    return False


@pytest.fixture
def fresh(pipeline: Pipeline) -> Pipeline:
    """Give a pipeline at the beginning of a turn."""
    push, pull = pipeline
    while ends_at_once(push.send(b"x")):
        pull.try_recv()
    return pipeline


def test_receive_of_a_message_that_is_there_returns_it_in_the_first_step(fresh: Pipeline) -> None:
    push, pull = fresh
    push.try_send(b"x")
    operation = pull.recv()

    with pytest.raises(StopIteration) as done:
        operation.send(None)

    assert done.value.value == zmq4.Message(b"x")


def test_send_with_room_ends_in_the_first_step(fresh: Pipeline) -> None:
    push, pull = fresh
    operation = push.send(b"x")

    with pytest.raises(StopIteration) as done:
        operation.send(None)

    assert done.value.value is None
    assert pull.try_recv() == zmq4.Message(b"x")


def test_every_operation_can_end_in_its_first_step(fresh: Pipeline) -> None:
    push, pull = fresh
    memory = bytearray(4)
    push.try_send(b"1")
    push.try_send(b"2")
    push.try_send(b"3")

    for operation, result in (
        (push.send_many([b"4", b"5"]), 2),
        (push.send(b"6", b"7"), None),
        (pull.recv_bytes(), b"1"),
        (pull.recv_into(memory), 1),
        (pull.recv_many(max=2), [zmq4.Message(b"3"), zmq4.Message(b"4")]),
        (pull.recv(), zmq4.Message(b"5")),
    ):
        with pytest.raises(StopIteration) as done:
            operation.send(None)
        assert done.value.value == result


def test_what_is_there_needs_no_loop(fresh: Pipeline) -> None:
    push, pull = fresh

    with pytest.raises(RuntimeError, match="no running"):
        asyncio.get_running_loop()
    finish_at_once(push.send(b"x"))

    assert finish_at_once(pull.recv()) == zmq4.Message(b"x")


def test_waiting_needs_a_loop(fresh: Pipeline) -> None:
    _, pull = fresh

    with pytest.raises(RuntimeError, match="no running event loop"):
        pull.recv().send(None)


def test_error_comes_in_the_first_step(fresh: Pipeline) -> None:
    push, pull = fresh
    push.try_send(b"head", b"body")

    with pytest.raises(zmq4.MultipartError):
        pull.recv_bytes().send(None)
    with pytest.raises(TypeError):
        push.send(5).send(None)  # type: ignore[arg-type]


def test_loop_has_a_turn_after_64_operations(fresh: Pipeline) -> None:
    push, pull = fresh

    for _ in range(5):
        for _ in range(64):
            push.try_send(b"x")
            assert ends_at_once(pull.recv())
        assert not ends_at_once(pull.recv())


def test_turn_comes_before_the_message_is_taken(fresh: Pipeline) -> None:
    push, pull = fresh
    for _ in range(64):
        finish_at_once(push.send(b"x"))
        pull.try_recv()
    push.try_send(b"kept")
    operation = pull.recv()

    assert operation.send(None) is None
    operation.close()

    assert pull.try_recv() == zmq4.Message(b"kept")


def test_turn_comes_before_the_message_is_sent(fresh: Pipeline) -> None:
    push, pull = fresh
    for _ in range(64):
        finish_at_once(push.send(b"x"))
        pull.try_recv()
    operation = push.send(b"never")

    assert operation.send(None) is None
    with pytest.raises(asyncio.CancelledError):
        operation.throw(asyncio.CancelledError)

    assert pull.try_recv() is None


async def test_busy_receiver_lets_others_run(pipeline: Pipeline) -> None:
    push, pull = pipeline
    for _ in range(1900):
        push.try_send(b"x")
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    for _ in range(1900):
        await pull.recv()
    counting.cancel()

    assert turns >= 1900 // 64 - 1


async def test_busy_sender_lets_others_run(pipeline: Pipeline) -> None:
    push, pull = pipeline
    received = 0

    async def receive() -> None:
        nonlocal received
        async for _ in pull:
            received += 1

    receiving = asyncio.create_task(receive())
    for _ in range(10_000):
        await push.send(b"x")
    assert received > 7000
    receiving.cancel()


@pytest.mark.parametrize("call", ["recv", "recv_many"])
async def test_poller_in_vain_lets_others_run(pipeline: Pipeline, call: str) -> None:
    _, pull = pipeline
    polling = getattr(pull, call)
    others = asyncio.create_task(asyncio.sleep(0))

    for _ in range(1000):
        with contextlib.suppress(zmq4.Timeout):
            await polling(timeout=0)

    assert others.done()


async def test_busy_iteration_lets_a_timer_run(pipeline: Pipeline) -> None:
    push, pull = pipeline
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True

    asyncio.get_running_loop().call_later(0.01, stop)
    push.try_send(b"x")
    async for message in pull:
        if stopped:
            break
        push.try_send(message[0])

    assert stopped
