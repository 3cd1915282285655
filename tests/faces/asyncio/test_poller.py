"""`Poller`, awaited: several sockets and descriptors at once."""

import asyncio
import gc
import os
from collections.abc import Iterator

import pytest

import zmq4
from faces.asyncio.steps import turn
from fixtures.leaks import possessions, wait_for_return
from zmq4 import PollEvent
from zmq4.asyncio import Pair, Poller, Pub, Pull, Push, Rep, Req

Pipeline = tuple[Push, Pull]
IN, OUT, ERR = PollEvent.IN, PollEvent.OUT, PollEvent.ERR


@pytest.fixture
def poller() -> Poller:
    """Give a poller of nothing."""
    return Poller()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give the two ends of a pipe of the system's, to read and to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


async def test_socket_is_told_for_as_long_as_it_has_messages(
    poller: Poller, line: Pipeline, deadline: float
) -> None:
    push, pull = line
    poller.register(pull)
    assert await poller.poll(0) == []

    await push.send_many([b"1", b"2"])
    for _ in range(2):
        assert await poller.poll(deadline) == [(pull, IN)]
        assert await poller.poll() == [(pull, IN)]
        await pull.recv(timeout=deadline)

    assert await poller.poll(0) == []


async def test_poll_waits_for_a_message_of_another_task(poller: Poller, line: Pipeline) -> None:
    push, pull = line
    poller.register(pull)
    waiting = asyncio.create_task(poller.poll())
    await turn()
    assert not waiting.done()

    await push.send(b"x")

    assert await waiting == [(pull, IN)]


async def test_room_and_turns_are_told(poller: Poller, inproc_endpoint: str) -> None:
    async with Rep(bind=inproc_endpoint) as rep, Req(connect=inproc_endpoint) as req:
        poller.register(rep, IN | OUT)
        poller.register(req, IN | OUT)

        assert await poller.poll() == [(req, OUT)]
        await req.send(b"x")
        assert await poller.poll() == [(rep, IN)]
        request = await rep.recv()
        assert await poller.poll() == [(rep, OUT)]
        await request.reply(b"y")
        assert await poller.poll() == [(req, IN)]


async def test_descriptors_are_polled_beside_sockets(
    poller: Poller, pipeline: Pipeline, pipe: tuple[int, int]
) -> None:
    push, pull = pipeline
    reading, writing = pipe
    poller.register(pull)
    poller.register(reading)
    for _ in range(3):
        waiting = asyncio.create_task(poller.poll())
        await turn()
        os.write(writing, b"x")
        assert await waiting == [(reading, IN)]
        os.read(reading, 1)

        waiting = asyncio.create_task(poller.poll())
        await turn()
        await push.send(b"x")
        assert await waiting == [(pull, IN)]
        await pull.recv()


async def test_readers_of_the_program_are_left_alone(
    poller: Poller, pipe: tuple[int, int], deadline: float
) -> None:
    reading, writing = pipe
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(reading, told.set)
    poller.register(reading)
    waiting = asyncio.create_task(poller.poll())
    await turn()

    os.write(writing, b"x")

    assert await waiting == [(reading, IN)]
    await asyncio.wait_for(told.wait(), deadline)
    loop.remove_reader(reading)


async def test_descriptor_that_is_registered_twice_over_is_told_twice(
    poller: Poller, pipe: tuple[int, int]
) -> None:
    reading, writing = pipe
    with os.fdopen(os.dup(reading)) as file, os.fdopen(reading, closefd=False) as same:
        for each in (reading, file, same):
            poller.register(each)
        waiting = asyncio.create_task(poller.poll())
        await turn()
        os.write(writing, b"x")

        assert await waiting == [(reading, IN), (file, IN), (same, IN)]


@pytest.mark.parametrize("events", [IN, OUT, IN | OUT, ERR])
async def test_closing_a_socket_ends_the_wait_and_is_told(
    poller: Poller, inproc_endpoint: str, events: PollEvent
) -> None:
    pair = Pair(bind=inproc_endpoint)
    poller.register(pair, events)
    waiting = asyncio.create_task(poller.poll())
    await turn()

    pair.close()

    assert await waiting == [(pair, events | ERR)]
    with pytest.raises(zmq4.Closed):
        await pair.recv()


async def test_end_of_the_context_ends_the_wait_and_is_told(poller: Poller) -> None:
    context = zmq4.Context()
    async with Pull(context=context) as pull:
        poller.register(pull)
        waiting = asyncio.create_task(poller.poll())
        await turn()

        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert await waiting == [(pull, IN | ERR)]
    context.close()


async def test_time_limit_ends_the_wait(
    poller: Poller, pipeline: Pipeline, pipe: tuple[int, int]
) -> None:
    assert await poller.poll(0.001) == []
    poller.register(pipeline[1])
    assert await poller.poll(0.001) == []
    poller.register(pipe[0])
    assert await poller.poll(0.001) == []

    async with asyncio.timeout(None) as limit:
        limit.reschedule(asyncio.get_running_loop().time() + 60)
        assert await poller.poll(0.001) == []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await poller.poll()
    with pytest.raises(ValueError, match="0 or more"):
        await poller.poll(-1)


async def test_nothing_is_not_waited_for(poller: Poller) -> None:
    with pytest.raises(zmq4.StateError, match="never return"):
        await poller.poll()


async def test_sockets_of_the_other_face_are_refused(poller: Poller) -> None:
    with zmq4.Pull() as pull, pytest.raises(TypeError, match="own face"):
        poller.register(pull)


async def test_results_that_are_cut_off_come_first_the_next_time(poller: Poller) -> None:
    pubs = [Pub() for _ in range(3)]
    for pub in pubs:
        poller.register(pub, OUT)

    told = [(await poller.poll(max=2)) for _ in range(3)]

    assert [pubs.index(pub) for ready in told for pub, _ in ready] == [0, 1, 2, 0, 1, 2]  # type: ignore[arg-type]
    for pub in pubs:
        pub.close()


async def test_cancelled_poll_passes_its_wake_on(poller: Poller, pipeline: Pipeline) -> None:
    push, pull = pipeline
    poller.register(pull)
    kept: list[BaseException] = []
    for number in range(50):
        polling = asyncio.create_task(poller.poll())
        await turn()
        receiving = asyncio.create_task(pull.recv())
        await turn()

        await push.send(b"%d" % number)  # wakes the poll, which stands first in the line
        polling.cancel()
        try:
            await polling
        except asyncio.CancelledError as error:
            kept.append(error)  # and with it the frames of the poll

        assert (await asyncio.wait_for(receiving, 10)).content == b"%d" % number
    assert len(kept) == 50


async def test_poll_keeps_no_message_from_who_waits_for_it(
    poller: Poller, pipeline: Pipeline
) -> None:
    push, pull = pipeline
    poller.register(pull)
    for _ in range(20):
        polling = asyncio.create_task(poller.poll())
        await turn()
        receiving = asyncio.create_task(pull.recv())
        await turn()

        await push.send(b"x")

        assert (await asyncio.wait_for(receiving, 10)).content == b"x"
        polling.cancel()
        await asyncio.wait([polling])


async def test_polls_leave_nothing_behind(
    poller: Poller, pipeline: Pipeline, pipe: tuple[int, int]
) -> None:
    poller.register(pipeline[1])
    poller.register(pipe[0])
    await poller.poll(0.001)  # the loop has its descriptor by now
    before = possessions()

    for _ in range(20):
        await poller.poll(0.001)
        polling = asyncio.create_task(poller.poll())
        await turn()
        polling.cancel()
        await asyncio.wait([polling])

    gc.collect()
    assert not wait_for_return(before)


async def test_loop_has_its_turn_beside_what_is_always_ready(poller: Poller) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with Pub() as pub:
        poller.register(pub, OUT)
        counting = asyncio.create_task(count())
        for _ in range(1000):
            await poller.poll()
        counting.cancel()

    assert turns >= 10


async def test_two_pollers_are_both_told(pipeline: Pipeline) -> None:
    push, pull = pipeline
    pollers: list[Poller[Pull]] = [Poller() for _ in range(2)]
    for poller in pollers:
        poller.register(pull)
    waiting = [asyncio.create_task(poller.poll()) for poller in pollers]
    await turn()

    await push.send(b"x")

    assert await asyncio.gather(*waiting) == [[(pull, IN)]] * 2
