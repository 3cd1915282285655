"""Subscriptions on the wire: as commands to and from 3.1 peers, as messages with 3.0 and 2.0."""

import pytest

import zmq4
from conformance.subscriptions.told import told
from faces.patience import eventually
from wire.scripted import Meet, ScriptedPeer
from wire.topics import cancel, command, frame, message, subscribe
from wire.vectors import (
    GREETING,
    GREETING_3_0,
    MAJOR,
    NO_IDENTITY,
    READY,
    REVISION_2_0,
    SIGNATURE,
)

PUB_IN_2_0 = "01"
SUB_IN_2_0 = "02"
LENGTHS = [0, 1, *range(244, 259), 65536]
"""Lengths of topics, around those where short forms of frames end."""


def topic_of(length: int) -> bytes:
    """Make a topic that no other length is a prefix of."""
    return bytes([length % 251]) * length


def meet_3_0(peer: ScriptedPeer, ours: str, theirs: str) -> None:
    """Go through a handshake with a peer of 3.0."""
    peer.send(GREETING_3_0, READY[theirs])
    peer.expect(GREETING, READY[ours])


def meet_2_0(peer: ScriptedPeer, ours: str, theirs: str) -> None:
    """Go through a handshake with a peer of 2.0."""
    peer.send(SIGNATURE, REVISION_2_0, theirs, NO_IDENTITY)
    peer.expect(SIGNATURE, MAJOR, ours, NO_IDENTITY)


@pytest.mark.parametrize("length", LENGTHS)
def test_3_1_publisher_is_told_by_commands(meet: Meet, length: int) -> None:
    with zmq4.Sub(topics=topic_of(length)) as sub:
        peer = meet(sub)
        peer.shake_hands("SUB", "PUB")
        peer.expect(subscribe(topic_of(length)))

        sub.unsubscribe(topic_of(length))

        peer.expect(cancel(topic_of(length)))


@pytest.mark.parametrize("length", LENGTHS)
def test_3_0_publisher_is_told_by_messages(meet: Meet, length: int) -> None:
    with zmq4.Sub(topics=topic_of(length)) as sub:
        peer = meet(sub)
        meet_3_0(peer, "SUB", "PUB")
        peer.expect(message(b"\1" + topic_of(length)))

        sub.unsubscribe(topic_of(length))

        peer.expect(message(b"\0" + topic_of(length)))


@pytest.mark.parametrize("length", LENGTHS)
def test_2_0_publisher_is_told_by_messages(meet: Meet, length: int) -> None:
    with zmq4.Sub(topics=topic_of(length), min_version="2.0") as sub:
        peer = meet(sub)
        meet_2_0(peer, SUB_IN_2_0, PUB_IN_2_0)
        peer.expect(message(b"\1" + topic_of(length)))

        sub.unsubscribe(topic_of(length))

        peer.expect(message(b"\0" + topic_of(length)))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("form", ["command", "message"])
@pytest.mark.parametrize("version", ["3.1", "3.0", "2.0"])
def test_publisher_takes_both_forms_from_peers_of_any_version(
    meet: Meet, length: int, form: str, version: str
) -> None:
    topic = topic_of(length)
    with zmq4.Pub(min_version="2.0") as pub:
        peer = meet(pub)
        if version == "2.0":
            meet_2_0(peer, PUB_IN_2_0, SUB_IN_2_0)
        elif version == "3.0":
            meet_3_0(peer, "PUB", "SUB")
        else:
            peer.shake_hands("PUB", "SUB")

        if version == "2.0" and form == "command":
            # There are no commands in 2.0: the frame means nothing.
            peer.send(subscribe(b"ignored"), message(b"\1" + topic))
        elif form == "command":
            peer.send(subscribe(topic))
        else:
            peer.send(message(b"\1" + topic))
        eventually(lambda: pub.topic_count == 1)
        pub.send(topic)
        peer.expect(message(topic))

        peer.send(message(b"\0" + topic) if version == "2.0" else cancel(topic))

        eventually(lambda: pub.topic_count == 0)


def test_publisher_keeps_a_set_for_each_connection(meet: Meet) -> None:
    with zmq4.XPub() as xpub:
        peer = meet(xpub)
        peer.shake_hands("XPUB", "SUB")

        peer.send(subscribe(b"a"), message(b"\1a"), subscribe(b"a"), cancel(b"a"))
        peer.send(subscribe(b"last"))

        assert told(xpub, 3) == [b"+a", b"-a", b"+last"]


@pytest.mark.parametrize("form", [cancel(b"a"), message(b"\0a")], ids=["command", "message"])
def test_cancelling_what_was_never_subscribed_is_not_told(
    meet: Meet, deadline: float, form: str
) -> None:
    with zmq4.XPub() as xpub:
        peer = meet(xpub)
        peer.shake_hands("XPUB", "SUB")

        peer.send(form, subscribe(b"b"))

        news = xpub.recv(timeout=deadline)
        assert isinstance(news, zmq4.Subscription)
        assert (news.subscribe, news.topic) == (True, b"b")


def test_subscriptions_right_behind_ready_are_taken(meet: Meet, deadline: float) -> None:
    with zmq4.Pub() as pub:
        peer = meet(pub)

        peer.send(GREETING, READY["SUB"], subscribe(b"a"), message(b"\1b"))

        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.wait_for_subscribers(1, "b", timeout=deadline)


def test_subscription_between_the_frames_of_a_message_is_taken(meet: Meet, deadline: float) -> None:
    with zmq4.XPub() as xpub:
        peer = meet(xpub)
        peer.shake_hands("XPUB", "XSUB")

        peer.send(frame(1, b"head"), subscribe(b"a"), frame(0, b"tail"))

        news, hello = (xpub.recv(timeout=deadline) for _ in range(2))
        assert isinstance(news, zmq4.Subscription)
        assert isinstance(hello, zmq4.Message)
        assert list(hello) == [b"head", b"tail"]


@pytest.mark.parametrize(
    "octets",
    [
        command(b"subscribe", b"a"),
        command(b"SUBSCRIBED", b"a"),
        command(b"SUBSCRIB", b"Ea"),
        command(b"JOIN", b"a"),
        frame(4, b"\x0aSUBSCRIBE"),
        frame(5, b"\x09SUBSCRIBEa"),
    ],
    ids=["lower_case", "longer", "shorter", "join", "name_behind_the_end", "with_more"],
)
def test_what_only_resembles_a_subscription_is_none(
    meet: Meet, deadline: float, octets: str
) -> None:
    with zmq4.Pub() as pub:
        peer = meet(pub)
        peer.shake_hands("PUB", "SUB")

        peer.send(octets, subscribe(b"last"))

        pub.wait_for_subscribers(1, "last", timeout=deadline)
        assert pub.topic_count == 1


def test_subscriber_drops_what_it_did_not_ask_for(meet: Meet, deadline: float) -> None:
    with zmq4.Sub(topics="a") as sub:
        peer = meet(sub)
        peer.shake_hands("SUB", "PUB")
        peer.expect(subscribe(b"a"))

        peer.send(message(b"b"), message(b"", b"a"), message(b"b", b"a"), message(b"a", b"b"))

        assert sub.recv(timeout=deadline) == zmq4.Message(b"a", b"b")
        assert sub.try_recv() is None


def test_subscriptions_sent_to_a_subscriber_are_messages_like_any_other(
    meet: Meet, deadline: float
) -> None:
    with zmq4.XSub() as xsub:
        peer = meet(xsub)
        peer.shake_hands("XSUB", "XPUB")

        peer.send(subscribe(b"a"), cancel(b"a"), message(b"\1a"))

        assert xsub.recv_bytes(timeout=deadline) == b"\1a"


def test_user_messages_of_an_xsub_are_plain_messages(meet: Meet, deadline: float) -> None:
    with zmq4.XSub() as xsub:
        peer = meet(xsub)
        peer.shake_hands("XSUB", "XPUB")
        xsub.endpoint.ready(deadline)

        xsub.send(b"\2user")
        xsub.send(b"", b"\3")

        peer.expect("0005 0275736572", "0100 0001 03")


def test_subscription_by_message_goes_out_as_a_command(meet: Meet, deadline: float) -> None:
    with zmq4.XSub() as xsub:
        peer = meet(xsub)
        peer.shake_hands("XSUB", "XPUB")
        xsub.endpoint.ready(deadline)

        xsub.send(b"\1top")
        peer.expect(subscribe(b"top"))
        xsub.send(b"\0top")

        peer.expect(cancel(b"top"))
