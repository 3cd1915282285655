"""PUB and SUB, with the sockets of every library.

A SUB of libzmq's, or of who followed it, attends to who has connected to it only while it receives.
So theirs begin to receive before we wait for their subscriptions.
"""

import pytest

import zmq4
from interop import series
from interop.libraries.audience import await_subscription, tune_in
from interop.libraries.library import JEROMQ, LIBZMQ, ZEROMQ_JS
from interop.line import Line

COUNT = 500
"""Messages of a series; fewer than the high-water marks, beyond which a PUB drops."""

TOPICS = [b"", b"a", b"\0\1\xff", *(b"t" * length for length in [244, 245, 246, 255, 256, 300])]
"""All of them subscribed to with a command or a message, short or long, as the peer has it."""


def test_sub_hears_their_pub(line: Line) -> None:
    ours, theirs = line.open("Sub", "PUB", {"topics": ["a", b"b"]})
    tune_in(ours, theirs, b"a")
    tune_in(ours, theirs, b"b")

    theirs.send(b"no subject of ours", b"0")
    theirs.send(b"a", b"1")
    theirs.send(b"and what begins like it", b"", b"2")
    theirs.send(b"b", b"3")

    assert list(ours.receive()) == [b"a", b"1"]
    assert list(ours.receive()) == [b"and what begins like it", b"", b"2"]
    assert list(ours.receive()) == [b"b", b"3"]


def test_sub_that_subscribes_later_hears_their_pub(line: Line) -> None:
    ours, theirs = line.open("Sub", "PUB")
    ours.settle(ours.native.subscribe("late"))
    tune_in(ours, theirs, b"late")

    theirs.send(b"early", b"1")
    theirs.send(b"late", b"2")

    assert list(ours.receive()) == [b"late", b"2"]


def test_sub_that_unsubscribes_hears_their_pub_no_longer(line: Line) -> None:
    ours, theirs = line.open("Sub", "PUB", {"topics": [b"a"]})
    tune_in(ours, theirs, b"a")

    ours.settle(ours.native.unsubscribe(b"a"))
    ours.settle(ours.native.subscribe(b"z"))
    tune_in(ours, theirs, b"z")
    theirs.send(b"a", b"1")
    theirs.send(b"z", b"2")

    assert list(ours.receive()) == [b"z", b"2"]


def test_series_of_their_pub_arrives_in_order(line: Line) -> None:
    ours, theirs = line.open("Sub", "PUB", {"topics": [b""]})
    tune_in(ours, theirs, b"")
    theirs.start_series(COUNT)

    assert [list(ours.receive()) for _ in range(COUNT)] == list(series.messages(COUNT))
    line.peer.answer()


def test_topics_of_any_length_are_understood_by_their_pub(tcp_line: Line) -> None:
    for topic in TOPICS:
        ours, theirs = tcp_line.open("Sub", "PUB")
        ours.settle(ours.native.subscribe(topic))
        tune_in(ours, theirs, topic)
        theirs.close()


def test_pub_reaches_their_sub(line: Line) -> None:
    ours, theirs = line.open("Pub", "SUB")
    theirs.subscribe(b"a")
    theirs.subscribe(b"b")
    theirs.start_receive()
    await_subscription(ours, b"a")
    await_subscription(ours, b"b")

    ours.send(b"no subject of theirs", b"0")
    ours.send(b"a", b"1")
    ours.send(b"and what begins like it", b"", b"2")
    ours.send(b"b", b"3")

    assert theirs.received() == [b"a", b"1"]
    assert theirs.receive() == [b"and what begins like it", b"", b"2"]
    assert theirs.receive() == [b"b", b"3"]


def test_pub_does_not_reach_their_sub_that_has_unsubscribed(line: Line) -> None:
    ours, theirs = line.open("Pub", "SUB")
    theirs.subscribe(b"a")
    theirs.start_receive()
    await_subscription(ours, b"a")
    ours.send(b"a", b"1")
    assert theirs.received() == [b"a", b"1"]

    theirs.unsubscribe(b"a")
    theirs.subscribe(b"z")
    await_subscription(ours, b"z")
    ours.send(b"a", b"2")
    ours.send(b"z", b"3")

    assert theirs.receive() == [b"z", b"3"]


def test_series_reaches_their_sub_in_order(line: Line) -> None:
    ours, theirs = line.open("Pub", "SUB")
    theirs.subscribe(b"")
    theirs.start_tally(COUNT)
    await_subscription(ours, b"")

    for message in series.messages(COUNT):
        ours.send(*message)

    assert line.peer.answer()["digest"] == series.digest(series.messages(COUNT))


def test_topics_of_any_length_are_understood_from_their_sub(tcp_line: Line) -> None:
    for topic in TOPICS:
        ours, theirs = tcp_line.open("Pub", "SUB")
        theirs.subscribe(topic)
        theirs.start_receive()
        await_subscription(ours, topic)
        ours.send(topic, b"body")
        assert theirs.received() == [topic, b"body"]
        theirs.close()


@pytest.mark.libraries(LIBZMQ, JEROMQ, ZEROMQ_JS)
def test_their_xpub_is_told_of_subscriptions(line: Line) -> None:
    ours, theirs = line.open("Sub", "XPUB", {"topics": [b"a"]})
    assert theirs.receive() == [b"\1a"]

    ours.settle(ours.native.subscribe(b"b"))
    assert theirs.receive() == [b"\1b"]
    ours.settle(ours.native.unsubscribe(b"a"))
    assert theirs.receive() == [b"\0a"]
    theirs.send(b"a", b"1")
    theirs.send(b"b", b"2")

    assert list(ours.receive()) == [b"b", b"2"]


def test_pub_reaches_their_xsub(line: Line) -> None:
    ours, theirs = line.open("Pub", "XSUB")
    theirs.send(b"\1a")
    theirs.start_receive()
    await_subscription(ours, b"a")

    ours.send(b"b", b"1")
    ours.send(b"a", b"2")

    assert theirs.received() == [b"a", b"2"]


def test_xpub_is_told_of_the_subscriptions_of_their_sub(line: Line) -> None:
    ours, theirs = line.open("XPub", "SUB")

    theirs.subscribe(b"a")
    theirs.start_receive()
    begun = ours.receive()
    ours.send(b"a", b"1")
    assert theirs.received() == [b"a", b"1"]
    theirs.unsubscribe(b"a")
    ended = ours.receive()

    assert isinstance(begun, zmq4.Subscription)
    assert isinstance(ended, zmq4.Subscription)
    assert (begun.topic, begun.subscribe) == (b"a", True)
    assert (ended.topic, ended.subscribe) == (b"a", False)


def test_xsub_hears_their_pub(line: Line) -> None:
    ours, theirs = line.open("XSub", "PUB")
    ours.settle(ours.native.subscribe(b"a"))
    tune_in(ours, theirs, b"a")

    theirs.send(b"b", b"1")
    theirs.send(b"a", b"2")

    assert list(ours.receive()) == [b"a", b"2"]
