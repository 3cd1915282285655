"""A proxy of ours between libzmq's sockets, on both sides and on either one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import zmq4
from fixtures.clock import DEADLINE
from interop.libzmq_peer import LibzmqPeer
from interop.torrent import digest, torrent

pytestmark = pytest.mark.requires_peer("python:zmq")


class Ends:
    """A running proxy between two bound sockets."""

    def __init__(self, front: zmq4._socket.ThreadSocket, back: zmq4._socket.ThreadSocket) -> None:
        """Start it."""
        self.to_front, self.to_back = str(front.endpoint), str(back.endpoint)
        self.proxy = zmq4.Proxy(front, back)
        self.thread = threading.Thread(target=self.proxy.run)
        self.thread.start()

    def stop(self) -> None:
        """Stop it, and see that it stops."""
        self.proxy.stop()
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Close at the end whatever a test opens."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=[("tcp", "tcp"), ("ipc", "tcp")], ids="-".join)
def addresses(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Name where the two ends of a proxy are bound."""
    front, back = request.param
    return request.getfixturevalue(f"{front}_endpoint"), request.getfixturevalue(f"{back}_endpoint")


def start(front: str, back: str, addresses: tuple[str, str], opened: ExitStack) -> Ends:
    """Start a proxy between sockets of the classes named."""
    ends = [
        opened.enter_context(getattr(zmq4, name)(bind=address))
        for name, address in zip((front, back), addresses, strict=True)
    ]
    proxy = Ends(*ends)
    opened.callback(proxy.stop)
    return proxy


def test_their_clients_are_served_by_their_workers(
    addresses: tuple[str, str], opened: ExitStack, libzmq: LibzmqPeer
) -> None:
    between = start("Router", "Dealer", addresses, opened)
    clients = [libzmq.open("REQ", connect=between.to_front) for _ in range(3)]
    worker = libzmq.open("REP", connect=between.to_back)
    bodies = [[b"%d" % number, b"\0" * 100_000, b""] for number in range(3)]

    for client, body in zip(clients, bodies, strict=True):
        client.send(*body)
    worker.start_echo(3)
    assert libzmq.answer()

    assert [client.receive() for client in clients] == bodies
    for socket in (*clients, worker):
        socket.close()


def test_their_client_is_served_by_our_worker_and_ours_by_theirs(
    addresses: tuple[str, str], opened: ExitStack, libzmq: LibzmqPeer
) -> None:
    between = start("Router", "Dealer", addresses, opened)
    their_client = libzmq.open("DEALER", connect=between.to_front, options={"ROUTING_ID": "theirs"})
    our_client = opened.enter_context(zmq4.Req(connect=between.to_front))
    our_worker = opened.enter_context(zmq4.Rep(connect=between.to_back))

    their_client.send(b"", b"to ours")
    request = our_worker.recv(timeout=DEADLINE)
    request.reply(b"from ours", request.content)
    assert their_client.receive() == [b"", b"from ours", b"to ours"]

    our_worker.close()
    their_worker = libzmq.open("REP", connect=between.to_back)
    their_worker.start_echo(1)
    assert our_client.request(b"to theirs", timeout=DEADLINE).content == b"to theirs"
    assert libzmq.answer()
    their_client.close()
    their_worker.close()


@pytest.mark.parametrize(("publisher", "subscriber"), [("PUB", "SUB"), ("XPUB", "XSUB")])
def test_their_subscriptions_and_publications_pass(
    addresses: tuple[str, str],
    opened: ExitStack,
    libzmq: LibzmqPeer,
    publisher: str,
    subscriber: str,
) -> None:
    between = start("XSub", "XPub", addresses, opened)
    pub = libzmq.open(publisher, connect=between.to_front)
    ours = opened.enter_context(zmq4.Pub(connect=between.to_front))
    subscribes = {"SUBSCRIBE": "a"} if subscriber == "SUB" else None
    sub = libzmq.open(subscriber, connect=between.to_back, options=subscribes)
    if subscriber == "XSUB":
        sub.send(b"\1a")
    if publisher == "XPUB":
        assert pub.receive() == [b"\1a"]
    ours.wait_for_subscribers(1, "a", timeout=DEADLINE)

    ours.send(b"b", b"is not asked for")
    ours.send(b"a", b"from ours")
    assert sub.receive() == [b"a", b"from ours"]
    if publisher == "XPUB":
        pub.send(b"b", b"is not asked for")
        pub.send(b"a", b"from theirs")
        assert sub.receive() == [b"a", b"from theirs"]

    sub.close()
    pub.close()


def test_their_flood_passes_whole_and_in_order(
    addresses: tuple[str, str], opened: ExitStack, start_libzmq: Callable[[], LibzmqPeer]
) -> None:
    between = start("Pull", "Push", addresses, opened)
    count, seed = 20_000, 64
    source, sink = start_libzmq(), start_libzmq()
    push = source.open("PUSH", connect=between.to_front)
    pull = sink.open("PULL", connect=between.to_back)

    pull.start_drain(count)
    push.start_flood(count, seed=seed)

    assert source.answer()
    assert sink.answer()["digest"] == digest(torrent(count, seed=seed))
    assert between.proxy.stats().forward.messages == count


def test_two_proxies_in_a_row_find_the_way_back(
    addresses: tuple[str, str], opened: ExitStack, libzmq: LibzmqPeer
) -> None:
    outer = start("Router", "Dealer", addresses, opened)
    inner_front = opened.enter_context(zmq4.Router(connect=outer.to_back))
    inner_back = opened.enter_context(zmq4.Dealer(bind="tcp://127.0.0.1:0"))
    inner_front.endpoint.ready(timeout=DEADLINE)
    inner = Ends(inner_front, inner_back)
    opened.callback(inner.stop)
    client = libzmq.open("REQ", connect=outer.to_front)
    worker = libzmq.open("REP", connect=inner.to_back)

    client.send(b"through both")
    worker.start_echo(1)
    assert libzmq.answer()

    assert client.receive() == [b"through both"]
    client.close()
    worker.close()
