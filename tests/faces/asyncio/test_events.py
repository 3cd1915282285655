"""`events()`: what happens to a socket, awaited."""

import asyncio

import pytest

import zmq4
from faces.hearing import word
from fixtures.leaks import possessions, wait_for_return
from zmq4.asyncio import Dealer, Events, Pair, Pull, Push, Router

FAST = zmq4.Backoff(0.01, max=0.02)


async def next_words(events: Events, count: int) -> list[str]:
    """Take ``count`` events and return each in few words."""
    return [word(await events.next()) for _ in range(count)]


async def test_both_sides_tell_of_a_connection(endpoint: str, deadline: float) -> None:
    async with Pull() as pull, Push(reconnect=FAST) as push:
        theirs, ours = pull.events(timeout=deadline), push.events(timeout=deadline)

        pull.bind(endpoint)
        line = push.connect(pull.endpoint)
        await line.ready(deadline)
        assert await next_words(theirs, 3) == ["Listening", "Accepted", "Connected"]
        assert await next_words(ours, 2) == ["Connecting 1", "Connected"]

        line.close()
        assert await next_words(theirs, 1) == ["Disconnected ended"]
        assert await next_words(ours, 2) == ["EndpointClosed", "Disconnected closed"]


async def test_events_are_matched_by_class(endpoint: str, deadline: float) -> None:
    names = []
    async with Pull() as pull, asyncio.timeout(deadline):
        events = pull.events()
        pull.bind(endpoint)
        async with Push(connect=pull.endpoint):
            async for event in events:
                match event:
                    case zmq4.Listening(endpoint=address):
                        names.append(address)
                    case zmq4.Connected(peer=peer):
                        names.append(peer.socket_type)
                        break
        assert names == [str(pull.endpoint), "PUSH"]


async def test_server_that_dies_and_comes_back(tcp_endpoint: str, deadline: float) -> None:
    async with Push(reconnect=FAST) as push:
        events = push.events(timeout=deadline)
        async with Pull(bind=tcp_endpoint) as pull:
            address = str(push.connect(pull.endpoint))
            assert await next_words(events, 2) == ["Connecting 1", "Connected"]

        assert (await next_words(events, 1))[0].startswith("Disconnected")
        assert await next_words(events, 2) == ["Connecting 1", "ConnectFailed refused"]

        async with Pull(bind=address):
            while not isinstance(await anext(events), zmq4.Connected):
                pass


async def test_silent_server_fails_the_handshake(mute_endpoint: str) -> None:
    async with Push(handshake_timeout=0.02, reconnect=None, linger=0) as push:
        events = push.events(timeout=10)
        push.connect(mute_endpoint)

        assert await next_words(events, 2) == ["Connecting 1", "HandshakeFailed timeout"]


async def test_who_is_not_welcome_is_told(endpoint: str, deadline: float) -> None:
    async with Router(bind=endpoint) as router:
        async with Dealer(connect=router.endpoint, routing_id=b"same") as first:
            await first.endpoint.ready(deadline)
            await router.endpoint.ready(deadline)
            events = router.events(timeout=deadline)
            async with Dealer(connect=router.endpoint, routing_id=b"same", reconnect=None):
                assert await next_words(events, 2) == ["Accepted", "HandshakeFailed name_taken"]
            async with Pair(connect=router.endpoint, reconnect=None):
                assert await next_words(events, 2) == ["Accepted", "HandshakeFailed incompatible"]


async def test_messages_for_nobody_are_told(deadline: float) -> None:
    async with Router(on_unroutable="drop") as router:
        events = router.events(timeout=deadline)
        for _ in range(3):
            await router.send(b"nobody", b"x")

        assert await next_words(events, 1) == ["Dropped 3 unroutable"]


async def test_cancelled_wait_has_taken_nothing(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        events = pull.events()
        for number in range(200):
            waiting = asyncio.create_task(events.next())
            await asyncio.sleep(0)
            pull.bind(inproc_endpoint).close()
            for _ in range(number % 3):  # it was rung, or not yet, or is done
                await asyncio.sleep(0)
            done = waiting.done()
            waiting.cancel()
            await asyncio.wait([waiting])

            left = ["Listening", "EndpointClosed"][done:]
            assert [word(events.try_next() or pytest.fail("lost")) for _ in left] == left
            assert events.try_next() is None


async def test_time_limit_of_a_caller_loses_nothing(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        events = pull.events()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await events.next()

        pull.bind(inproc_endpoint)

        assert await next_words(events, 1) == ["Listening"]


async def test_time_limit_is_for_each_event(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        events = pull.events(timeout=0.01)
        with pytest.raises(zmq4.Timeout):
            await anext(events)

        pull.bind(inproc_endpoint)

        assert isinstance(await anext(events), zmq4.Listening), "the iteration goes on"
        with pytest.raises(zmq4.Timeout):
            await events.next(timeout=0)


async def test_every_task_with_a_listener_hears_everything(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        tasks = [asyncio.create_task(next_words(pull.events(), 20)) for _ in range(20)]
        await asyncio.sleep(0)
        for _ in range(10):
            pull.bind(inproc_endpoint).close()

        async with asyncio.timeout(10):
            heard = await asyncio.gather(*tasks)

    assert heard == [["Listening", "EndpointClosed"] * 10] * 20


async def test_tasks_share_one_listener(inproc_endpoint: str) -> None:
    async def count(events: Events) -> int:
        return len([event async for event in events])

    async with Pull() as pull:
        events = pull.events()
        takers = [asyncio.create_task(count(events)) for _ in range(4)]
        await asyncio.sleep(0)
        for _ in range(50):
            pull.bind(inproc_endpoint).close()
            await asyncio.sleep(0)
        pull.close()

        async with asyncio.timeout(10):
            assert sum(await asyncio.gather(*takers)) == 100


async def test_iteration_ends_with_the_socket(inproc_endpoint: str) -> None:
    pull = Pull(bind=inproc_endpoint)
    events = pull.events()

    async def listen() -> list[str]:
        return [word(event) async for event in events]

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    pull.close()

    assert await asyncio.wait_for(listening, 10) == ["EndpointClosed"]
    with pytest.raises(zmq4.Closed):
        await events.next()
    with pytest.raises(zmq4.Closed):
        pull.events()


async def test_closing_the_listener_ends_the_wait() -> None:
    async with Pull() as pull:
        async with pull.events() as events:
            waiting = asyncio.create_task(events.next())
            await asyncio.sleep(0)
            events.close()
            with pytest.raises(zmq4.Closed):
                await asyncio.wait_for(waiting, 10)


async def test_terminated_context_ends_the_wait(deadline: float) -> None:
    context = zmq4.Context()
    pull = Pull(context=context)
    events = pull.events()
    waiting = asyncio.create_task(events.next())
    await asyncio.sleep(0)
    terminating = asyncio.create_task(asyncio.to_thread(context.term, deadline))

    with pytest.raises(zmq4.ContextTerminated):
        await asyncio.wait_for(waiting, deadline)

    pull.close()
    await terminating


async def test_flood_of_events_leaves_the_loop_its_turns(inproc_endpoint: str) -> None:
    async with Pull() as pull:
        events = pull.events()
        for _ in range(300):
            pull.bind(inproc_endpoint).close()
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await next_words(events, 600)
        counting.cancel()

    assert turns > 5


async def test_listening_leaves_nothing_behind(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull:
        waiting = asyncio.create_task(pull.events().next())
        await asyncio.sleep(0)  # the loop has its descriptor by now
        waiting.cancel()
        before = possessions()

        for _ in range(20):
            with pytest.raises(zmq4.Timeout):
                await pull.events().next(timeout=0.001)

        assert not wait_for_return(before)
