"""What the calls return are coroutines: asyncio takes them as any other."""

import asyncio
import gc
import inspect
import sys
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

import zmq4
from faces.asyncio.steps import turn
from faces.crew import Crew
from zmq4.asyncio import Pair, Pull, Push

Pipeline = tuple[Push, Pull]
Operation = Coroutine[Any, Any, object]


@pytest.fixture(
    params=["recv", "recv_bytes", "recv_into", "recv_many", "send", "send_many", "drain"]
)
def make(request: pytest.FixtureRequest, inproc_endpoint: str) -> Any:  # noqa: ANN401
    """Make operations; once for each kind."""
    pair = Pair(bind=inproc_endpoint)
    arguments = {"recv_into": (bytearray(1),), "send": (b"x",), "send_many": ([b"x"],)}
    yield lambda: getattr(pair, request.param)(*arguments.get(request.param, ()))
    pair.close()


def test_operation_is_a_coroutine(make: Callable[[], Operation]) -> None:
    operation = make()

    assert isinstance(operation, Coroutine)
    assert isinstance(operation, Awaitable)
    assert asyncio.iscoroutine(operation)
    assert inspect.isawaitable(operation)
    operation.close()


async def test_message_is_received_by_everything_that_takes_a_coroutine(
    pipeline: Pipeline,
) -> None:
    push, pull = pipeline

    async def through_timeout() -> zmq4.Message:
        async with asyncio.timeout(10):
            return await pull.recv()

    async def through_group() -> zmq4.Message:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(pull.recv())
        return task.result()

    async def through_wait() -> zmq4.Message:
        (task,), _ = await asyncio.wait([asyncio.create_task(pull.recv())])
        return task.result()

    async def through_as_completed() -> zmq4.Message:
        for first in asyncio.as_completed([pull.recv()]):
            return zmq4.Message(*await first)
        raise AssertionError("there is one")

    ways: list[Callable[[], Awaitable[zmq4.Message]]] = [
        pull.recv,
        lambda: asyncio.create_task(pull.recv()),
        lambda: asyncio.create_task(pull.recv(), name="named"),
        lambda: asyncio.ensure_future(pull.recv()),
        lambda: asyncio.wait_for(pull.recv(), 10),
        lambda: asyncio.wait_for(pull.recv(), None),
        lambda: asyncio.shield(pull.recv()),
        through_timeout,
        through_group,
        through_wait,
        through_as_completed,
    ]
    for number, way in enumerate(ways):
        if number % 2:  # it waits, or it does not
            push.try_send(b"%d" % number)
        else:
            asyncio.get_running_loop().call_soon(push.try_send, b"%d" % number)
        assert await way() == zmq4.Message(b"%d" % number)


async def test_operations_are_gathered(pipeline: Pipeline) -> None:
    push, pull = pipeline

    *messages, nothing, count = await asyncio.gather(
        pull.recv(), pull.recv(), pull.recv(), push.send(b"1"), push.send_many([b"2", b"3"])
    )

    assert messages == [zmq4.Message(b"1"), zmq4.Message(b"2"), zmq4.Message(b"3")]
    assert (nothing, count) == (None, 2)


def test_operation_is_run_by_asyncio_run(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"x")

    assert asyncio.run(pull.recv()) == zmq4.Message(b"x")


async def test_operation_is_run_from_another_thread(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    loop = asyncio.get_running_loop()
    waiting = crew.start(lambda: asyncio.run_coroutine_threadsafe(pull.recv(), loop).result(10))

    while not waiting.is_done:
        push.try_send(b"x")
        await turn()

    assert waiting.result() == zmq4.Message(b"x")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
@pytest.mark.asyncio(loop_factories=["asyncio"])  # uvloop's depend on its version
async def test_eager_task_receives_without_a_turn(pipeline: Pipeline) -> None:
    push, pull = pipeline
    factory = getattr(asyncio, "eager_task_factory")  # noqa: B009 (new to the type checker)
    asyncio.get_running_loop().set_task_factory(factory)
    for _ in range(100):
        push.try_send(b"x")
        assert await asyncio.create_task(pull.recv()) == zmq4.Message(b"x")
    waiting = asyncio.create_task(pull.recv())
    push.try_send(b"late")

    assert (await waiting).content == b"late"


def test_operation_that_nobody_awaited_warns(make: Callable[[], Operation]) -> None:
    with pytest.warns(RuntimeWarning, match="never awaited"):
        make()  # type: ignore[unused-coroutine]


def test_operation_that_was_closed_does_not_warn(make: Callable[[], Operation]) -> None:
    operation = make()
    operation.close()
    operation.close()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del operation
        gc.collect()


async def test_operation_is_used_once(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"1")
    push.try_send(b"2")
    operation = pull.recv()

    assert (await operation).content == b"1"
    for _ in range(2):
        with pytest.raises(RuntimeError, match="cannot reuse"):
            await operation

    assert (await pull.recv()).content == b"2"


async def test_closed_operation_cannot_be_awaited(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"x")
    operation = pull.recv()
    operation.close()

    with pytest.raises(RuntimeError, match="cannot reuse"):
        await operation

    assert pull.try_recv() == zmq4.Message(b"x")


async def test_two_tasks_cannot_await_one_operation(pipeline: Pipeline) -> None:
    push, pull = pipeline
    operation = pull.recv()

    async def await_it() -> zmq4.Message:
        return await operation

    tasks = [asyncio.create_task(await_it()) for _ in range(2)]
    await turn()
    push.try_send(b"1")
    push.try_send(b"2")
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["Message", "RuntimeError"]
    assert pull.try_recv() is not None


def test_operation_throws_what_it_is_told_to(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.try_send(b"kept")

    for thrown in (LookupError("x"), LookupError, asyncio.CancelledError(), KeyboardInterrupt()):
        operation = pull.recv()
        expected = thrown if isinstance(thrown, type) else type(thrown)
        with pytest.raises(expected):
            operation.throw(thrown)
        with pytest.raises(RuntimeError, match="cannot reuse"):
            operation.send(None)

    assert pull.try_recv() == zmq4.Message(b"kept")


async def test_waiting_operation_throws_what_it_is_told_to(pipeline: Pipeline) -> None:
    push, pull = pipeline
    operation = pull.recv()
    future = operation.send(None)
    assert isinstance(future, asyncio.Future)

    with pytest.raises(LookupError, match="told so"):
        operation.throw(LookupError("told so"))

    push.try_send(b"x")
    assert await pull.recv() == zmq4.Message(b"x")


def test_first_value_sent_is_none(pipeline: Pipeline) -> None:
    _, pull = pipeline
    operation = pull.recv()

    with pytest.raises(TypeError):
        operation.send()  # type: ignore[call-arg]
    operation.close()


async def test_task_shows_its_operation_and_has_a_stack(pipeline: Pipeline) -> None:
    _, pull = pipeline
    task = asyncio.create_task(pull.recv())
    await turn()

    assert "pending" in repr(task)
    assert isinstance(task.get_stack(), list)
    task.print_stack()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_operation_in_a_cycle_is_collected(pipeline: Pipeline) -> None:
    _, pull = pipeline

    class Knot:
        operation: Operation

    async def tie() -> None:
        knot = Knot()
        knot.operation = pull.recv()
        knot.operation.send(None)
        await turn()

    await tie()
    gc.collect()

    assert pull.try_recv() is None


@pytest.mark.parametrize(
    ("name", "arguments", "keywords"),
    [
        ("recv", (), {"flags": 1}),
        ("recv", (), {"timeout": "1"}),
        ("recv_many", (5,), {}),
        ("recv_into", (), {}),
        ("send", (), {}),
        ("send_many", (), {}),
        ("send_many", (5,), {}),
    ],
)
async def test_wrong_arguments_are_refused_at_the_call(
    inproc_endpoint: str, name: str, arguments: tuple[object, ...], keywords: dict[str, object]
) -> None:
    async with Pair(bind=inproc_endpoint) as pair:
        with pytest.raises(TypeError):
            getattr(pair, name)(*arguments, **keywords)


async def test_wrong_time_limit_is_refused_at_the_call(inproc_endpoint: str) -> None:
    async with Pair(bind=inproc_endpoint) as pair:
        for call in (pair.recv, pair.recv_bytes, pair.recv_many):
            with pytest.raises(ValueError, match="seconds"):
                call(timeout=-1)
