"""Ours with peers over libzmq's sockets, written from RFC 7 and RFC 18: scenarios M102 to M107.

Each role of ours meets the others', in both faces: our broker their workers and clients, our workers
and clients their broker.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
import zmq

import zmq4
import zmq4.majordomo.asyncio as aio
from fixtures.clock import DEADLINE, TIME_UNIT
from majordomo.patience import wait_until
from majordomo.plain_broker import PlainBroker
from majordomo.raw import RFC7, VERSIONS, Version
from majordomo.raw import Client as RawClient
from majordomo.raw import Worker as RawWorker
from zmq4.majordomo import Broker, Client, Worker

Context = zmq.Context[zmq.Socket[bytes]]
MIB = 1 << 20
MANY = 300
"""A third of the scenario's requests for each pair; there are many pairs."""


def echo(request: zmq4.Message) -> zmq4.Message:
    return request


def number_of(version: Version) -> str:
    return "0.1" if version is RFC7 else "0.2"


@pytest.fixture(params=VERSIONS, ids=str)
def version(request: pytest.FixtureRequest) -> Version:
    theirs: Version = request.param
    return theirs


@pytest.fixture
def plain(context: Context, version: Version) -> Iterator[PlainBroker]:
    with closing(PlainBroker(context, version)) as broker:
        yield broker


class Helper:
    """A worker of theirs that echoes in a thread of its own, until it is closed."""

    def __init__(self, context: Context, address: str, version: Version) -> None:
        self._context, self._address, self._version = context, address, version
        self._is_over = False
        self.served = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._is_over = True
        self._thread.join(DEADLINE)

    def _run(self) -> None:
        with RawWorker(self._context, self._address, self._version) as worker:
            while not self._is_over:
                if not worker.hears_within(0.01):
                    continue
                frames = worker.hear()
                if frames[-1] == self._version.heartbeat:
                    worker.beat()
                    continue
                opening = len(self._version.opening) + 1
                command, address, _, *body = frames[opening:]
                assert command == b"\x02"
                worker.answer(address, *body)
                self.served += 1


def test_m102_their_worker_and_client_at_our_broker(
    context: Context, address: str, version: Version, client: Callable[..., RawClient]
) -> None:
    theirs = client(version)
    with closing(Helper(context, address, version)):
        for number in range(MANY):
            assert theirs.asked(b"%d" % number, b"") == [b"%d" % number, b""]
        assert theirs.asked(bytes(MIB)) == [bytes(MIB)]


def test_m102_their_worker_and_our_client_at_our_broker(
    context: Context, address: str, version: Version
) -> None:
    with closing(Helper(context, address, version)), Client(address, timeout=DEADLINE) as client:
        for number in range(MANY):
            assert client.request("echo", b"%d" % number, b"")[0] == b"%d" % number
        assert client.request("echo", bytes(MIB)).content == bytes(MIB)


def test_m102_our_worker_and_their_client_at_our_broker(
    address: str, version: Version, client: Callable[..., RawClient]
) -> None:
    theirs = client(version)
    with Worker(address, "echo", echo, version=number_of(version)):
        for number in range(MANY):
            assert theirs.asked(b"%d" % number, b"") == [b"%d" % number, b""]
        assert theirs.asked(bytes(MIB)) == [bytes(MIB)]


def test_m103_our_worker_and_client_at_their_broker(plain: PlainBroker, version: Version) -> None:
    number = number_of(version)
    with (
        Worker(plain.address, "echo", echo, version=number),
        Client(plain.address, version=number, timeout=DEADLINE) as client,
    ):
        for each in range(MANY):
            assert list(client.request("echo", b"%d" % each, b"")) == [b"%d" % each, b""]
        assert client.request("echo", bytes(MIB)).content == bytes(MIB)
        with pytest.raises(zmq4.majordomo.NoSuchService):
            client.request("nobody", "x", wait=False)


def test_m103_our_worker_and_client_of_asyncio_at_their_broker(
    plain: PlainBroker, version: Version
) -> None:
    number = number_of(version)

    async def main() -> None:
        async with (
            aio.Worker(plain.address, "echo", echo, version=number, concurrency=4),
            aio.Client(plain.address, version=number, timeout=DEADLINE) as client,
        ):
            numbers = [b"%d" % each for each in range(MANY)]
            replies = await asyncio.gather(*(client.request("echo", each) for each in numbers))
            assert [reply.content for reply in replies] == numbers

    asyncio.run(main())


def test_m102_their_worker_and_client_at_our_broker_of_asyncio(
    context: Context, version: Version
) -> None:
    async def main() -> None:
        async with aio.Broker("tcp://127.0.0.1:0") as broker:
            await asyncio.to_thread(talk, str(broker.endpoint))

    def talk(address: str) -> None:
        with closing(Helper(context, address, version)):
            with RawClient(context, address, version) as client:
                for number in range(MANY):
                    assert client.asked(b"%d" % number) == [b"%d" % number]

    asyncio.run(main())


def test_m103_our_client_and_their_worker_at_their_broker(
    context: Context, plain: PlainBroker, version: Version
) -> None:
    with (
        closing(Helper(context, plain.address, version)),
        Client(plain.address, version=number_of(version), timeout=DEADLINE) as client,
    ):
        assert client.request("echo", "a", "b")[1] == b"b"


def test_m103_parts_go_through_their_broker(context: Context) -> None:
    *_, newer = VERSIONS
    with closing(PlainBroker(context, newer)) as plain:
        with (
            Worker(plain.address, "count", lambda _request: iter([b"1", b"2", b"3"])),
            Client(plain.address, timeout=DEADLINE) as client,
        ):
            assert [part.content for part in client.stream("count", "x")] == [b"1", b"2", b"3"]


def test_m104_our_worker_and_client_outlive_their_broker(
    context: Context, version: Version
) -> None:
    number = number_of(version)
    first = PlainBroker(context, version)
    with ExitStack() as stack:
        stack.enter_context(Worker(first.address, "echo", echo, version=number))
        client = stack.enter_context(
            Client(first.address, version=number, timeout=DEADLINE / 2, retries=3)
        )
        assert client.request("echo", "before").text == "before"

        first.close()
        replies: list[str] = []
        asking = threading.Thread(
            target=lambda: replies.append(client.request("echo", "during").text)
        )
        asking.start()
        stack.enter_context(closing(PlainBroker(context, version, bind=first.address)))
        asking.join()

        assert replies == ["during"]
        assert client.request("echo", "after").text == "after"


def test_m105_request_of_their_worker_that_dies_is_given_to_another(
    broker: Broker,
    worker: Callable[..., RawWorker],
    client: Callable[..., RawClient],
    version: Version,
) -> None:
    first, theirs = worker(version), client(version)
    theirs.ask(b"Hello")
    assert first.is_given().body == [b"Hello"]

    second = worker(version)
    first.close()
    second.serve()

    assert theirs.is_told().body == [b"Hello"]
    assert broker.stats().services["echo"].redispatched == 1


def test_m106_our_worker_is_busy_for_long_under_their_broker(
    context: Context, version: Version
) -> None:
    ends = threading.Event()

    def work(request: zmq4.Message) -> zmq4.Message:
        if request.text == "long":
            ends.wait(DEADLINE)
        return request

    number = number_of(version)
    with closing(PlainBroker(context, version, heartbeat=TIME_UNIT)) as plain:
        with (
            Worker(plain.address, "echo", work, version=number, heartbeat=TIME_UNIT),
            Client(plain.address, version=number, timeout=DEADLINE) as client,
        ):
            replies: list[str] = []
            asking = threading.Thread(
                target=lambda: replies.append(client.request("echo", "long").text)
            )
            asking.start()
            wait_until(lambda: plain.dispatched == 1)
            threading.Timer(10 * TIME_UNIT, ends.set).start()  # three times a broker's patience
            asking.join()

            assert replies == ["long"]
            assert client.request("echo", "short").text == "short"


def test_m107_each_request_is_answered_while_their_workers_come_and_go(
    context: Context, address: str
) -> None:
    chance = random.Random(107)  # noqa: S311 (no secret)
    with ExitStack() as stack:
        stack.enter_context(Worker(address, "echo", echo))
        client = stack.enter_context(Client(address, timeout=DEADLINE, retries=2))
        helpers = [Helper(context, address, chance.choice(VERSIONS)) for _ in range(3)]
        for number in range(MANY):
            if number % 20 == 0:
                helpers.pop(0).close()
                helpers.append(Helper(context, address, chance.choice(VERSIONS)))
            assert client.request("echo", b"%d" % number).content == b"%d" % number
        for helper in helpers:
            helper.close()
