"""Several tasks at one socket: nobody sleeps beside messages; a wake not used is passed on."""

import asyncio
from itertools import product

import pytest

import zmq4
from faces.asyncio.steps import step
from zmq4.asyncio import Pair, Pull, Push

Pipeline = tuple[Push, Pull]


@pytest.mark.parametrize("count", [2, 20, 200])
async def test_one_batch_wakes_as_many_receivers_as_it_has_messages(
    line: Pipeline, count: int, deadline: float
) -> None:
    push, pull = line
    waiting = [asyncio.create_task(pull.recv()) for _ in range(count)]
    await asyncio.sleep(0)

    await push.send_many([b"%d" % number for number in range(count)])

    async with asyncio.timeout(deadline):
        messages = await asyncio.gather(*waiting)
    assert {message.content for message in messages} == {b"%d" % n for n in range(count)}


async def test_receivers_are_served_in_the_order_they_came(pipeline: Pipeline) -> None:
    push, pull = pipeline
    waiting = [asyncio.create_task(pull.recv()) for _ in range(20)]
    await asyncio.sleep(0)

    for number in range(20):
        push.try_send(b"%d" % number)

    messages = await asyncio.gather(*waiting)
    assert [int(message.content) for message in messages] == [*range(20)]


async def test_receiver_beside_more_than_it_takes_wakes_the_next(pipeline: Pipeline) -> None:
    push, pull = pipeline
    waiting = [asyncio.create_task(pull.recv_many(max=2)) for _ in range(3)]
    await asyncio.sleep(0)

    await push.send_many([b"x"] * 6)

    assert [len(batch) for batch in await asyncio.gather(*waiting)] == [2, 2, 2]


@pytest.mark.parametrize("order", [*product(range(5), range(5))], ids=repr)
def test_cancelled_receiver_passes_the_wake_on(
    pipeline: Pipeline, loop: asyncio.AbstractEventLoop, order: tuple[int, int]
) -> None:
    push, pull = pipeline
    first, second = loop.create_task(pull.recv()), loop.create_task(pull.recv())
    step(loop)

    for number in range(5):
        if number == order[0]:
            push.try_send(b"1")
        if number == order[1]:
            first.cancel()
        step(loop)
    if not first.cancelled():
        push.try_send(b"2")
    loop.run_until_complete(asyncio.wait_for(second, 10))

    assert pull.try_recv() is None


def test_cancelled_sender_passes_the_wake_on(
    narrow: Pipeline, loop: asyncio.AbstractEventLoop
) -> None:
    push, pull = narrow
    push.try_send(b"1")
    push.try_send(b"2")
    first, second = loop.create_task(push.send(b"3")), loop.create_task(push.send(b"4"))
    step(loop)

    pull.try_recv()
    first.cancel()
    loop.run_until_complete(asyncio.wait_for(second, 10))

    assert [message.content for message in iter(pull.try_recv, None)] == [b"2", b"4"]


async def test_message_is_not_left_to_a_receiver_that_timed_out(pipeline: Pipeline) -> None:
    push, pull = pipeline

    for _ in range(50):
        impatient = asyncio.create_task(pull.recv(timeout=0.0005))
        patient = asyncio.create_task(pull.recv())
        await asyncio.sleep(0)
        await asyncio.sleep(0.0005)  # the impatient one is about to give up
        push.try_send(b"1")
        result = (await asyncio.gather(impatient, return_exceptions=True))[0]
        if isinstance(result, zmq4.Message):
            push.try_send(b"2")

        async with asyncio.timeout(10):
            await patient
        assert pull.try_recv() is None


async def test_refused_multipart_wakes_the_next_receiver(pipeline: Pipeline) -> None:
    push, pull = pipeline
    picky = asyncio.create_task(pull.recv_bytes())
    patient = asyncio.create_task(pull.recv())
    await asyncio.sleep(0)

    push.try_send(b"head", b"body")

    with pytest.raises(zmq4.MultipartError):
        await picky
    assert [*await patient] == [b"head", b"body"]


async def test_room_wakes_as_many_senders_as_it_has_places(inproc_endpoint: str) -> None:
    async with (
        Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        await push.send_many([b"first"] * 10)
        sending = [asyncio.create_task(push.send(b"later")) for _ in range(5)]
        await asyncio.sleep(0)

        await pull.recv_many(max=5)

        async with asyncio.timeout(10):
            await asyncio.gather(*sending)


async def test_closing_wakes_everyone(inproc_endpoint: str) -> None:
    pair = Pair(bind=inproc_endpoint)
    calls = [
        pair.recv(),
        pair.recv_bytes(),
        pair.recv_many(),
        pair.send(b"x"),
        pair.send_many([b"x"]),
    ]
    waiting = [asyncio.create_task(call) for call in calls]
    await asyncio.sleep(0)

    pair.close()

    errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in errors} == {zmq4.Closed}


async def test_closing_from_another_thread_wakes_everyone(inproc_endpoint: str) -> None:
    pair = Pair(bind=inproc_endpoint)
    waiting = [asyncio.create_task(pair.recv()) for _ in range(5)]
    await asyncio.sleep(0)

    await asyncio.get_running_loop().run_in_executor(None, pair.close)

    errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in errors} == {zmq4.Closed}
    await asyncio.get_running_loop().shutdown_default_executor()


async def test_terminating_the_context_wakes_everyone(inproc_endpoint: str) -> None:
    context = zmq4.Context()
    pair = Pair(bind=inproc_endpoint, context=context)
    waiting = [asyncio.create_task(pair.recv()), asyncio.create_task(pair.send(b"x"))]
    await asyncio.sleep(0)

    with pytest.raises(zmq4.Timeout):
        context.term(timeout=0)

    errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in errors} == {zmq4.ContextTerminated}
    pair.close()
    context.term(timeout=10)


async def test_many_tasks_receive_everything_once(line: Pipeline, deadline: float) -> None:
    push, pull = line
    total = 5000

    async def receive() -> list[int]:
        mine = []
        async for message in pull:
            if message.content == b"stop":
                break
            mine.append(int(message.content))
        return mine

    async with asyncio.timeout(3 * deadline), asyncio.TaskGroup() as group:
        receivers = [group.create_task(receive()) for _ in range(10)]
        for first in range(0, total, 100):
            await push.send_many([b"%d" % number for number in range(first, first + 100)])
        await push.send_many([b"stop"] * 10)

    assert sorted(number for each in receivers for number in each.result()) == [*range(total)]
