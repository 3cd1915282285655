"""200,000 messages of 0 to 300 octets: none lost, none doubled, none altered, in order."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

import zmq4
import zmq4.asyncio
from interop.libzmq_peer import LibzmqPeer, LibzmqSocket
from interop.torrent import digest, torrent

pytestmark = pytest.mark.requires_peer("python:zmq")

COUNT = 200_000
SEED = 7


@pytest.fixture(scope="module")
def expected() -> str:
    """Make the digest of the flood."""
    return digest(torrent(COUNT, seed=SEED))


@pytest.fixture
def pull_of_libzmq(libzmq: LibzmqPeer) -> Iterator[LibzmqSocket]:
    """Bind where to send a flood."""
    pull = libzmq.open("PULL", bind="tcp://127.0.0.1:*")
    yield pull
    pull.close()


@pytest.fixture
def push_of_libzmq(libzmq: LibzmqPeer) -> Iterator[LibzmqSocket]:
    """Bind where a flood comes from."""
    push = libzmq.open("PUSH", bind="tcp://127.0.0.1:*")
    yield push
    push.close()


@pytest.fixture(params=["tcp", "ipc"])
def dealer_of_libzmq(request: pytest.FixtureRequest, libzmq: LibzmqPeer) -> Iterator[LibzmqSocket]:
    """Bind where a flood goes to and comes back from."""
    dealer = libzmq.open("DEALER", bind=request.getfixturevalue(f"{request.param}_endpoint"))
    yield dealer
    dealer.close()


def test_flood_reaches_libzmq_in_order(
    libzmq: LibzmqPeer, pull_of_libzmq: LibzmqSocket, expected: str
) -> None:
    with zmq4.Push(connect=pull_of_libzmq.endpoint) as push:
        pull_of_libzmq.start_drain(COUNT)

        for message in torrent(COUNT, seed=SEED):
            push.send(message)

        assert libzmq.answer()["digest"] == expected


def test_flood_in_batches_reaches_libzmq_in_order(
    libzmq: LibzmqPeer, pull_of_libzmq: LibzmqSocket, expected: str
) -> None:
    with zmq4.Push(connect=pull_of_libzmq.endpoint) as push:
        pull_of_libzmq.start_drain(COUNT)

        assert push.send_many(torrent(COUNT, seed=SEED)) == COUNT

        assert libzmq.answer()["digest"] == expected


async def test_flood_from_a_loop_reaches_libzmq_in_order(
    libzmq: LibzmqPeer, pull_of_libzmq: LibzmqSocket, expected: str
) -> None:
    async with zmq4.asyncio.Push(connect=pull_of_libzmq.endpoint) as push:
        pull_of_libzmq.start_drain(COUNT)

        for message in torrent(COUNT, seed=SEED):
            await push.send(message)

        answer = await asyncio.to_thread(libzmq.answer)
        assert answer["digest"] == expected


def test_flood_of_libzmq_arrives_in_order(
    libzmq: LibzmqPeer, push_of_libzmq: LibzmqSocket, deadline: float
) -> None:
    with zmq4.Pull(connect=push_of_libzmq.endpoint, recv_timeout=deadline) as pull:
        push_of_libzmq.start_flood(COUNT, seed=SEED)

        for message in torrent(COUNT, seed=SEED):
            assert pull.recv_bytes() == message

        libzmq.answer()


def test_flood_of_libzmq_arrives_in_batches_in_order(
    libzmq: LibzmqPeer, push_of_libzmq: LibzmqSocket, deadline: float, expected: str
) -> None:
    with zmq4.Pull(connect=push_of_libzmq.endpoint, recv_timeout=deadline) as pull:
        push_of_libzmq.start_flood(COUNT, seed=SEED)

        received: list[zmq4.Message] = []
        while len(received) < COUNT:
            received += pull.recv_many()

        assert digest(message.content for message in received) == expected
        libzmq.answer()


async def test_flood_of_libzmq_arrives_in_a_loop_in_order(
    libzmq: LibzmqPeer, push_of_libzmq: LibzmqSocket, deadline: float
) -> None:
    async with zmq4.asyncio.Pull(connect=push_of_libzmq.endpoint, recv_timeout=deadline) as pull:
        push_of_libzmq.start_flood(COUNT, seed=SEED)

        for message in torrent(COUNT, seed=SEED):
            assert await pull.recv_bytes() == message

        libzmq.answer()


def test_floods_both_ways_at_once_keep_their_order(
    libzmq: LibzmqPeer, dealer_of_libzmq: LibzmqSocket, deadline: float
) -> None:
    with zmq4.Dealer(connect=dealer_of_libzmq.endpoint, recv_timeout=deadline) as dealer:
        dealer_of_libzmq.start_echo(COUNT)
        sender = threading.Thread(target=dealer.send_many, args=[torrent(COUNT, seed=SEED)])
        sender.start()

        for message in torrent(COUNT, seed=SEED):
            assert dealer.recv_bytes() == message

        sender.join()
        libzmq.answer()


async def test_floods_both_ways_at_once_keep_their_order_in_a_loop(
    libzmq: LibzmqPeer, dealer_of_libzmq: LibzmqSocket, deadline: float
) -> None:
    async with zmq4.asyncio.Dealer(
        connect=dealer_of_libzmq.endpoint, recv_timeout=deadline
    ) as dealer:
        dealer_of_libzmq.start_echo(COUNT)

        async with asyncio.TaskGroup() as group:
            group.create_task(dealer.send_many(torrent(COUNT, seed=SEED)))
            for message in torrent(COUNT, seed=SEED):
                assert await dealer.recv_bytes() == message

        libzmq.answer()
