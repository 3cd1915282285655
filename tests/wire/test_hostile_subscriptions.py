"""Subscribers that ask for too much, or for nonsense: it costs them their connection, and nobody else."""

import contextlib
import random
import re

import pytest

import zmq4
from faces.patience import eventually
from fixtures.children import Children
from wire.changes import failure_of
from wire.scripted import Meet, ScriptedPeer
from wire.topics import cancel, command, frame, message, subscribe
from wire.vectors import PING, PONG

MEBIBYTE = 1 << 20
TOO_LONG = bytes(MEBIBYTE + 1)


def send_against_the_end(peer: ScriptedPeer, octets: str) -> None:
    """Send what the other side may refuse half way."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        peer.send(octets)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (subscribe(TOO_LONG), "a command of 1048587 octets exceeds the limit"),
        (cancel(TOO_LONG + bytes(3)), "a command of 1048587 octets exceeds the limit"),
        (message(b"\1" + TOO_LONG), "a topic that is longer than any may be"),
        (message(b"\0" + TOO_LONG), "a topic that is longer than any may be"),
        (message(b"2", b"\1" + TOO_LONG), "a topic that is longer than any may be"),
        ("06 4000000000000000", "exceeds the limit"),
        ("06 ffffffffffffffff", "0xffffffffffffffff"),
    ],
    ids=["subscribe", "cancel", "1_topic", "0_topic", "in_a_multipart", "huge", "absurd"],
)
@pytest.mark.parametrize("publisher", [zmq4.Pub, zmq4.XPub])
def test_topic_that_is_too_long_ends_the_connection(
    visit: Meet, publisher: type[zmq4.Pub | zmq4.XPub], octets: str, reason: str
) -> None:
    with publisher(bind="tcp://127.0.0.1:0") as pub:
        peer = visit(pub)
        peer.shake_hands(pub._socket_type, "SUB")
        peer.send(subscribe(b"before"))

        send_against_the_end(peer, octets)

        peer.expect_end()
        assert reason in failure_of(pub.endpoint)
        eventually(lambda: pub.topic_count == 0)


def test_who_asks_too_much_is_logged(children: Children) -> None:
    output = children.run("""
        import logging, sys, zmq4
        logging.basicConfig(stream=sys.stdout, level=logging.WARNING)
        for topics in ([bytes((1 << 20) + 1)], ["a", "b", "c"]):
            with (
                zmq4.Pub(bind="tcp://127.0.0.1:0", max_subscriptions=2) as pub,
                zmq4.Sub(connect=pub.endpoint, topics=topics, reconnect=None) as sub,
            ):
                while sub.endpoint.state != "stopped":
                    pass
        zmq4._process._end()
    """)

    too_long, too_many = output.splitlines()
    assert re.search("WARNING:zmq4:.* peer=tcp.* reason=a command of 1048587 octets", too_long)
    assert re.search("WARNING:zmq4:.* peer=tcp.* reason=.* more subscriptions than", too_many)


def test_longest_topic_is_taken_in_either_form(visit: Meet) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0") as pub:
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")

        peer.send(subscribe(TOO_LONG[1:]), message(b"\1\1" + TOO_LONG[2:]))

        eventually(lambda: pub.topic_count == 2)
        peer.send(cancel(TOO_LONG[1:]), message(b"\0\1" + TOO_LONG[2:]))
        eventually(lambda: pub.topic_count == 0)


@pytest.mark.parametrize("publisher", [zmq4.Pub, zmq4.XPub])
def test_one_subscription_above_max_subscriptions_ends_the_connection(
    visit: Meet, publisher: type[zmq4.Pub | zmq4.XPub]
) -> None:
    with publisher(bind="tcp://127.0.0.1:0", max_subscriptions=2) as pub:
        peer = visit(pub)
        peer.shake_hands(pub._socket_type, "SUB")
        other = visit(pub)
        other.shake_hands(pub._socket_type, "SUB")
        other.send(subscribe(b"a"), subscribe(b"b"))
        eventually(lambda: pub.topic_count == 2)

        peer.send(subscribe(b"a"), subscribe(b"c"), cancel(b"a"), subscribe(b"d"), subscribe(b"c"))
        eventually(lambda: pub.topic_count == 4)
        peer.send(message(b"\1e"))

        peer.expect_end()
        assert "more subscriptions than it may hold" in failure_of(pub.endpoint)
        eventually(lambda: pub.topic_count == 2)
        other.send(PING)
        other.expect(PONG)


def test_octets_of_all_subscriptions_are_bounded_by_max_subscription_bytes(
    visit: Meet,
) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0", max_subscription_bytes="10KiB") as pub:
        first, second = visit(pub), visit(pub)
        for each in (first, second):
            each.shake_hands("PUB", "SUB")
        first.send(subscribe(b"a" * 6000))
        eventually(lambda: pub.topic_count == 1)

        second.send(subscribe(b"b" * 6000))

        second.expect_end()
        assert "as much memory as they may" in failure_of(pub.endpoint)
        first.send(cancel(b"a" * 6000), subscribe(b"c" * 9000))
        eventually(lambda: pub.topic_count == 1)
        first.send(PING)
        first.expect(PONG)


def test_empty_topics_count_too(visit: Meet) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0", max_subscription_bytes="1KiB") as pub:
        peers = [visit(pub) for _ in range(10)]
        for each in peers:
            each.shake_hands("PUB", "SUB")
            each.send(subscribe(b""))

        assert "as much memory as they may" in failure_of(pub.endpoint)


def test_raised_limits_hold_at_once(visit: Meet, deadline: float) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0", max_subscriptions=1) as pub:
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")
        peer.send(subscribe(b"a"))
        pub.wait_for_subscribers(timeout=deadline)

        pub.max_subscriptions = 2
        peer.send(subscribe(b"b"))

        pub.wait_for_subscribers(1, "b", timeout=deadline)


def test_storm_of_changes_leaves_nothing_and_does_not_disturb_others(
    visit: Meet, deadline: float
) -> None:
    storm = "".join(subscribe(b"%d" % n) + cancel(b"%d" % n) for n in range(1000))
    with (
        zmq4.Pub(bind="tcp://127.0.0.1:0") as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a") as sub,
    ):
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")

        for number in range(50):
            peer.send(storm)
            pub.send(b"a", b"%d" % number)
            assert sub.recv(timeout=deadline)[1] == b"%d" % number
        peer.send(PING)

        peer.expect(PONG)
        assert pub.topic_count == 1


def test_prefixes_of_prefixes_are_matched_and_forgotten(visit: Meet) -> None:
    with zmq4.Pub(bind="tcp://127.0.0.1:0") as pub:
        peer = visit(pub)
        peer.shake_hands("PUB", "SUB")
        peer.send("".join(subscribe(b"a" * n) for n in range(3000)))
        eventually(lambda: pub.topic_count == 3000)

        pub.send(b"a" * 5000)

        peer.expect(message(b"a" * 5000))
        peer.reset()
        eventually(lambda: pub.topic_count == 0)


def test_message_of_subscriptions_alone_is_taken_apart(visit: Meet, deadline: float) -> None:
    with zmq4.XPub(bind="tcp://127.0.0.1:0", recv_hwm=0) as xpub:
        peer = visit(xpub)
        peer.shake_hands("XPUB", "XSUB")

        peer.send(message(*(b"\1%d" % n for n in range(5000))))

        for number in range(5000):
            news = xpub.recv(timeout=deadline)
            assert isinstance(news, zmq4.Subscription)
            assert news.topic == b"%d" % number


def test_only_first_subscribe_holds_against_peers_that_do_not_keep_to_it(
    visit: Meet, deadline: float
) -> None:
    with zmq4.XPub(bind="tcp://127.0.0.1:0", only_first_subscribe=True) as xpub:
        peer = visit(xpub)
        peer.shake_hands("XPUB", "XSUB")

        peer.send(message(b"head", b"\1a", b"\0b"), message(b"\1c", b"\1d"))

        hello = xpub.recv(timeout=deadline)
        assert isinstance(hello, zmq4.Message)
        assert list(hello) == [b"head", b"\1a", b"\0b"]
        # Behind a first frame that is one, others may follow, as in the field.
        news = [xpub.recv(timeout=deadline) for _ in range(2)]
        assert [repr(each).split(",")[0] for each in news] == [
            "Subscription(topic=b'c'",
            "Subscription(topic=b'd'",
        ]


@pytest.mark.parametrize("form", [subscribe(b"never"), message(b"\1never")], ids=["3.1", "3.0"])
def test_subscription_that_was_cut_off_does_not_count(
    visit: Meet, deadline: float, form: str
) -> None:
    with zmq4.XPub(bind="tcp://127.0.0.1:0") as xpub:
        cut = visit(xpub)
        cut.shake_hands("XPUB", "SUB")
        cut.send(subscribe(b"whole"), form[:-2])
        cut.close()
        peer = visit(xpub)
        peer.shake_hands("XPUB", "SUB")
        peer.send(subscribe(b"last"))

        topics = set()
        while b"last" not in topics:
            news = xpub.recv(timeout=deadline)
            assert isinstance(news, zmq4.Subscription)
            topics.add(news.topic)
        assert topics == {b"whole", b"last"}


def test_unread_news_stop_the_flood_that_makes_them(visit: Meet, time_unit: float) -> None:
    flood = "".join(subscribe(b"%d" % n) + cancel(b"%d" % n) for n in range(2000))
    with zmq4.XPub(bind="tcp://127.0.0.1:0", recv_hwm=10, kernel_recv_buffer="8KiB") as xpub:
        peer = visit(xpub)
        peer.shake_hands("XPUB", "SUB")
        peer._stream.settimeout(2 * time_unit)

        with pytest.raises(TimeoutError):
            peer.send(flood * 1000)

        assert 10 <= xpub.stats().unread < 2000


@pytest.mark.parametrize("seed", range(20))
def test_nonsense_in_traffic_never_harms_the_next_peer(
    visit: Meet, deadline: float, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (a test's dice)
    pieces = [
        lambda: subscribe(chance.randbytes(chance.randrange(300))),
        lambda: cancel(chance.randbytes(chance.randrange(300))),
        lambda: message(*(chance.randbytes(3) for _ in range(chance.randrange(1, 9)))),
        lambda: command(chance.randbytes(9), chance.randbytes(9)),
        lambda: frame(chance.randrange(256), chance.randbytes(20)),
        lambda: chance.randbytes(chance.randrange(40)).hex(),
    ]
    with zmq4.XPub(bind="tcp://127.0.0.1:0", recv_hwm=0) as xpub:
        peer = visit(xpub)
        peer.shake_hands("XPUB", "XSUB")

        send_against_the_end(peer, "".join(chance.choice(pieces)() for _ in range(500)))
        peer.close()

        with zmq4.Sub(connect=xpub.endpoint, topics="after all") as sub:
            eventually(lambda: [each.socket_type for each in xpub.peers()] == ["SUB"])
            xpub.wait_for_subscribers(1, "after all that", timeout=deadline)
            xpub.send(b"after all that")
            assert sub.recv_bytes(timeout=deadline) == b"after all that"
        eventually(lambda: xpub.topic_count == 0)
