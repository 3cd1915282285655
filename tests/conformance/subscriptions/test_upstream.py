"""What goes from subscribers to publishers: subscriptions among other messages."""

import pytest

import zmq4
from conformance.subscriptions.told import told, told_before
from faces.patience import eventually


@pytest.mark.parametrize(
    "frames",
    [
        [b"hello"],
        [b""],
        [b"\2\1\0"],
        [b"head", b"", b"tail"],
        [b"", b""],
        [b"x" * 100_000, b"y" * 100_000],
    ],
    ids=["one_frame", "empty", "not_quite_a_subscription", "several", "two_empty", "large"],
)
def test_rule_32_user_messages_reach_the_xpub_whole(endpoint: str, frames: list[bytes]) -> None:
    with zmq4.XPub(bind=endpoint) as xpub, zmq4.XSub(connect=xpub.endpoint) as xsub:
        xsub.send(*frames)
        xsub.send(b"last")

        assert told(xpub, 2) == [frames, [b"last"]]


def test_rule_32_user_message_goes_to_every_publisher(
    endpoint: str, inproc_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint) as first,
        zmq4.XPub(bind=f"{inproc_endpoint}-2") as second,
        zmq4.XSub(connect=[first.endpoint, second.endpoint]) as xsub,
    ):
        xsub.endpoints[0].ready(deadline)
        xsub.send(b"hello", b"all")

        assert told(first) == told(second) == [[b"hello", b"all"]]


def test_rule_32_user_message_tells_its_sender(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint) as xpub,
        zmq4.XSub(connect=xpub.endpoint, metadata={"X-Who": "me"}) as xsub,
    ):
        xsub.send(b"hello")
        received = xpub.recv(timeout=deadline)

        assert isinstance(received, zmq4.Message)
        assert received.peer is not None
        assert received.peer.metadata["X-Who"] == b"me"


def test_rule_32_pub_drops_user_messages_and_goes_on(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint, recv_hwm=1) as pub,
        zmq4.XSub(connect=pub.endpoint, send_hwm=0, topics="a") as xsub,
    ):
        for _ in range(5000):
            xsub.send(b"nobody", b"hears", bytes(1000))
        xsub.subscribe("b")
        pub.wait_for_subscribers(1, "b", timeout=deadline)
        pub.send(b"a")

        assert xsub.recv_bytes(timeout=deadline) == b"a"
        assert pub.stats().unread == 0


def test_rule_32_sub_sends_nothing_but_subscriptions() -> None:
    assert not hasattr(zmq4.Sub, "send")
    assert not hasattr(zmq4.Pub, "recv")


def test_rule_32_xsub_subscribes_by_message_as_by_method(endpoint: str, deadline: float) -> None:
    with zmq4.XPub(bind=endpoint) as xpub, zmq4.XSub(connect=xpub.endpoint) as xsub:
        xsub.endpoint.ready(deadline)
        xsub.send(b"\1a")
        xsub.send(b"\1")
        assert told(xpub, 2) == [b"+a", b"+"]
        assert xsub.topics == [b"", b"a"]
        xsub.send(b"\0")
        assert told(xpub) == [b"-"]

        xpub.send(b"b")
        xpub.send(b"a")

        assert xsub.recv_bytes(timeout=deadline) == b"a"


def test_rule_32_subscriptions_may_stand_anywhere_in_a_message(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint) as xpub, zmq4.XSub(connect=xpub.endpoint) as xsub:
        xsub.endpoint.ready(deadline)
        xsub.send(b"head", b"\1a", b"tail", b"\1b")
        xsub.send(b"\0a", b"\1c")

        # A subscription may overtake messages that were sent before it.
        received = told(xpub, 5)
        assert [each for each in received if isinstance(each, list)] == [[b"head", b"tail"]]
        assert [each for each in received if isinstance(each, bytes)] == [
            *(b"+a", b"+b", b"-a", b"+c")
        ]


def test_rule_32_with_only_first_subscribe_only_the_first_frame_is_one(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, only_first_subscribe=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, only_first_subscribe=True) as xsub,
    ):
        xsub.endpoint.ready(deadline)
        xsub.send(b"head", b"\1a", b"\0tail")
        assert told(xpub) == [[b"head", b"\1a", b"\0tail"]]
        xsub.send(b"\1b")

        assert told(xpub) == [b"+b"]
        assert xsub.topics == [b"b"]


def test_rule_33_last_cancellation_alone_goes_upstream(endpoint: str, deadline: float) -> None:
    with (
        zmq4.XPub(bind=endpoint, verboser=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint) as xsub,
    ):
        xsub.endpoint.ready(deadline)
        for _ in range(3):
            xsub.send(b"\1a")
        assert told(xpub, 3) == [b"+a"] * 3
        for _ in range(3):
            xsub.send(b"\0a")
        xsub.send(b"\0a")
        xsub.subscribe("last")

        assert told_before(xpub, b"+last") == [b"-a"]


def test_rule_33_verbose_unsubscribe_sends_every_cancellation(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, verboser=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, verbose_unsubscribe=True) as xsub,
    ):
        xsub.endpoint.ready(deadline)
        for _ in range(2):
            xsub.send(b"\1a")
        for _ in range(3):
            xsub.send(b"\0a")
        xsub.subscribe("last")

        assert told_before(xpub, b"+last") == [b"+a", b"+a", b"-a", b"-a", b"-a"]


def test_rule_33_verbose_unsubscribe_holds_at_once(endpoint: str) -> None:
    with (
        zmq4.XPub(bind=endpoint, verboser=True) as xpub,
        zmq4.XSub(connect=xpub.endpoint, topics=["a", "a", "a"]) as xsub,
    ):
        assert told(xpub) == [b"+a"]
        xsub.verbose_unsubscribe = True
        xsub.unsubscribe("a")
        xsub.verbose_unsubscribe = False
        xsub.unsubscribe("a")
        xsub.subscribe("last")

        assert told_before(xpub, b"+last") == [b"-a"]


def test_rule_33_topics_of_one_socket_are_told_to_all_its_publishers(
    endpoint: str, inproc_endpoint: str
) -> None:
    with (
        zmq4.XPub(bind=endpoint) as first,
        zmq4.XPub(bind=f"{inproc_endpoint}-2") as second,
        zmq4.XSub(connect=[first.endpoint, second.endpoint], topics="a") as xsub,
    ):
        assert told(first) == told(second) == [b"+a"]
        xsub.subscribe("b")
        xsub.unsubscribe("a")

        assert told(first, 2) == told(second, 2) == [b"+b", b"-a"]


def test_rule_33_forwarder_of_one_subscriber_and_many_passes_each_topic_once(
    endpoint: str, inproc_endpoint: str
) -> None:
    inner = f"{inproc_endpoint}-upstream"
    with (
        zmq4.XPub(bind=inner, verboser=True) as origin,
        zmq4.XSub(connect=inner) as back,
        zmq4.XPub(bind=endpoint) as front,
    ):
        subs = [zmq4.Sub(connect=front.endpoint, topics="a") for _ in range(3)]
        front.wait_for_subscribers(3)
        for sub in subs:
            sub.close()
        eventually(lambda: front.topic_count == 0)

        for each in told(front, 2):
            assert isinstance(each, bytes)
            back.send({b"+": b"\1", b"-": b"\0"}[each[:1]] + each[1:])

        assert told(origin, 2) == [b"+a", b"-a"]
