"""An XPUB whose program decides what a subscription leads to."""

import pytest

import zmq4
from conformance.subscriptions.told import asked, in_short, told, told_before
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.05)


def test_rule_28_manual_applies_what_is_allowed_and_nothing_else(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics=["a", "b"]) as sub,
    ):
        allowed, denied = asked(xpub), asked(xpub)
        assert [in_short(allowed), in_short(denied)] == [b"+a", b"+b"]
        assert xpub.topic_count == 0

        allowed.allow()
        denied.deny()
        xpub.send(b"b")
        xpub.send(b"a")

        assert sub.recv_bytes(timeout=deadline) == b"a"
        assert xpub.topic_count == 1


def test_rule_28_another_topic_may_be_allowed(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as xsub,
    ):
        asked(xpub).allow(b"b")

        xpub.send(b"a")
        xpub.send(b"b")

        assert xsub.recv_bytes(timeout=deadline) == b"b"


def test_rule_28_several_topics_may_be_allowed_for_one(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="both") as xsub,
    ):
        wish = asked(xpub)
        for topic in (b"x", b"y"):
            wish.allow(topic)
        for each in (b"both", b"x", b"y"):
            xpub.send(each)

        assert [xsub.recv_bytes(timeout=deadline) for _ in range(2)] == [b"x", b"y"]


def test_rule_28_cancellation_is_applied_only_where_it_is_allowed(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics=["a", "b"]) as xsub,
    ):
        for _ in range(2):
            asked(xpub).allow()
        xsub.unsubscribe("a")
        xsub.unsubscribe("b")
        kept, cancelled = asked(xpub), asked(xpub)
        assert [in_short(kept), in_short(cancelled)] == [b"-a", b"-b"]
        kept.deny()
        cancelled.allow()

        xpub.send(b"b")
        xpub.send(b"a")

        assert xsub.recv_bytes(timeout=deadline) == b"a"


def test_rule_28_translated_cancellation_ends_what_was_allowed(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics=["a", "last"]) as xsub,
    ):
        asked(xpub).allow(b"translated a")
        asked(xpub).allow()
        xpub.send(b"translated a")
        assert xsub.recv_bytes(timeout=deadline) == b"translated a"
        xsub.unsubscribe("a")
        asked(xpub).allow(b"translated a")

        xpub.send(b"translated a")
        xpub.send(b"last")

        assert xsub.recv_bytes(timeout=deadline) == b"last"


def test_rule_28_every_subscription_and_cancellation_is_told(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
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
        assert told(xpub) == [b"-a"]
        second.unsubscribe("a")
        second.unsubscribe("a")

        assert told(xpub) == [b"-a"]


def test_rule_28_decision_is_for_the_peer_that_asked(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint) as first,
        zmq4.XSub(connect=xpub.endpoint) as second,
    ):
        first.subscribe("a")
        wish_of_first = asked(xpub)
        second.subscribe("b")
        wish_of_second = asked(xpub)

        wish_of_first.allow()
        wish_of_second.allow()
        xpub.send(b"a")
        xpub.send(b"b")

        assert first.recv_bytes(timeout=deadline) == b"a"
        assert second.recv_bytes(timeout=deadline) == b"b"
        assert (first.try_recv(), second.try_recv()) == (None, None)


def test_rule_28_departed_peer_cancels_all_that_it_asked_for(endpoint: str) -> None:
    with zmq4.XPub(bind=endpoint, manual=True) as xpub:
        with zmq4.XSub(connect=xpub.endpoint, topics=["a", "b"]):
            asked(xpub).allow(b"translated a")
            asked(xpub).deny()

        assert told(xpub, 2) == [b"-a", b"-b"]
        assert xpub.topic_count == 0


def test_rule_28_decision_comes_too_late_for_a_departed_peer(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint, manual=True) as xpub:
        with zmq4.Sub(connect=xpub.endpoint, topics="a"):
            late = asked(xpub)
        eventually(lambda: xpub.stats().unread == 1)

        late.allow()
        assert told(xpub) == [b"-a"]
        late.allow()

        assert xpub.topic_count == 0
        with pytest.raises(zmq4.Timeout):
            xpub.wait_for_subscribers(timeout=0)
        with zmq4.Sub(connect=xpub.endpoint, topics="b") as other:
            asked(xpub).allow()
            xpub.send(b"b")
            assert other.recv_bytes(timeout=deadline) == b"b"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_28_decision_about_a_connection_is_not_for_the_next(
    transport: str, request: pytest.FixtureRequest
) -> None:
    with zmq4.XPub(manual=True, reconnect=SOON) as xpub:
        with zmq4.Sub(bind=request.getfixturevalue(f"{transport}_endpoint"), topics="a") as sub:
            address = str(sub.endpoint)
            xpub.connect(address)
            late = asked(xpub)
        assert told(xpub) == [b"-a"]
        with zmq4.Sub(bind=address, topics="b"):
            assert told(xpub) == [b"+b"]

            late.allow()

            assert xpub.topic_count == 0


def test_rule_28_user_messages_come_between_as_they_were_sent(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as xsub,
    ):
        assert told(xpub) == [b"+a"]
        xsub.send(b"hello")
        xsub.send(b"head", b"body")
        xsub.subscribe("b")

        assert told(xpub, 3) == [[b"hello"], [b"head", b"body"], b"+b"]


def test_rule_28_proxy_by_hand_cancels_upstream_when_a_subscriber_leaves(
    endpoint: str, inproc_endpoint: str, deadline: float
) -> None:
    def carry(count: int) -> None:
        """Carry decisions upstream, and apply them."""
        for _ in range(count):
            wish = asked(front)
            wish.allow()
            (back.subscribe if wish.subscribe else back.unsubscribe)(wish.topic)

    inner = f"{inproc_endpoint}-upstream"
    with (
        zmq4.XPub(bind=inner) as origin,
        zmq4.XSub(connect=inner) as back,
        zmq4.XPub(bind=endpoint, manual=True) as front,
    ):
        with zmq4.Sub(connect=front.endpoint, topics=["a", "b"]) as sub:
            carry(2)
            assert told(origin, 2) == [b"+a", b"+b"]
            origin.send(b"a1")
            front.send(back.recv_bytes(timeout=deadline))
            assert sub.recv_bytes(timeout=deadline) == b"a1"
        carry(2)

        assert told(origin, 2) == [b"-a", b"-b"]


def test_rule_28_without_manual_a_decision_changes_nothing_that_holds(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="a") as sub,
    ):
        wish = asked(xpub)
        wish.deny()
        wish.allow()
        xpub.send(b"a")

        assert sub.recv_bytes(timeout=deadline) == b"a"
        assert xpub.topic_count == 1


def test_rule_29_last_value_goes_to_the_newest_subscriber_alone(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True, last_value=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as first,
    ):
        asked(xpub).allow()
        xpub.send(b"a", b"last value")
        assert first.recv(timeout=deadline) == zmq4.Message(b"a", b"last value")
        with zmq4.XSub(connect=xpub.endpoint, topics="a") as second:
            asked(xpub).allow()

            xpub.send(b"a", b"last value")
            xpub.send(b"a", b"for all")

            assert second.recv(timeout=deadline) == zmq4.Message(b"a", b"last value")
            assert second.recv(timeout=deadline) == zmq4.Message(b"a", b"for all")
            assert first.recv(timeout=deadline) == zmq4.Message(b"a", b"for all")


def test_rule_29_last_value_must_match_what_the_newest_has(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True, last_value=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as first,
        zmq4.XSub(connect=xpub.endpoint) as second,
    ):
        asked(xpub).allow()
        second.subscribe("b")
        asked(xpub).allow()

        xpub.send(b"a", b"for nobody")
        xpub.send(b"a", b"for all who want it")

        assert first.recv(timeout=deadline) == zmq4.Message(b"a", b"for all who want it")
        assert second.try_recv() is None


def test_rule_29_newest_that_left_is_newest_no_more(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True, last_value=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as first,
    ):
        asked(xpub).allow()
        with zmq4.XSub(connect=xpub.endpoint, topics="a"):
            asked(xpub).allow()
        assert told(xpub) == [b"-a"]
        eventually(lambda: len(xpub.peers()) == 1)

        xpub.send(b"a", b"to whom is left")

        assert first.recv(timeout=deadline) == zmq4.Message(b"a", b"to whom is left")


def test_rule_29_without_manual_last_value_changes_nothing(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, last_value=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as first,
        zmq4.XSub(connect=xpub.endpoint) as second,
    ):
        assert told(xpub) == [b"+a"]
        second.subscribe("ab")
        assert told(xpub) == [b"+ab"]

        xpub.send(b"abc")

        assert first.recv_bytes(timeout=deadline) == b"abc"
        assert second.recv_bytes(timeout=deadline) == b"abc"


def test_rule_28_manual_may_be_switched_on_later(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics="a") as xsub,
    ):
        assert told(xpub) == [b"+a"]
        xpub.manual = True
        xsub.subscribe("b")
        xsub.subscribe("last")
        assert told_before(xpub, b"+last") == [b"+b"]

        xpub.send(b"b")
        xpub.send(b"a")

        assert xsub.recv_bytes(timeout=deadline) == b"a"
