"""Which messages reach which subscribers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zmq4
from faces.patience import eventually

PUBLISHERS = [zmq4.Pub, zmq4.XPub]
SUBSCRIBERS = [zmq4.Sub, zmq4.XSub]
Publisher = zmq4.Pub | zmq4.XPub
Subscriber = zmq4.Sub | zmq4.XSub


def contents(sub: Subscriber, count: int, deadline: float) -> list[bytes]:
    """Receive ``count`` messages of one frame."""
    return [sub.recv_bytes(timeout=deadline) for _ in range(count)]


@pytest.mark.parametrize("publisher", PUBLISHERS)
@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
def test_rule_23_pub_copies_to_matching_peers_only(
    endpoint: str, deadline: float, publisher: type[Publisher], subscriber: type[Subscriber]
) -> None:
    with (
        publisher(bind=endpoint) as pub,
        subscriber(connect=pub.endpoint, topics="a") as a,
        subscriber(connect=pub.endpoint, topics="b") as b,
        subscriber(connect=pub.endpoint, topics="") as everything,
    ):
        pub.wait_for_subscribers(2, "a", timeout=deadline)
        pub.wait_for_subscribers(2, "b", timeout=deadline)

        for each in (b"a1", b"b1", b"c1", b"a2", b"b2"):
            pub.send(each)

        assert contents(a, 2, deadline) == [b"a1", b"a2"]
        assert contents(b, 2, deadline) == [b"b1", b"b2"]
        assert contents(everything, 5, deadline) == [b"a1", b"b1", b"c1", b"a2", b"b2"]
        assert pub.stats().dropped == 0


@pytest.mark.parametrize("publisher", PUBLISHERS)
@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
def test_rule_23_either_side_may_bind(
    endpoint: str, deadline: float, publisher: type[Publisher], subscriber: type[Subscriber]
) -> None:
    with subscriber(bind=endpoint, topics="a") as sub, publisher(connect=sub.endpoint) as pub:
        pub.wait_for_subscribers(1, "a", timeout=deadline)

        pub.send(b"b")
        pub.send(b"a", b"and more")

        assert sub.recv(timeout=deadline) == zmq4.Message(b"a", b"and more")


@pytest.mark.parametrize(
    ("topic", "head", "arrives"),
    [
        (b"", b"", 1),
        (b"", b"anything", 1),
        (b"a", b"", 0),
        (b"a", b"a", 1),
        (b"a", b"ab", 1),
        (b"ab", b"a", 0),
        (b"a", b"A", 0),
        (b"\0", b"\0\1", 1),
        (b"\1", b"\1", 1),
        (b"\0\xff", b"\0\xfe", 0),
        (b"\xff" * 300, b"\xff" * 300, 1),
        (b"\xff" * 300, b"\xff" * 299, 0),
    ],
)
def test_rule_23_topic_is_a_prefix_of_the_first_frame(
    endpoint: str, deadline: float, topic: bytes, head: bytes, arrives: int
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=[topic, b"last"]) as sub,
    ):
        eventually(lambda: pub.topic_count == 2)

        pub.send(head, topic)
        pub.send(b"last")

        expected = [[head, topic]] * arrives + [[b"last"]]
        assert [list(sub.recv(timeout=deadline)) for _ in expected] == expected


def test_rule_23_message_comes_once_though_several_topics_match(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.XSub(connect=pub.endpoint, topics=["", "a", "ab", "abc"]) as sub,
    ):
        # In the order of the alphabet: with the last, all are there.
        eventually(lambda: pub.topic_count == 4)

        pub.send(b"abcd")
        pub.send(b"last")

        assert contents(sub, 2, deadline) == [b"abcd", b"last"]


def test_rule_23_sub_without_a_topic_receives_nothing(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint) as sub,
        zmq4.Sub(connect=pub.endpoint, topics="") as witness,
    ):
        sub.endpoint.ready(deadline)
        pub.wait_for_subscribers(timeout=deadline)
        pub.send(b"before")
        assert witness.recv_bytes(timeout=deadline) == b"before"

        sub.subscribe(b"")
        pub.wait_for_subscribers(2, timeout=deadline)
        pub.send(b"after")

        assert sub.recv_bytes(timeout=deadline) == b"after"


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_23_message_for_nobody_is_dropped_without_a_word(
    endpoint: str, publisher: type[Publisher]
) -> None:
    with publisher(bind=endpoint, send_hwm=1) as pub:
        assert all(pub.try_send(b"x") for _ in range(1000))


def test_rule_23_topic_is_held_until_cancelled_as_often_as_asked_for(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "a", "last"]) as sub,
    ):
        pub.wait_for_subscribers(1, "last", timeout=deadline)
        sub.unsubscribe("a")
        sub.subscribe("between")
        pub.wait_for_subscribers(1, "between", timeout=deadline)
        pub.send(b"a1")
        assert sub.recv_bytes(timeout=deadline) == b"a1"
        assert sub.topics == [b"a", b"between", b"last"]

        sub.unsubscribe("a")
        sub.unsubscribe("between")
        eventually(lambda: pub.topic_count == 1)
        pub.send(b"a2")
        pub.send(b"last")

        assert sub.recv_bytes(timeout=deadline) == b"last"
        assert sub.topics == [b"last"]


def test_rule_23_cancelling_what_is_not_held_does_nothing(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint, topics="ab") as sub:
        pub.wait_for_subscribers(1, "ab", timeout=deadline)
        for topic in ("", "a", "abc", "x"):
            sub.unsubscribe(topic)

        pub.send(b"ab")

        assert sub.recv_bytes(timeout=deadline) == b"ab"
        assert sub.topics == [b"ab"]


def test_rule_23_sub_drops_what_it_has_cancelled_since(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "b"]) as sub,
    ):
        pub.wait_for_subscribers(1, "b", timeout=deadline)
        pub.send(b"a", b"sent while it was wanted")
        pub.send(b"b")
        eventually(lambda: sub.stats().unread == 2)

        sub.unsubscribe("a")

        assert sub.recv(timeout=deadline) == zmq4.Message(b"b")
        assert sub.try_recv() is None


def test_rule_23_xsub_drops_nothing(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.XSub(connect=pub.endpoint, topics="a") as xsub:
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.send(b"a")
        eventually(lambda: xsub.stats().unread == 1)

        xsub.unsubscribe("a")

        assert xsub.recv_bytes(timeout=deadline) == b"a"


def test_rule_23_wanted_message_is_found_behind_any_number_of_unwanted_ones(
    endpoint: str, deadline: float, time_unit: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=0) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "b"], recv_hwm=0) as sub,
    ):
        pub.wait_for_subscribers(1, "b", timeout=deadline)
        for _ in range(5000):
            pub.send(b"a")
        eventually(lambda: sub.stats().unread == 5000)
        sub.unsubscribe("a")
        with pytest.raises(zmq4.Timeout):
            sub.recv(timeout=time_unit / 10)
        for _ in range(5000):
            pub.send(b"a")
        pub.send(b"b")

        assert sub.recv_bytes(timeout=deadline) == b"b"


def test_rule_23_each_of_many_subscribers_has_its_share(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint, backlog=1000) as pub:
        subs = [zmq4.Sub(connect=pub.endpoint, topics=b"%02d" % n) for n in range(50)]
        pub.wait_for_subscribers(50, timeout=deadline)
        eventually(lambda: pub.topic_count == 50)

        for number in reversed(range(50)):
            pub.send(b"%02d" % number, b"yours")

        for number, sub in enumerate(subs):
            assert sub.recv(timeout=deadline) == zmq4.Message(b"%02d" % number, b"yours")
            assert sub.try_recv() is None
            sub.close()


FEW = bytes(each % 3 for each in range(256))
topics = st.lists(st.binary(max_size=4).map(lambda octets: octets.translate(FEW)), max_size=12)


@settings(max_examples=50)
@given(wanted=topics, dropped=topics, sent=topics)
def test_rule_23_publisher_matches_as_a_naive_one_would(
    wanted: list[bytes], dropped: list[bytes], sent: list[bytes], deadline: float
) -> None:
    held = list(wanted)
    for topic in dropped:
        if topic in held:
            held.remove(topic)
    with (
        zmq4.XPub(bind="inproc://naive-publisher") as pub,
        zmq4.XSub(connect="inproc://naive-publisher", topics=wanted) as sub,
    ):
        for topic in dropped:
            sub.unsubscribe(topic)
        for each in sent:
            pub.send(each)
        sub.subscribe(b"last")
        pub.send(b"last")

        expected = [each for each in sent if any(each.startswith(topic) for topic in held)]
        assert contents(sub, len(expected) + 1, deadline) == [*expected, b"last"]
        assert sub.topics == sorted({*held, b"last"})
        assert pub.topic_count == len({*held, b"last"})


@pytest.mark.parametrize("length", [*range(244, 259), 65535, 1 << 16, (1 << 20) - 1, 1 << 20])
def test_rule_31_topic_may_have_any_length_up_to_a_mebibyte(
    endpoint: str, deadline: float, length: int
) -> None:
    topic = bytes(each % 251 for each in range(length))
    with (
        zmq4.XPub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=topic) as sub,
    ):
        subscription = pub.recv(timeout=deadline)
        assert isinstance(subscription, zmq4.Subscription)
        assert subscription.topic == topic

        pub.send(topic[:-1], b"not quite")
        pub.send(topic + b"!")
        assert sub.recv_bytes(timeout=deadline) == topic + b"!"

        sub.unsubscribe(topic)
        cancellation = pub.recv(timeout=deadline)
        assert isinstance(cancellation, zmq4.Subscription)
        assert (cancellation.subscribe, cancellation.topic) == (False, topic)


def test_rule_34_inverted_matching_sends_what_matches_nothing(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, invert_matching=True) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", invert_matching=True) as sub,
        zmq4.Sub(connect=pub.endpoint, topics="b", invert_matching=True) as other,
    ):
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.wait_for_subscribers(1, "b", timeout=deadline)

        for each in (b"a1", b"b1", b"c1"):
            pub.send(each)

        assert contents(sub, 2, deadline) == [b"b1", b"c1"]
        assert contents(other, 2, deadline) == [b"a1", b"c1"]


def test_rule_34_subscriber_that_does_not_invert_keeps_to_its_topics(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "last"]) as sub,
    ):
        pub.wait_for_subscribers(1, "last", timeout=deadline)
        pub.invert_matching = True
        pub.send(b"b")
        pub.invert_matching = False
        pub.send(b"last")

        assert sub.recv_bytes(timeout=deadline) == b"last"


def test_rule_34_sub_alone_that_inverts_has_nothing_left(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", invert_matching=True) as sub,
    ):
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.send(b"b")
        pub.send(b"a1")
        eventually(lambda: sub.stats().unread == 1)
        assert sub.try_recv() is None

        sub.invert_matching = False
        pub.send(b"a2")

        assert sub.recv_bytes(timeout=deadline) == b"a2"


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_35_topics_are_counted_once_however_many_hold_them(
    endpoint: str, deadline: float, publisher: type[Publisher]
) -> None:
    with publisher(bind=endpoint) as pub:
        assert pub.topic_count == 0
        with zmq4.Sub(connect=pub.endpoint, topics=["a", "ab", ""]) as first:
            eventually(lambda: pub.topic_count == 3)
            with zmq4.XSub(connect=pub.endpoint, topics=["ab", "b"]):
                pub.wait_for_subscribers(2, "ab", timeout=deadline)
                eventually(lambda: pub.topic_count == 4)
                first.unsubscribe("ab")
                first.unsubscribe("a")
                eventually(lambda: pub.topic_count == 3)
            eventually(lambda: pub.topic_count == 1)
        eventually(lambda: pub.topic_count == 0)


@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
def test_rule_35_subscriber_counts_its_own(subscriber: type[Subscriber]) -> None:
    with subscriber(topics=["a", "a", "b"]) as sub:
        assert sub.topics == [b"a", b"b"]
        sub.unsubscribe("a")
        assert sub.topics == [b"a", b"b"]
        sub.unsubscribe("a")
        assert sub.topics == [b"b"]
