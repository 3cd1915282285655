"""Subscriptions are state: told again to every connection, and never lost."""

import pytest

import zmq4
from conformance.subscriptions.told import told
from faces.patience import eventually
from wire.changes import wait_until
from wire.scripted import COMMAND, ScriptedListener, ScriptedPeer
from wire.topics import cancel, message, subscribe
from wire.vectors import GREETING, READY

SOON = zmq4.Backoff(0.01, max=0.05)
SUBSCRIBERS = [zmq4.Sub, zmq4.XSub]
Subscriber = zmq4.Sub | zmq4.XSub


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
def test_rule_36_subscriptions_are_told_again_after_a_reconnection(
    transport: str,
    request: pytest.FixtureRequest,
    deadline: float,
    subscriber: type[Subscriber],
) -> None:
    address: str = request.getfixturevalue(f"{transport}_endpoint")
    with subscriber(topics=["a", "a", "b"], reconnect=SOON) as sub:
        with zmq4.XPub(bind=address) as xpub:
            address = str(xpub.endpoint)
            sub.connect(address)
            assert told(xpub, 2) == [b"+a", b"+b"]
        eventually(lambda: sub.endpoint.state == "connecting")
        sub.subscribe("c")
        sub.unsubscribe("b")

        with zmq4.XPub(bind=address) as xpub:
            assert told(xpub, 2) == [b"+a", b"+c"]
            xpub.send(b"b")
            xpub.send(b"c")
            assert sub.recv_bytes(timeout=deadline) == b"c"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_36_bound_subscriber_tells_each_publisher_that_comes(
    transport: str, request: pytest.FixtureRequest
) -> None:
    address: str = request.getfixturevalue(f"{transport}_endpoint")
    with zmq4.Sub(bind=address, topics=["a", "b"]) as sub:
        for _ in range(3):
            with zmq4.XPub(connect=sub.endpoint) as xpub:
                assert told(xpub, 2) == [b"+a", b"+b"]
                sub.unsubscribe("b")
                assert told(xpub) == [b"-b"]
            eventually(lambda: sub.peers() == [])
            sub.subscribe("b")


def test_rule_36_subscribing_comes_before_or_after_connecting(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint) as xpub:
        with zmq4.Sub(topics="a") as sub:
            sub.connect(xpub.endpoint)
            assert told(xpub) == [b"+a"]
        assert told(xpub) == [b"-a"]
        with zmq4.Sub(connect=xpub.endpoint) as sub:
            sub.endpoint.ready(deadline)
            sub.subscribe("a")
            assert told(xpub) == [b"+a"]


@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
def test_rule_36_subscriptions_follow_ready_before_anything_else(
    listener: ScriptedListener, subscriber: type[Subscriber]
) -> None:
    with subscriber(connect=listener.address, topics=["b", "", "a"], reconnect=SOON) as sub:
        if isinstance(sub, zmq4.XSub):
            sub.send(b"queued")
        for _ in range(2):
            peer = listener.accept()
            peer.shake_hands(sub._socket_type, "XPUB")
            peer.expect(subscribe(b""), subscribe(b"a"), subscribe(b"b"))
            if isinstance(sub, zmq4.XSub):
                peer.expect(message(b"queued"))
                peer.reset()
                wait_until(lambda: sub.endpoint.state == "connecting", sub.endpoint)
                sub.send(b"queued")
            peer.close()


def test_rule_36_nothing_of_an_old_connection_is_told_to_the_new(
    listener: ScriptedListener,
) -> None:
    with zmq4.Sub(connect=listener.address, reconnect=SOON) as sub:
        first = listener.accept()
        first.shake_hands("SUB", "PUB")
        for number in range(5000):
            sub.subscribe(b"%d" % number)
            sub.unsubscribe(b"%d" % number)
        sub.subscribe(b"what is left")
        first.close()

        second = listener.accept()

        second.shake_hands("SUB", "PUB")
        second.expect(subscribe(b"what is left"))


def topics_of(peer: ScriptedPeer, last: bytes) -> set[bytes]:
    """Read subscriptions as commands up to ``last``; return what a publisher holds then."""
    held: set[bytes] = set()
    while last not in held:
        flags, body = peer.read_frame()
        assert flags & COMMAND
        name, topic = body[1 : 1 + body[0]], body[1 + body[0] :]
        assert name in {b"SUBSCRIBE", b"CANCEL"}
        (held.add if name == b"SUBSCRIBE" else held.discard)(topic)
    return held


def test_rule_36_publisher_that_does_not_read_misses_no_subscription(
    listener: ScriptedListener,
) -> None:
    with zmq4.Sub(
        connect=listener.address, send_hwm=1, kernel_send_buffer="4KiB", reconnect=None
    ) as sub:
        peer = listener.accept()
        peer.shake_hands("SUB", "PUB")

        for number in range(5000):
            sub.subscribe(b"%0200d" % number)
        sub.subscribe(b"~")

        assert topics_of(peer, b"~") == {*(b"%0200d" % n for n in range(5000)), b"~"}


def test_rule_36_what_changes_meanwhile_is_right_in_the_end(listener: ScriptedListener) -> None:
    with zmq4.Sub(
        connect=listener.address, topics="dropped", kernel_send_buffer="4KiB", reconnect=None
    ) as sub:
        peer = listener.accept()
        peer.shake_hands("SUB", "PUB")

        for number in range(5000):
            sub.subscribe(b"%0200d" % number)
        for number in range(0, 5000, 2):
            sub.unsubscribe(b"%0200d" % number)
        sub.unsubscribe("dropped")
        sub.subscribe("~")

        assert topics_of(peer, b"~") == {*(b"%0200d" % n for n in range(1, 5000, 2)), b"~"}


def test_rule_36_publisher_that_comes_late_has_all(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=tcp_endpoint) as holder:
        address = str(holder.endpoint)
    with zmq4.Sub(connect=address, reconnect=SOON) as sub:
        eventually(lambda: sub.endpoint.attempts > 1)
        for number in range(5000):
            sub.subscribe(b"%d" % number)

        with zmq4.Pub(bind=address) as pub:
            eventually(lambda: pub.topic_count == 5000)
            pub.send(b"4999")
            assert sub.recv_bytes(timeout=deadline) == b"4999"


def test_rule_36_cancellation_reaches_the_publisher_as_a_command(
    listener: ScriptedListener,
) -> None:
    with zmq4.Sub(connect=listener.address, topics=["a", "a"]) as sub:
        peer = listener.accept()
        peer.shake_hands("SUB", "PUB")
        peer.expect(subscribe(b"a"))

        sub.unsubscribe("a")
        sub.unsubscribe("never held")
        sub.subscribe("b")
        sub.unsubscribe("a")

        peer.expect(subscribe(b"b"), cancel(b"a"))


def test_rule_36_nothing_but_the_handshake_goes_to_a_publisher_without_subscriptions(
    listener: ScriptedListener, time_unit: float
) -> None:
    with zmq4.Sub(connect=listener.address):
        peer = listener.accept()

        peer.send(GREETING, READY["PUB"])

        peer.expect(GREETING, READY["SUB"])
        peer.expect_silence(time_unit)
