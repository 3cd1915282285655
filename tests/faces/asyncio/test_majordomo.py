"""Majordomo for asyncio: clients and workers, cancellation, and the handlers that only it has."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

import zmq4
import zmq4.asyncio
from fixtures.children import Children
from zmq4.majordomo import BrokerGone, NoSuchService, Policy, Rejected
from zmq4.majordomo.asyncio import Broker, Client, Worker

ANY = "tcp://127.0.0.1:0"
W = b"MDPW02"


@pytest.fixture
async def broker() -> AsyncIterator[str]:
    """Give the address of a broker."""
    async with Broker(ANY) as broker:
        yield str(broker.endpoint)


async def echo(request: zmq4.Message) -> zmq4.Message:
    """Send back what came."""
    return request


async def test_handlers_of_all_kinds(broker: str, deadline: float) -> None:
    def function(request: zmq4.Message) -> str:
        return request.text + "!"

    async def coroutine(request: zmq4.Message) -> bytes:
        await asyncio.sleep(0)
        return request.content

    def generator(_: zmq4.Message) -> Iterator[str]:
        yield "1"
        return "2"

    async def async_generator(_: zmq4.Message) -> AsyncIterator[str]:
        yield "1"
        await asyncio.sleep(0)
        yield "2"

    async with (
        Worker(broker, "function", function),
        Worker(broker, "coroutine", coroutine),
        Worker(broker, "generator", generator),
        Worker(broker, "async generator", async_generator),
        Client(broker, timeout=deadline) as client,
    ):
        assert (await client.request("function", "x")).text == "x!"
        assert (await client.request("coroutine", "x")).text == "x"
        for service in ("generator", "async generator"):
            assert [part.text async for part in client.stream(service, "x")] == ["1", "2"]
            assert await client.request(service, "x") == zmq4.Message("1", "2")


async def test_many_requests_at_once_get_each_their_own(broker: str, deadline: float) -> None:
    async with (
        Worker(broker, "echo", echo, concurrency=4),
        Client(broker, timeout=deadline, connections=20) as client,
    ):
        replies = await asyncio.gather(
            *(client.request("echo", str(number)) for number in range(200))
        )

    assert [reply.text for reply in replies] == [str(number) for number in range(200)]


async def test_cancelled_request_spoils_nothing(broker: str, deadline: float) -> None:
    go = asyncio.Event()

    async def handler(request: zmq4.Message) -> zmq4.Message:
        if request.text == "slow":
            await go.wait()
        return request

    async with (
        Worker(broker, "echo", handler),
        Client(broker, timeout=deadline, connections=1) as client,
    ):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.request("echo", "slow")
        go.set()

        for number in range(5):
            assert (await client.request("echo", str(number))).text == str(number)


async def test_requests_wait_for_a_free_connection_in_turn(broker: str, deadline: float) -> None:
    go = asyncio.Event()

    async def handler(request: zmq4.Message) -> zmq4.Message:
        await go.wait()
        return request

    async with (
        Worker(broker, "slow", handler),
        Client(broker, timeout=deadline, connections=1) as client,
    ):
        order: list[str] = []

        async def ask(name: str) -> None:
            order.append((await client.request("slow", name)).text)

        async with asyncio.TaskGroup() as group:
            for name in ("1", "2", "3"):
                group.create_task(ask(name))
                await asyncio.sleep(0)
            with pytest.raises(zmq4.Timeout, match="all 1 connections"):
                await client.request("slow", "4", timeout=0.05)
            impatient = asyncio.create_task(ask("5"))
            await asyncio.sleep(0)
            impatient.cancel()
            go.set()

    assert order == ["1", "2", "3"]


async def test_stream_that_is_left_early_spoils_nothing(broker: str, deadline: float) -> None:
    closed = asyncio.Event()

    async def count(_: zmq4.Message) -> AsyncIterator[str]:
        try:
            for number in range(1_000_000):
                yield str(number)
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    async with (
        Worker(broker, "count", count) as worker,
        Worker(broker, "echo", echo),
        Client(broker, timeout=deadline, connections=1) as client,
    ):
        async with aclosing(client.stream("count", "x")) as parts:
            assert (await anext(parts)).text == "0"
        assert (await client.request("echo", "x")).text == "x"
        await worker.stop(0)
        await asyncio.wait_for(closed.wait(), deadline)


async def test_request_without_an_answer_is_executed(broker: str, deadline: float) -> None:
    is_done = asyncio.Event()

    async def handler(_: zmq4.Message) -> None:
        is_done.set()

    async with Worker(broker, "job", handler), Client(broker) as client:
        await client.send("job", "do it")
        await asyncio.wait_for(is_done.wait(), deadline)


async def test_what_goes_wrong_is_told(broker: str, deserted: str, time_unit: float) -> None:
    async with Client(broker, timeout=3 * time_unit) as client:
        with pytest.raises(NoSuchService):
            await client.request("nobody's", "x")
        with pytest.raises(NoSuchService):
            await client.request("nobody's", "x", wait=False)
    async with Client(deserted, timeout=3 * time_unit) as client:
        with pytest.raises(BrokerGone):
            await client.request("echo", "x")
        with pytest.raises(BrokerGone):
            await client.send("echo", "x")


async def test_closing_ends_what_waits(broker: str, deadline: float) -> None:
    client = Client(broker, timeout=100 * deadline, connections=1)
    waits = [asyncio.create_task(client.request("nobody's", "x")) for _ in range(2)]
    await asyncio.sleep(0.05)

    client.close()

    for each in waits:
        with pytest.raises(zmq4.Closed):
            await asyncio.wait_for(each, deadline)
    with pytest.raises(zmq4.Closed):
        await client.request("nobody's", "x")


async def test_request_outlives_its_broker(deadline: float) -> None:
    broker = Broker(ANY)
    address = str(broker.endpoint)
    async with (
        Worker(address, "echo", echo, reconnect=zmq4.Backoff(0.01)) as worker,
        Client(address, timeout=deadline, retries=3) as client,
    ):
        await worker.ready(deadline)
        assert (await client.request("echo", "before")).text == "before"
        await broker.stop(0)
        waits = asyncio.create_task(client.request("echo", "meanwhile"))
        await asyncio.sleep(0)
        async with Broker(address):
            assert (await asyncio.wait_for(waits, deadline)).text == "meanwhile"
            assert (await client.request("echo", "after")).text == "after"


async def test_heartbeats_are_sent_while_the_handler_waits(deadline: float) -> None:
    go = asyncio.Event()

    async def handler(_: zmq4.Message) -> str:
        await go.wait()
        return "done"

    async with (
        zmq4.asyncio.Router(bind=ANY) as script,
        Worker(str(script.endpoint), "long", handler, heartbeat=0.05),
    ):
        ready = await script.recv(timeout=deadline)
        await script.send(ready.sender, W, b"\2", b"client", b"", b"work")
        beats = [[*await script.recv(timeout=deadline)] for _ in range(5)]
        go.set()
        while [*(message := await script.recv(timeout=deadline))] == [W, b"\5"]:
            pass

    assert beats == [[W, b"\5"]] * 5
    assert [*message] == [W, b"\4", b"client", b"", b"done"]


async def test_handler_whose_session_is_lost_is_cancelled(deadline: float) -> None:
    cancelled = asyncio.Event()
    calls: list[str] = []

    async def handler(request: zmq4.Message) -> zmq4.Message:
        calls.append(request.text)
        if request.text == "hang":
            try:
                await asyncio.sleep(1000)
            finally:
                cancelled.set()
        return request

    async with (
        zmq4.asyncio.Router(bind=ANY) as script,
        Worker(str(script.endpoint), "it", handler, heartbeat=0.05, reconnect=zmq4.Backoff(0.01)),
    ):
        ready = await script.recv(timeout=deadline)
        await script.send(ready.sender, W, b"\2", b"client", b"", b"hang")
        await script.recv(timeout=deadline)
        await script.send(ready.sender, W, b"\6")
        await asyncio.wait_for(cancelled.wait(), deadline)
        while (again := await script.recv(timeout=deadline))[1] == b"\5":
            pass
        assert again.sender != ready.sender
        await script.send(again.sender, W, b"\2", b"client", b"", b"next")
        while [*(message := await script.recv(timeout=deadline))] == [W, b"\5"]:
            pass

    assert [*message] == [W, b"\4", b"client", b"", b"next"]
    assert calls == ["hang", "next"]


async def test_handler_that_takes_too_long_is_cancelled(broker: str, deadline: float) -> None:
    calls: list[str] = []

    async def handler(request: zmq4.Message) -> zmq4.Message:
        calls.append(request.text)
        if len(calls) == 1:
            await asyncio.sleep(1000)
        return request

    async with (
        Worker(broker, "it", handler, handler_timeout=0.2),
        Client(broker, timeout=deadline) as client,
    ):
        assert (await client.request("it", "x")).text == "x"

    assert calls == ["x", "x"]


async def test_failure_is_logged_and_ends_nothing(
    broker: str, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: zmq4.Message) -> zmq4.Message:
        if request.text == "raise":
            raise ValueError("a bad day")
        return request

    async with (
        Worker(broker, "it", handler, on_error=lambda _, error: str(error)),
        Client(broker, timeout=deadline) as client,
    ):
        assert (await client.request("it", "raise")).text == "a bad day"
        assert (await client.request("it", "x")).text == "x"
    assert "ValueError" in caplog.text


async def test_worker_stops_after_what_it_has_in_hand(broker: str, deadline: float) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def handler(request: zmq4.Message) -> zmq4.Message:
        begun.set()
        await go.wait()
        return request

    async with Client(broker, timeout=deadline) as client:
        async with Worker(broker, "it", handler) as worker:
            asking = asyncio.create_task(client.request("it", "x"))
            await asyncio.wait_for(begun.wait(), deadline)
            stopping = asyncio.create_task(worker.stop())
            await asyncio.sleep(0)
            go.set()
            await asyncio.wait_for(stopping, deadline)

        assert (await asking).text == "x"


async def test_cancelled_run_stops_the_worker(broker: str, deadline: float) -> None:
    worker = Worker(broker, "echo", echo)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    await worker.ready(deadline)

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert not worker.is_registered


async def test_waiting_for_a_session_has_its_limit(deserted: str, time_unit: float) -> None:
    async with Worker(deserted, "echo", echo) as worker:
        with pytest.raises(zmq4.Timeout):
            await worker.ready(time_unit)
        with pytest.raises(zmq4.StateError):
            worker.start()


async def test_forgotten_client_warns(broker: str, deadline: float) -> None:
    client = Client(broker)
    async with Worker(broker, "echo", echo):
        await client.request("echo", "x", timeout=deadline)

    with pytest.warns(ResourceWarning, match="unclosed client"):
        del client


def test_sigterm_drains(children: Children, deadline: float) -> None:
    child = children.start(
        """
        import asyncio, zmq4.majordomo.asyncio as majordomo

        async def handler(request):
            print("begun", flush=True)
            await asyncio.sleep(0.5)
            return request

        async def main():
            async with majordomo.Broker("tcp://127.0.0.1:0") as broker:
                address = str(broker.endpoint)
                async with majordomo.Client(address, timeout=20) as client:
                    asking = asyncio.create_task(client.request("it", "x"))
                    await majordomo.Worker(address, "it", handler).run()
                    print((await asking).text, flush=True)

        asyncio.run(main())
        """
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGTERM)
    output, errors = child.communicate(timeout=deadline)

    assert (output, errors, child.returncode) == ("x\n", "", 0)


async def test_rejection_is_told_where_both_sides_agreed(deadline: float) -> None:
    policy, mark = Policy(ttl=0.05), b"\0rejected"
    async with (
        Broker(ANY, policy=policy, rejection=mark) as broker,
        Client(broker.endpoint, rejection=mark, timeout=deadline) as told,
    ):
        with pytest.raises(Rejected, match="expired"):
            await told.request("it", "x")
        with pytest.raises(Rejected, match="expired"):
            async for _ in told.stream("it", "x"):
                pass
