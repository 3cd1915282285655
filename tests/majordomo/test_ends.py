"""Our worker and our client at a broker that makes no sense: scenarios M28, M29, M44 to M47.

The broker is a ROUTER of libzmq's that follows a script.
"""

import threading
from collections.abc import Iterator

import pytest
import zmq

import zmq4
from fixtures.clock import DEADLINE, TIME_UNIT
from majordomo.raw import RFC7, RFC18, VERSIONS, Socket, Version
from zmq4.majordomo import Client, Worker

Context = zmq.Context[zmq.Socket[bytes]]
CLIENT = b"\x00\x01\x02\x03\x04"


class Broker(Socket):
    """A broker without a mind of its own."""

    def __init__(self, context: Context, version: Version) -> None:
        super().__init__(context, zmq.ROUTER, bind="tcp://127.0.0.1:0")
        self.version = version

    def from_worker(self, *, beats: bool = False) -> tuple[bytes, list[bytes]]:
        """Take what a worker says, heartbeats only if they are wanted."""
        opening = [*self.version.opening, self.version.worker]
        while True:
            peer, *frames = self.hear()
            assert frames[: len(opening)] == opening
            said = frames[len(opening) :]
            if beats or said != [self.version.heartbeat]:
                return peer, said

    def to_worker(self, peer: bytes, *frames: bytes) -> None:
        self.say(peer, *self.version.opening, self.version.worker, *frames)

    def from_client(self) -> tuple[bytes, list[bytes]]:
        peer, *frames = self.hear()
        opening = [*self.version.opening, self.version.client, *self.version.asks]
        assert frames[: len(opening)] == opening
        return peer, frames[len(opening) :]

    def to_client(self, peer: bytes, *frames: bytes) -> None:
        self.say(peer, *self.version.opening, self.version.client, *self.version.is_told, *frames)


@pytest.fixture(params=VERSIONS, ids=str)
def broker(request: pytest.FixtureRequest, context: Context) -> Iterator[Broker]:
    with Broker(context, request.param) as broker:
        yield broker


def number_of(version: Version) -> str:
    return "0.1" if version is RFC7 else "0.2"


@pytest.fixture
def worker(broker: Broker) -> Iterator[Worker]:
    """Serve `echo`; heartbeats are quick."""
    worker = Worker(
        broker.address,
        "echo",
        lambda request: request,
        version=number_of(broker.version),
        heartbeat=TIME_UNIT,
        liveness=50,
    )
    with worker:
        yield worker


@pytest.mark.usefixtures("worker")
def test_m28_worker_drops_what_makes_no_sense_and_goes_on(broker: Broker) -> None:
    peer, said = broker.from_worker()
    assert said == [b"\x01", b"echo"]
    opening, own = broker.version.opening, broker.version.worker

    broker.say(peer, *opening, b"MDPX01", b"\x02", CLIENT, b"", b"x")
    broker.say(peer, b"")
    broker.say(peer, *opening, own)
    broker.to_worker(peer, b"\x09")
    broker.to_worker(peer, b"\x02")
    broker.to_worker(peer, b"\x02", CLIENT)
    broker.to_worker(peer, b"\x02", CLIENT, b"x", b"x")
    broker.to_worker(peer, b"\x02", CLIENT, b"")
    broker.to_worker(peer, b"\x02", b"", b"", b"x")
    assert broker.from_worker(beats=True) == (peer, [broker.version.heartbeat])

    broker.to_worker(peer, b"\x02", CLIENT, b"", b"x", b"y")
    assert broker.from_worker() == (peer, [broker.version.final, CLIENT, b"", b"x", b"y"])


def test_m29_client_takes_the_right_reply_and_no_other(broker: Broker) -> None:
    version = broker.version
    replies: list[zmq4.Message] = []

    with Client(broker.address, version=number_of(version), timeout=DEADLINE) as client:
        asking = threading.Thread(target=lambda: replies.append(client.request("echo", "x")))
        asking.start()
        peer, request = broker.from_client()
        assert request == [b"echo", b"x"]

        broker.say(peer, *version.opening, b"MDPX01", *version.is_told, b"echo", b"wrong header")
        broker.to_client(peer, b"other", b"wrong service")
        broker.to_client(peer, b"echo")
        broker.say(peer, b"")
        if version is RFC18:
            broker.say(peer, version.client, b"\x07", b"echo", b"wrong command")
        broker.to_client(peer, b"echo", b"right")
        broker.to_client(peer, b"echo", b"one too many")
        asking.join()

    assert [each.content for each in replies] == [b"right"]


@pytest.mark.usefixtures("worker")
def test_m45_worker_that_is_told_to_leave_comes_again_as_somebody_else(broker: Broker) -> None:
    first, _ = broker.from_worker()

    broker.to_worker(first, broker.version.disconnect)
    second, said = broker.from_worker()

    assert second != first
    assert said == [b"\x01", b"echo"]


def test_m44_worker_leaves_a_broker_that_is_silent(broker: Broker) -> None:
    with Worker(
        broker.address,
        "echo",
        lambda request: request,
        version=number_of(broker.version),
        heartbeat=TIME_UNIT,
    ):
        first, _ = broker.from_worker()
        second, said = broker.from_worker()

    assert second != first
    assert said == [b"\x01", b"echo"]


def test_m46_m47_worker_lives_while_its_handler_works_and_the_broker_says_nothing(
    broker: Broker,
) -> None:
    ends = threading.Event()

    def work(_request: zmq4.Message) -> bytes:
        ends.wait(DEADLINE)
        return b"done"

    with Worker(
        broker.address,
        "echo",
        work,
        version=number_of(broker.version),
        heartbeat=TIME_UNIT,
    ):
        peer, _ = broker.from_worker()
        broker.to_worker(peer, b"\x02", CLIENT, b"", b"x")
        for _ in range(6):  # twice as many as would make a silent broker dead
            assert broker.from_worker(beats=True) == (peer, [broker.version.heartbeat])
        ends.set()
        assert broker.from_worker() == (peer, [broker.version.final, CLIENT, b"", b"done"])


@pytest.mark.usefixtures("worker")
def test_a_second_request_before_the_first_is_answered_is_not_worked_on(broker: Broker) -> None:
    peer, _ = broker.from_worker()

    for number in (b"1", b"2", b"3"):
        broker.to_worker(peer, b"\x02", CLIENT, b"", number)

    assert broker.from_worker()[1][-1] == b"1"
