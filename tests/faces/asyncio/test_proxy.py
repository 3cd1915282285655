"""`Proxy`, awaited: it runs beside the loop, and ends with its task."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

import zmq4
from faces.asyncio.steps import turn
from zmq4.asyncio import Dealer, Proxy, Pull, Push, Rep, Req, Router


@dataclass
class Streamer:
    """A Push and a Pull, and the proxy between them."""

    push: Push
    front: Pull
    back: Push
    pull: Pull
    proxy: Proxy


@pytest.fixture
async def streamer(inproc_endpoint: str) -> AsyncIterator[Streamer]:
    """Give a streamer that does not run yet."""
    async with (
        Pull(bind=f"{inproc_endpoint}-front") as front,
        Push(bind=f"{inproc_endpoint}-back") as back,
        Push(connect=front.endpoint) as push,
        Pull(connect=back.endpoint) as pull,
    ):
        yield Streamer(push, front, back, pull, Proxy(front, back))


async def end(run: "asyncio.Task[None]") -> None:
    """Cancel a run, and see it end as a cancelled task does."""
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_requests_and_replies_pass(
    endpoint: str, inproc_endpoint: str, deadline: float
) -> None:
    async with (
        Router(bind=endpoint) as front,
        Dealer(bind=f"{inproc_endpoint}-back") as back,
        Req(connect=front.endpoint) as client,
        Rep(connect=back.endpoint) as worker,
    ):
        run = asyncio.create_task(Proxy(front, back).run())
        for number in range(20):
            await client.send(b"%d" % number)
            request = await worker.recv(timeout=deadline)
            await request.reply(request.content)
            assert (await client.recv(timeout=deadline)).content == b"%d" % number
        await end(run)


async def test_cancelled_proxy_loses_nothing(streamer: Streamer, deadline: float) -> None:
    for number in range(30):
        run = asyncio.create_task(streamer.proxy.run())
        await streamer.push.send(b"%d" % number)
        if number % 2:
            await turn()
        await end(run)

    run = asyncio.create_task(streamer.proxy.run())
    for number in range(30):
        assert (await streamer.pull.recv(timeout=deadline)).content == b"%d" % number
    await end(run)


async def test_cancelled_run_has_ended(streamer: Streamer) -> None:
    run = asyncio.create_task(streamer.proxy.run())
    await turn()
    assert "zmq4-proxy" in {thread.name for thread in threading.enumerate()}

    await end(run)

    assert "zmq4-proxy" not in {thread.name for thread in threading.enumerate()}


async def test_stop_ends_a_run(streamer: Streamer, deadline: float) -> None:
    for when in ("before", "after"):
        run = asyncio.create_task(streamer.proxy.run())
        if when == "after":
            await turn()
        streamer.proxy.stop()
        await asyncio.wait_for(run, deadline)

    run = asyncio.create_task(streamer.proxy.run())
    await streamer.push.send(b"x")
    assert await streamer.pull.recv(timeout=deadline)
    await end(run)


async def test_pause_and_resume(streamer: Streamer, deadline: float) -> None:
    run = asyncio.create_task(streamer.proxy.run())
    for number in range(20):
        streamer.proxy.pause()
        await streamer.push.send(b"%d" % number)
        assert streamer.pull.try_recv() is None
        streamer.proxy.resume()
        assert (await streamer.pull.recv(timeout=deadline)).content == b"%d" % number
    assert streamer.proxy.stats().forward.messages == 20
    await end(run)


async def test_one_run_at_a_time(streamer: Streamer, deadline: float) -> None:
    run = asyncio.create_task(streamer.proxy.run())
    await turn()

    with pytest.raises(zmq4.StateError, match="running already"):
        await streamer.proxy.run()

    await streamer.push.send(b"it was not disturbed")
    assert await streamer.pull.recv(timeout=deadline)
    await end(run)


async def test_closing_a_socket_ends_the_run_and_names_it(
    streamer: Streamer, deadline: float
) -> None:
    run = asyncio.create_task(streamer.proxy.run())
    await turn()

    streamer.back.close()

    with pytest.raises(zmq4.Closed, match="the back, "):
        await asyncio.wait_for(run, deadline)


async def test_end_of_the_context_ends_the_run(deadline: float) -> None:
    context = zmq4.Context()
    async with Pull(context=context) as front, Push() as back:
        run = asyncio.create_task(Proxy(front, back).run())
        await turn()

        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        with pytest.raises(zmq4.ContextTerminated):
            await asyncio.wait_for(run, deadline)
    context.close()


async def test_group_ends_its_proxy(streamer: Streamer, deadline: float) -> None:
    async def fail_beside_it() -> None:
        async with asyncio.timeout(deadline), asyncio.TaskGroup() as group:
            group.create_task(streamer.proxy.run())
            await streamer.push.send(b"x")
            assert await streamer.pull.recv(timeout=deadline)
            raise KeyError

    with pytest.raises(ExceptionGroup) as raised:
        await fail_beside_it()

    assert raised.group_contains(KeyError)
    assert "zmq4-proxy" not in {thread.name for thread in threading.enumerate()}


async def test_sockets_of_the_other_face_are_refused() -> None:
    async with Pull() as front:
        with zmq4.Push() as back, pytest.raises(TypeError, match="own face"):
            Proxy(front, back)  # type: ignore[arg-type]


async def test_loop_that_is_closed_takes_the_run_with_it(
    streamer: Streamer, deadline: float
) -> None:
    def run_and_leave() -> None:
        loop = asyncio.new_event_loop()
        run = loop.create_task(streamer.proxy.run())
        loop.run_until_complete(asyncio.sleep(0))
        run.cancel()
        loop.run_until_complete(asyncio.wait([run]))
        loop.close()

    await asyncio.wait_for(asyncio.to_thread(run_and_leave), deadline)
    run = asyncio.create_task(streamer.proxy.run())
    await streamer.push.send(b"x")

    assert await streamer.pull.recv(timeout=deadline)
    await end(run)
