"""Subscribers that do not keep up: what it costs them, and nobody else."""

from typing import TypedDict

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

PUBLISHERS = [zmq4.Pub, zmq4.XPub]
Publisher = zmq4.Pub | zmq4.XPub
BODY = bytes(20_000)


class Narrow(TypedDict):
    """The system's buffers."""

    kernel_send_buffer: str
    kernel_recv_buffer: str


NARROW: Narrow = {"kernel_send_buffer": "16KiB", "kernel_recv_buffer": "16KiB"}
"""So that little is on its way over tcp and ipc, and queues are full early."""


def fill(pub: Publisher, topic: bytes, witness: zmq4.Sub, deadline: float) -> int:
    """Send what ``witness`` receives at once, until somebody else is full; return how much."""
    sent = 0
    while pub.try_send(topic, BODY):
        witness.recv(timeout=deadline)
        sent += 1
        assert sent < 10_000, "nobody was ever full"
    return sent


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_24_pub_drops_for_slow_peers_and_never_waits(
    endpoint: str, deadline: float, publisher: type[Publisher]
) -> None:
    with (
        publisher(bind=endpoint, send_hwm=10, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="", recv_hwm=1, **NARROW) as slow,
        zmq4.Sub(connect=pub.endpoint, topics="", **NARROW) as quick,
    ):
        pub.wait_for_subscribers(2, timeout=deadline)

        for number in range(500):
            assert pub.try_send(b"%d" % number, BODY)
            assert quick.recv(timeout=deadline)[0] == b"%d" % number

        lost = pub.stats().dropped
        assert 0 < lost < 500
        numbers = [int(slow.recv(timeout=deadline)[0]) for _ in range(500 - lost)]
        assert numbers == sorted(set(numbers))
        assert slow.try_recv() is None
        assert numbers[:10] == [*range(10)], "the newest are dropped"


def test_rule_24_slow_peer_has_messages_again_as_soon_as_it_reads(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=10, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="", recv_hwm=1, **NARROW) as slow,
    ):
        pub.wait_for_subscribers(timeout=deadline)
        for _ in range(500):
            pub.send(b"early", BODY)
        for _ in range(500 - pub.stats().dropped):
            assert slow.recv(timeout=deadline)[0] == b"early"

        pub.send(b"late")

        assert slow.recv(timeout=deadline) == zmq4.Message(b"late")


def test_rule_24_multipart_is_dropped_whole(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=10, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="", recv_hwm=1, **NARROW) as slow,
    ):
        pub.wait_for_subscribers(timeout=deadline)
        for number in range(500):
            pub.send(b"%d" % number, BODY, b"%d" % number, b"")

        lost = pub.stats().dropped
        assert lost > 0
        for _ in range(500 - lost):
            head, body, again, end = slow.recv(timeout=deadline)
            assert (head, body, end) == (again, BODY, b"")


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_25_nodrop_sends_to_nobody_while_one_is_full(
    endpoint: str, deadline: float, publisher: type[Publisher]
) -> None:
    with (
        publisher(bind=endpoint, send_hwm=10, nodrop=True, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", recv_hwm=1, **NARROW) as slow,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "b"], **NARROW) as quick,
    ):
        pub.wait_for_subscribers(2, "a", timeout=deadline)
        pub.wait_for_subscribers(1, "b", timeout=deadline)
        sent = fill(pub, b"a", quick, deadline)

        with pytest.raises(zmq4.Timeout):
            pub.send(b"a", b"refused", timeout=0)
        pub.send(b"b", b"for one that has room")

        assert quick.recv(timeout=deadline) == zmq4.Message(b"b", b"for one that has room")
        for _ in range(sent):
            assert slow.recv(timeout=deadline) == zmq4.Message(b"a", BODY)
        pub.send(b"a", b"taken", timeout=deadline)
        assert slow.recv(timeout=deadline) == zmq4.Message(b"a", b"taken")
        assert quick.recv(timeout=deadline) == zmq4.Message(b"a", b"taken")
        assert pub.stats().dropped == 0


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_25_nodrop_waits_for_room(
    endpoint: str, deadline: float, crew: Crew, publisher: type[Publisher]
) -> None:
    with (
        publisher(bind=endpoint, send_hwm=10, nodrop=True, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", recv_hwm=1, **NARROW) as slow,
        zmq4.Sub(connect=pub.endpoint, topics="a", **NARROW) as quick,
    ):
        pub.wait_for_subscribers(2, "a", timeout=deadline)
        sent = fill(pub, b"a", quick, deadline)
        waiting = crew.start(lambda: pub.send(b"a", b"in the end")).asleep()

        for _ in range(sent):
            assert slow.recv(timeout=deadline) == zmq4.Message(b"a", BODY)

        waiting.result()
        assert slow.recv(timeout=deadline) == zmq4.Message(b"a", b"in the end")
        assert quick.recv(timeout=deadline) == zmq4.Message(b"a", b"in the end")


def test_rule_25_sender_that_waits_goes_on_when_the_slow_peer_leaves(
    endpoint: str, deadline: float, crew: Crew
) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=10, nodrop=True, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", recv_hwm=1, **NARROW) as slow,
        zmq4.Sub(connect=pub.endpoint, topics="a", **NARROW) as quick,
    ):
        pub.wait_for_subscribers(2, "a", timeout=deadline)
        fill(pub, b"a", quick, deadline)
        waiting = crew.start(lambda: pub.send(b"a", b"in the end")).asleep()

        slow.close()

        waiting.result()
        assert quick.recv(timeout=deadline) == zmq4.Message(b"a", b"in the end")


def test_rule_25_nodrop_holds_at_once_and_until_it_is_taken_back(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=10, **NARROW) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", recv_hwm=1, **NARROW) as slow,
        zmq4.Sub(connect=pub.endpoint, topics="a", **NARROW) as quick,
    ):
        pub.wait_for_subscribers(2, "a", timeout=deadline)
        pub.nodrop = True
        fill(pub, b"a", quick, deadline)

        pub.nodrop = False

        assert pub.try_send(b"a", b"dropped for one")
        assert quick.recv(timeout=deadline) == zmq4.Message(b"a", b"dropped for one")
        eventually(lambda: pub.stats().dropped == 1)
        assert slow.peers()
