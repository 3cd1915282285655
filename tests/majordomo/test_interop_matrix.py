"""Every pair of ours and theirs, at our broker and at theirs: who is whose, and speaks what.

Theirs are over libzmq's sockets, written from RFC 7 and RFC 18; ours are in both faces.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Literal

import pytest
import zmq

import zmq4
import zmq4.majordomo.asyncio as aio
from fixtures.clock import DEADLINE
from majordomo.plain_broker import PlainBroker
from majordomo.raw import RFC18, VERSIONS, Version
from majordomo.raw import Client as RawClient
from majordomo.raw import Worker as RawWorker
from majordomo.test_interop import Helper, echo, number_of
from zmq4.majordomo import Broker, Client, Worker

Context = zmq.Context[zmq.Socket[bytes]]
Whose = Literal["theirs", "threads", "asyncio"]
WHOSE: tuple[Whose, ...] = ("theirs", "threads", "asyncio")
PAIRS = [*itertools.product(VERSIONS, VERSIONS)]
BODIES = [(b"one frame",), (b"",), (b"a", b"", b"\xff\x00"), (bytes(1 << 20), b"tail")]


async def echo_there(request: zmq4.Message) -> zmq4.Message:
    return request


@asynccontextmanager
async def broker_of(context: Context, whose: Whose, version: Version) -> AsyncIterator[str]:
    """Serve as a broker; ours speak both versions."""
    match whose:
        case "theirs":
            with closing(PlainBroker(context, version)) as plain:
                yield plain.address
        case "threads":
            with Broker("tcp://127.0.0.1:0") as broker:
                yield str(broker.endpoint)
        case "asyncio":
            async with aio.Broker("tcp://127.0.0.1:0") as served:
                yield str(served.endpoint)


@asynccontextmanager
async def worker_of(
    context: Context, address: str, whose: Whose, version: Version
) -> AsyncIterator[None]:
    """Have a worker echo."""
    match whose:
        case "theirs":
            with closing(Helper(context, address, version)):
                yield
        case "threads":
            with Worker(address, "echo", echo, version=number_of(version)):
                yield
        case "asyncio":
            async with aio.Worker(address, "echo", echo_there, version=number_of(version)):
                yield


async def ask(context: Context, address: str, whose: Whose, version: Version) -> None:
    """Have a client send each body, and check that it comes back frame by frame."""

    def ask_as_theirs() -> None:
        with RawClient(context, address, version) as client:
            assert [tuple(client.asked(*body)) for body in BODIES] == BODIES

    def ask_in_a_thread() -> None:
        with Client(address, version=number_of(version), timeout=DEADLINE) as client:
            assert [tuple(client.request("echo", *body)) for body in BODIES] == BODIES

    match whose:
        case "theirs":
            await asyncio.to_thread(ask_as_theirs)
        case "threads":
            await asyncio.to_thread(ask_in_a_thread)
        case "asyncio":
            async with aio.Client(address, version=number_of(version), timeout=DEADLINE) as client:
                replies = [await client.request("echo", *body) for body in BODIES]
            assert [tuple(reply) for reply in replies] == BODIES


@pytest.mark.parametrize("spoken", PAIRS, ids=lambda pair: "-".join(map(str, pair)))
@pytest.mark.parametrize("client", WHOSE)
@pytest.mark.parametrize("worker", WHOSE)
@pytest.mark.parametrize("broker", ["threads", "asyncio"])
def test_m102_everybody_meets_at_our_broker(
    context: Context, broker: Whose, worker: Whose, client: Whose, spoken: tuple[Version, Version]
) -> None:
    works, asks = spoken

    async def main() -> None:
        async with broker_of(context, broker, works) as address:
            async with worker_of(context, address, worker, works):
                await ask(context, address, client, asks)

    asyncio.run(main())


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("client", WHOSE)
@pytest.mark.parametrize("worker", WHOSE)
def test_m103_everybody_of_its_version_meets_at_their_broker(
    context: Context, worker: Whose, client: Whose, version: Version
) -> None:
    async def main() -> None:
        async with broker_of(context, "theirs", version) as address:
            async with worker_of(context, address, worker, version):
                await ask(context, address, client, version)

    asyncio.run(main())


def test_m102_parts_of_their_worker_are_a_stream_for_our_client(
    context: Context, address: str
) -> None:
    with RawWorker(context, address, RFC18) as worker, Client(address) as client:
        parts = client.stream("echo", "x", timeout=DEADLINE)
        asking = asyncio.to_thread(lambda: [part.content for part in parts])

        async def main() -> None:
            asked = asyncio.ensure_future(asking)
            given = await asyncio.to_thread(worker.is_given)
            for part in (b"1", b"2"):
                worker.answer_partly(given.address, part)
            worker.answer(given.address, b"3")
            assert await asked == [b"1", b"2", b"3"]

        asyncio.run(main())
