"""`zmq4.majordomo.asyncio.Broker`: the same broker as a task of a loop."""

import asyncio

import pytest

import zmq4
import zmq4.asyncio
from fixtures.clock import DEADLINE
from zmq4.majordomo import Parting, WorkerGone, WorkerJoined
from zmq4.majordomo.asyncio import Broker
from zmq4.majordomo.messages import MDP01


async def worker_at(broker: Broker, service: bytes = b"echo") -> zmq4.asyncio.Dealer:
    """Make a worker; the caller closes it."""
    worker = zmq4.asyncio.Dealer(connect=broker.endpoint, linger=0)
    async with broker.events(DEADLINE) as events:
        await worker.send(*MDP01.ready(service))
        while not isinstance(await events.next(), WorkerJoined):
            pass
    return worker


async def test_a_request_is_answered_over_every_transport(endpoint: str) -> None:
    async with (
        Broker(endpoint) as broker,
        await worker_at(broker) as worker,
        zmq4.asyncio.Dealer(connect=broker.endpoint) as client,
    ):
        await client.send(*MDP01.request(b"echo", [b"a"]))
        message = await worker.recv(timeout=DEADLINE)
        await worker.send(*MDP01.answer(message[3], [b"A"]))

        assert (await client.recv(timeout=DEADLINE))[:] == MDP01.reply(b"echo", [b"A"])
        assert broker.stats().services["echo"].replied == 1


async def test_a_hundred_requests_of_one_client_are_answered_in_order(tcp_endpoint: str) -> None:
    bodies = [b"%d" % number for number in range(100)]
    async with (
        Broker(tcp_endpoint) as broker,
        await worker_at(broker) as worker,
        zmq4.asyncio.Dealer(connect=broker.endpoint) as client,
    ):
        await client.send_many([MDP01.request(b"echo", [body]) for body in bodies])
        for _ in bodies:
            message = await worker.recv(timeout=DEADLINE)
            await worker.send(*MDP01.answer(message[3], message[5:]))

        answers = [(await client.recv(timeout=DEADLINE))[-1] for _ in bodies]
    assert answers == bodies


async def test_heartbeats_come_and_silence_ends_a_session(
    tcp_endpoint: str, time_unit: float
) -> None:
    async with (
        Broker(tcp_endpoint, heartbeat=time_unit) as broker,
        await worker_at(broker) as worker,
        broker.events(DEADLINE) as events,
    ):
        first = await worker.recv(timeout=DEADLINE)
        event = await events.next()

    assert first[:] == MDP01.beat()
    assert isinstance(event, WorkerGone)
    assert event.parting is Parting.SILENT


async def test_stopping_answers_what_workers_are_at(tcp_endpoint: str) -> None:
    async with (
        Broker(tcp_endpoint) as broker,
        await worker_at(broker) as worker,
        zmq4.asyncio.Dealer(connect=broker.endpoint) as client,
    ):
        await client.send(*MDP01.request(b"echo", [b"x"]))
        message = await worker.recv(timeout=DEADLINE)
        stopping = asyncio.create_task(broker.stop(DEADLINE))
        await worker.send(*MDP01.answer(message[3], [b"y"]))

        assert (await client.recv(timeout=DEADLINE))[-1] == b"y"
        assert (await worker.recv(timeout=DEADLINE))[:] == MDP01.leave()
        await stopping
        await broker.join(timeout=0)


async def test_events_end_with_the_broker(tcp_endpoint: str) -> None:
    broker = Broker(tcp_endpoint)
    events = broker.events(DEADLINE)

    await broker.stop()

    assert [event async for event in events] == []


async def test_a_broker_that_serves_does_not_end_by_itself(tcp_endpoint: str) -> None:
    async with Broker(tcp_endpoint) as broker:
        with pytest.raises(zmq4.Timeout):
            await broker.join(timeout=0)


async def test_an_address_that_is_taken_is_told_at_once(tcp_endpoint: str) -> None:
    async with Broker(tcp_endpoint) as broker:
        with pytest.raises(zmq4.AddressInUse):
            Broker(str(broker.endpoint))
