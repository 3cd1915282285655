"""What goes on while a program does not call: subscriptions travel and count all the same."""

import pytest

import zmq4
from faces.patience import eventually
from wire.scripted import Meet
from wire.topics import cancel, message, subscribe
from wire.vectors import PING, PONG


def test_rule_23_idle_bound_sub_tells_a_new_publisher(visit: Meet) -> None:
    with zmq4.Sub(bind="tcp://127.0.0.1:0", topics=["a", "b"]) as sub:
        peer = visit(sub)

        peer.shake_hands("SUB", "PUB")

        peer.expect(subscribe(b"a"), subscribe(b"b"))


def test_rule_23_idle_pub_reads_on(visit: Meet) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0", recv_hwm=1) as pub:
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")

        for number in range(5000):
            peer.send(subscribe(b"%d" % number), message(b"2 hear this"))
        peer.send(PING)

        peer.expect(PONG)
        assert pub.topic_count == 5000


def test_rule_23_pub_that_only_ever_sent_knows_who_left(visit: Meet) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0") as pub:
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")
        peer.send(subscribe(b"a"))
        pub.wait_for_subscribers(1, "a")

        peer.reset()

        eventually(lambda: pub.topic_count == 0)


def test_rule_23_subscriptions_count_before_the_xpub_has_received_them(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="a") as sub,
    ):
        xpub.wait_for_subscribers(1, "a", timeout=deadline)

        xpub.send(b"a")

        assert sub.recv_bytes(timeout=deadline) == b"a"


def test_rule_26_xpub_that_receives_nothing_stops_reading_and_goes_on(
    visit: Meet, deadline: float
) -> None:
    with zmq4.XPub(bind="tcp://127.0.0.1:0", recv_hwm=10) as xpub:
        peer = visit(xpub)
        peer.shake_hands("XPUB", "SUB")
        for number in range(1000):
            peer.send(subscribe(b"%d" % number), cancel(b"%d" % number))
        peer.send(PING)

        for number in range(1000):
            for is_subscribed in (True, False):
                news = xpub.recv(timeout=deadline)
                assert isinstance(news, zmq4.Subscription)
                assert (news.subscribe, news.topic) == (is_subscribed, b"%d" % number)
        peer.expect(PONG)


@pytest.mark.parametrize("count", [1, 100])
def test_rule_26_messages_of_an_idle_xpub_are_kept_for_it(
    endpoint: str, deadline: float, count: int
) -> None:
    with zmq4.XPub(bind=endpoint) as xpub:
        with zmq4.XSub(connect=xpub.endpoint) as xsub:
            xsub.endpoint.ready(deadline)
            for number in range(count):
                xsub.send(b"message %d" % number)
            eventually(lambda: xpub.stats().unread == count)

        for number in range(count):
            received = xpub.recv(timeout=deadline)
            assert isinstance(received, zmq4.Message)
            assert received.content == b"message %d" % number
