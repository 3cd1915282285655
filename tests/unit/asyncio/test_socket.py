"""`zmq4.asyncio._socket`: what is awaited, by whom, and what cancelling it means."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
import pytest_asyncio

import zmq4
import zmq4.asyncio as aio
from zmq4.asyncio._bridge import running_bridge

Pipeline = tuple[aio.Push, aio.Pull]


@pytest_asyncio.fixture
async def pipeline(inproc_endpoint: str) -> AsyncIterator[Pipeline]:
    async with aio.Pull(bind=inproc_endpoint) as pull, aio.Push(connect=inproc_endpoint) as push:
        yield push, pull


async def talk(endpoint: str, deadline: float) -> list[bytes]:
    async with aio.Pull(bind=endpoint) as pull, aio.Push(connect=pull.endpoint) as push:
        waiting = asyncio.create_task(pull.recv(timeout=deadline))
        await asyncio.sleep(0)
        await push.send(b"one", "two")
        return list(await waiting)


async def test_message_travels_over_every_transport(endpoint: str, deadline: float) -> None:
    assert await talk(endpoint, deadline) == [b"one", b"two"]


@pytest.mark.leaks_allowed("uvloop keeps a pipe for signals as long as the process lives")
def test_other_loops_serve_as_well(tcp_endpoint: str, deadline: float) -> None:
    uvloop = pytest.importorskip("uvloop")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(talk(tcp_endpoint, deadline)) == [b"one", b"two"]


def test_socket_may_move_to_another_loop(inproc_endpoint: str, deadline: float) -> None:
    pull, push = aio.Pull(bind=inproc_endpoint), aio.Push(connect=inproc_endpoint)

    async def turn() -> bytes:
        waiting = asyncio.create_task(pull.recv_bytes(timeout=deadline))
        await asyncio.sleep(0)
        await push.send(b"x")
        return await waiting

    assert [asyncio.run(turn()) for _ in range(3)] == [b"x"] * 3
    pull.close()
    push.close()


def test_loop_that_was_closed_while_one_waited_does_not_take_the_next_message(
    inproc_endpoint: str, deadline: float
) -> None:
    pull, push = aio.Pull(bind=inproc_endpoint), aio.Push(connect=inproc_endpoint)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pull.recv(), 0.01)

    asyncio.run(give_up())
    assert push.try_send(b"x")
    assert asyncio.run(pull_one(pull, deadline)) == b"x"
    pull.close()
    push.close()


async def pull_one(pull: aio.Pull, deadline: float) -> bytes:
    return await pull.recv_bytes(timeout=deadline)


OPERATIONS: dict[str, Callable[[aio.Pair], Coroutine[object, object, object]]] = {
    "send": lambda pair: pair.send(b"x"),
    "send_many": lambda pair: pair.send_many([b"x"]),
    "recv": lambda pair: pair.recv(),
    "recv_bytes": lambda pair: pair.recv_bytes(),
    "recv_into": lambda pair: pair.recv_into(bytearray(9)),
    "recv_many": lambda pair: pair.recv_many(),
    "drain": lambda pair: pair.drain(),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_operation_is_a_coroutine(name: str) -> None:
    async with aio.Pair() as pair:
        operation = OPERATIONS[name](pair)

        assert isinstance(operation, Coroutine)
        assert inspect.isawaitable(operation)
        assert asyncio.iscoroutine(operation)
        operation.close()


@pytest.mark.parametrize("name", ["recv", "recv_bytes", "recv_into", "recv_many"])
async def test_cancelled_receive_takes_nothing(
    pipeline: Pipeline, name: str, deadline: float
) -> None:
    push, pull = pipeline
    calls = {
        "recv": pull.recv,
        "recv_bytes": pull.recv_bytes,
        "recv_into": lambda: pull.recv_into(bytearray(9)),
        "recv_many": pull.recv_many,
    }

    for rung_first in (False, True):
        task: asyncio.Task[object] = asyncio.create_task(calls[name]())
        await asyncio.sleep(0)
        if rung_first:
            assert push.try_send(b"kept")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await pull.recv_bytes(timeout=deadline) == b"kept"
    assert running_bridge()._waiting == {}


async def test_cancelled_receiver_passes_its_wake_on(pipeline: Pipeline, deadline: float) -> None:
    push, pull = pipeline
    first, second = asyncio.create_task(pull.recv()), asyncio.create_task(pull.recv())
    await asyncio.sleep(0)

    await push.send(b"x")
    first.cancel()

    assert (await asyncio.wait_for(second, deadline)).content == b"x"
    assert first.cancelled()


async def test_cancelled_send_sends_nothing(inproc_endpoint: str) -> None:
    async with (
        aio.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        aio.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        accepted = 0
        while push.try_send(b"accepted"):
            accepted += 1
        task = asyncio.create_task(push.send(b"cancelled"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        received: list[zmq4.Message] = []
        while batch := pull.recv_many(timeout=0.01):
            received += await batch or [zmq4.Message(b"end")]
            if received[-1].content == b"end":
                break
        assert [each.content for each in received[:-1]] == [b"accepted"] * accepted


async def test_time_limits_of_both_kinds_end_a_wait(pipeline: Pipeline, time_unit: float) -> None:
    _, pull = pipeline

    with pytest.raises(zmq4.Timeout, match="nothing was received in time"):
        await pull.recv(timeout=time_unit)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(time_unit):
            await pull.recv()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pull.recv_bytes(), time_unit)
    assert await pull.recv_many(timeout=time_unit) == []
    assert await pull.recv_many(timeout=0) == []
    with pytest.raises(ValueError, match="timeout is seconds"):
        await pull.recv(timeout=-1)


async def test_groups_and_gatherings_take_operations(pipeline: Pipeline, deadline: float) -> None:
    push, pull = pipeline

    async with asyncio.timeout(deadline), asyncio.TaskGroup() as tasks:
        received = tasks.create_task(pull.recv())
        tasks.create_task(push.send(b"x"))
    sent, batch = await asyncio.gather(push.send_many([b"1", (b"2", b"3")]), pull.recv_many())

    assert received.result().content == b"x"
    assert sent == 2
    assert batch


async def test_sender_waits_until_there_is_room(inproc_endpoint: str, deadline: float) -> None:
    rows = [b"%d" % number for number in range(100)]
    async with (
        aio.Pull(bind=inproc_endpoint, recv_hwm=2) as pull,
        aio.Push(connect=inproc_endpoint, send_hwm=2) as push,
    ):
        sending = asyncio.create_task(push.send_many(rows))
        received = [await pull.recv_bytes(timeout=deadline) for _ in rows]

        assert received == rows
        assert await sending == 100


async def test_batch_in_vain_tells_how_many_were_accepted(time_unit: float) -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9", send_hwm=3, linger=0) as push:
        with pytest.raises(zmq4.Timeout) as raised:
            await push.send_many([b"x"] * 9, timeout=time_unit)
        assert raised.value.accepted == 3


async def test_drain_returns_when_the_kernel_has_everything(
    tcp_endpoint: str, deadline: float
) -> None:
    async with aio.Pull(bind=tcp_endpoint) as pull, aio.Push(connect=pull.endpoint) as push:
        await push.send_many([b"x" * 1000] * 100)
        await push.drain(timeout=deadline)
        assert push.stats().queued == 0


async def test_drain_in_vain_tells_how_many_are_left(time_unit: float) -> None:
    async with aio.Push(connect="tcp://127.0.0.1:9", linger=0) as push:
        await push.send_many([b"1", b"2"])
        with pytest.raises(zmq4.Timeout, match="2 messages"):
            await push.drain(timeout=time_unit)
        assert running_bridge()._waiting == {}


async def test_iteration_ends_when_the_socket_is_closed(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"1", b"2", b"3"])
    seen = []

    async for message in pull:
        seen.append(message.content)
        if len(seen) == 3:
            asyncio.get_running_loop().call_later(0.01, pull.close)

    assert seen == [b"1", b"2", b"3"]
    with pytest.raises(StopAsyncIteration):
        await anext(pull)


async def test_batches_end_when_the_socket_is_closed(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many([b"1", b"2", b"3"])
    sizes = []

    async for batch in pull.batches(max=2, timeout=0.01):
        sizes.append(len(batch))
        if not batch:
            pull.close()

    assert sizes == [2, 1, 0]


async def test_loop_over_messages_may_be_left(pipeline: Pipeline, deadline: float) -> None:
    push, pull = pipeline
    await push.send_many([b"1", b"2", b"3"])

    async for message in pull:
        assert message.content == b"1"
        break
    async for batch in pull.batches(max=1):
        assert batch[0].content == b"2"
        break

    assert await pull.recv_bytes(timeout=deadline) == b"3"


async def test_closing_wakes_whoever_waits(deadline: float) -> None:
    pull, push = aio.Pull(), aio.Push(connect="tcp://127.0.0.1:9", send_hwm=1)
    await push.send(b"fills the queue")
    tasks = [
        asyncio.create_task(operation)
        for operation in (pull.recv(), pull.recv_many(), push.send(b"x"), push.drain())
    ]
    await asyncio.sleep(0)

    pull.close()
    push.close(linger=0)

    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), deadline)
    assert [type(each) for each in ended] == [zmq4.Closed] * 4
    assert running_bridge()._waiting == {}


async def test_closing_from_another_thread_wakes_the_loop(deadline: float) -> None:
    async with aio.Pull() as pull:
        threading.Timer(0.02, pull.close).start()

        with pytest.raises(zmq4.Closed):
            await pull.recv(timeout=deadline)


async def test_flood_leaves_the_loop_its_turns(pipeline: Pipeline, deadline: float) -> None:
    push, pull = pipeline
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def flood() -> None:
        for _ in range(6400):
            await push.send(b"x")
            await pull.recv_bytes()

    other = asyncio.create_task(others())
    await asyncio.wait_for(flood(), deadline)
    other.cancel()

    assert turns >= 100


async def test_many_sockets_share_one_descriptor(deadline: float) -> None:
    many = 100
    pulls = [aio.Pull(bind=f"inproc://asyncio-many-{number}") for number in range(many)]
    pushes = [aio.Push(connect=pull.endpoint) for pull in pulls]
    tasks = [asyncio.create_task(pull.recv_bytes(timeout=deadline)) for pull in pulls]
    await asyncio.sleep(0)
    for number, push in enumerate(pushes):
        await push.send(b"%d" % number)

    assert await asyncio.gather(*tasks) == [b"%d" % number for number in range(many)]
    for sock in (*pulls, *pushes):
        sock.close()


async def test_forgotten_await_warns() -> None:
    async with aio.Pull() as pull:
        operation = pull.recv()
        with pytest.warns(RuntimeWarning, match="never awaited"):
            del operation


async def test_operation_is_awaited_once(pipeline: Pipeline) -> None:
    push, _ = pipeline
    operation = push.send(b"x")
    await operation

    with pytest.raises(RuntimeError, match="awaited already"):
        await operation


def test_waiting_without_a_loop_is_refused(inproc_endpoint: str) -> None:
    pull = aio.Pull(bind=inproc_endpoint)
    operation = pull.recv()

    with pytest.raises(RuntimeError, match="no running event loop"):
        operation.send(None)
    pull.close()


async def test_second_loop_is_refused_while_the_first_waits(deadline: float) -> None:
    async with aio.Pull() as pull:
        waiting = asyncio.create_task(pull.recv())
        await asyncio.sleep(0)

        with pytest.raises(zmq4.StateError, match="loop"):
            await asyncio.to_thread(asyncio.run, pull_one(pull, 0.1))

        waiting.cancel()
        await asyncio.wait([waiting], timeout=deadline)
