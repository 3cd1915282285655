"""What the user of an XPUB is told of its subscribers."""

import pytest

import zmq4
from conformance.subscriptions.told import asked, told, told_before
from faces.crew import Crew
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.05)


def test_rule_26_xpub_is_told_of_the_first_and_the_last(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint) as first,
        zmq4.Sub(connect=xpub.endpoint) as second,
    ):
        first.subscribe("a")
        assert told(xpub) == [b"+a"]
        second.subscribe("a")
        second.subscribe("b")
        assert told(xpub) == [b"+b"]
        first.unsubscribe("a")
        first.subscribe("c")
        assert told(xpub) == [b"+c"]
        second.unsubscribe("a")
        second.subscribe("d")

        assert told(xpub, 2) == [b"-a", b"+d"]


def test_rule_26_either_side_may_bind(endpoint: str) -> None:
    with zmq4.Sub(bind=endpoint, topics=["a", ""]) as sub, zmq4.XPub(connect=sub.endpoint) as xpub:
        assert told(xpub, 2) == [b"+", b"+a"]
        sub.unsubscribe("")

        assert told(xpub) == [b"-"]


def test_rule_26_repeated_subscription_is_not_told(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics=["a", "a"]) as xsub,
    ):
        xsub.subscribe("a")
        xsub.subscribe("last")

        assert told_before(xpub, b"+last") == [b"+a"]


def test_rule_26_departed_peer_cancels_what_nobody_else_holds(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="shared") as other,
    ):
        assert told(xpub) == [b"+shared"]
        with zmq4.Sub(connect=xpub.endpoint, topics=["a", "b", "shared"]):
            assert told(xpub, 2) == [b"+a", b"+b"]

        assert told(xpub, 2) == [b"-a", b"-b"]
        other.subscribe("last")
        assert told(xpub) == [b"+last"]


def test_rule_26_unbinding_cancels_too(endpoint: str) -> None:
    # Unbinding a name of inproc leaves its connections, as in the field: they are left by disconnect.
    with zmq4.XPub() as xpub, zmq4.Sub(topics=["a", "b"]) as sub:
        if endpoint.startswith("inproc"):
            sub.bind(endpoint)
            xpub.connect(endpoint)
        else:
            sub.connect(xpub.bind(endpoint))
        assert told(xpub, 2) == [b"+a", b"+b"]

        xpub.endpoint.close()

        assert told(xpub, 2) == [b"-a", b"-b"]
        assert xpub.topic_count == 0
        assert xpub.try_recv() is None


def test_rule_26_disconnecting_leaves_what_was_not_read_yet(endpoint: str) -> None:
    with zmq4.Sub(bind=endpoint, topics="a") as sub, zmq4.XPub(connect=sub.endpoint) as xpub:
        eventually(lambda: xpub.topic_count == 1)

        xpub.disconnect(sub.endpoint)

        assert told(xpub, 2) == [b"+a", b"-a"]
        assert (xpub.endpoints, xpub.topic_count) == ([], 0)


def test_rule_26_receiver_that_waits_is_told_of_an_unbind(tcp_endpoint: str, crew: Crew) -> None:
    with (
        zmq4.XPub(bind=tcp_endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="a"),
    ):
        assert told(xpub) == [b"+a"]
        waiting = crew.start(lambda: told(xpub)).asleep()

        xpub.endpoint.close()

        assert waiting.result() == [b"-a"]


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_26_lost_and_returned_subscriber_is_told_of_by_a_connecting_xpub(
    transport: str, request: pytest.FixtureRequest
) -> None:
    with zmq4.XPub(reconnect=SOON) as xpub:
        with zmq4.Sub(bind=request.getfixturevalue(f"{transport}_endpoint"), topics="a") as sub:
            address = str(sub.endpoint)
            xpub.connect(address)
            assert told(xpub) == [b"+a"]
        assert told(xpub) == [b"-a"]

        with zmq4.Sub(bind=address, topics="b"):
            assert told(xpub) == [b"+b"]


def test_rule_26_news_tell_their_peer(endpoint: str, deadline: float) -> None:
    with zmq4.XPub(bind=endpoint) as xpub:
        with zmq4.Sub(connect=xpub.endpoint, topics="a", metadata={"X-Who": "me"}) as sub:
            news = asked(xpub)
            sub.endpoint.ready(deadline)

            assert news.peer is not None
            assert news.peer == xpub.peers()[0]
            assert (news.peer.socket_type, news.peer.metadata["X-Who"]) == ("SUB", b"me")
        assert asked(xpub).peer == news.peer


def test_rule_26_subscriptions_and_messages_keep_their_order(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint, recv_hwm=0) as xpub, zmq4.XSub(connect=xpub.endpoint) as xsub:
        xsub.endpoint.ready(deadline)
        for number in range(300):
            xsub.subscribe(b"%d" % number)
            xsub.send(b"message")

            assert told(xpub, 2) == [b"+%d" % number, [b"message"]]


def test_rule_26_request_upstream_finds_its_sender_subscribed(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint) as xpub, zmq4.XSub(connect=xpub.endpoint) as xsub:
        xsub.endpoint.ready(deadline)
        for number in range(300):
            topic = b"reply.%d" % number
            xsub.subscribe(topic)
            xsub.send(topic)
            while isinstance(question := xpub.recv(timeout=deadline), zmq4.Subscription):
                pass
            xpub.send(question.content, b"answer")

            assert xsub.recv(timeout=deadline) == zmq4.Message(topic, b"answer")
            xsub.unsubscribe(topic)


def test_rule_27_verbose_tells_of_every_subscription_and_the_last_cancellation(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, verbose=True) as xpub,
        zmq4.Sub(connect=xpub.endpoint) as first,
        zmq4.XSub(connect=xpub.endpoint) as second,
    ):
        second.endpoint.ready(deadline)
        first.subscribe("a")
        assert told(xpub) == [b"+a"]
        second.subscribe("a")
        second.subscribe("a")
        assert told(xpub, 2) == [b"+a", b"+a"]

        first.unsubscribe("a")
        first.subscribe("b")
        assert told(xpub) == [b"+b"]
        second.unsubscribe("a")
        second.unsubscribe("a")
        second.subscribe("c")
        assert told(xpub, 2) == [b"-a", b"+c"]


def test_rule_27_verboser_tells_of_every_cancellation_too(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, verboser=True) as xpub,
        zmq4.Sub(connect=xpub.endpoint) as first,
        zmq4.XSub(connect=xpub.endpoint, verbose_unsubscribe=True) as second,
    ):
        second.endpoint.ready(deadline)
        first.subscribe("a")
        assert told(xpub) == [b"+a"]
        second.subscribe("a")
        second.subscribe("a")
        assert told(xpub, 2) == [b"+a", b"+a"]
        first.unsubscribe("a")
        assert told(xpub) == [b"-a"]
        second.unsubscribe("a")
        second.unsubscribe("a")

        assert told(xpub, 2) == [b"-a", b"-a"]


def test_rule_27_verboser_tells_of_every_topic_of_a_departed_peer(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint, verboser=True) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics=["a", "b"]),
    ):
        assert told(xpub, 2) == [b"+a", b"+b"]
        with zmq4.XSub(connect=xpub.endpoint, topics=["a", "a", "c"]):
            assert told(xpub, 2) == [b"+a", b"+c"]

        assert told(xpub, 2) == [b"-a", b"-c"]


def test_rule_27_both_hold_at_once_and_until_they_are_taken_back(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="a"),
        zmq4.Sub(connect=xpub.endpoint) as second,
    ):
        assert told(xpub) == [b"+a"]
        xpub.verbose = True
        second.subscribe("a")
        assert told(xpub) == [b"+a"]

        xpub.verboser = True
        second.unsubscribe("a")
        assert told(xpub) == [b"-a"]

        xpub.verbose = False
        second.subscribe("a")
        assert told(xpub) == [b"+a"]

        xpub.verboser = False
        second.unsubscribe("a")
        second.subscribe("a")
        second.subscribe("last")
        assert told(xpub) == [b"+last"]
