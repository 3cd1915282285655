"""What each pair of types says to each other: ours and another library's."""

from collections.abc import Callable
from typing import Any

import zmq4
from interop.faces import OurSocket
from interop.libraries.audience import await_subscription, tune_in
from interop.peer import PeerSocket

Dialogue = Callable[[OurSocket, PeerSocket], None]
MESSAGES = [[b"one frame"], [b"head", b"", b"body"], [b"", b""], [b"a" * 300, b"b" * 70_000]]


def we_send(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        ours.send(*message)

    assert [theirs.receive() for _ in MESSAGES] == MESSAGES


def they_send(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        theirs.send(*message)

    assert [list(ours.receive()) for _ in MESSAGES] == MESSAGES


def both_send(ours: OurSocket, theirs: PeerSocket) -> None:
    we_send(ours, theirs)
    they_send(ours, theirs)


def we_ask(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        ours.send(*message)
        assert theirs.receive() == message
        theirs.send(b"answer to", *message)
        assert list(ours.receive()) == [b"answer to", *message]


def they_ask(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        theirs.send(*message)
        call: Any = ours.receive()
        assert list(call) == message
        ours.settle(call.reply(b"answer to", *message))
        assert theirs.receive() == [b"answer to", *message]


def we_ask_by_name(ours: OurSocket, theirs: PeerSocket) -> None:
    delimiter = [b""] if ours.native._socket_type == "REQ" else []
    for message in MESSAGES:
        ours.send(*message)
        name, *request = theirs.receive()
        assert (name, request) == (b"ours", [*delimiter, *message])
        theirs.send(name, *delimiter, b"answer to", *message)
        assert list(ours.receive()) == [b"answer to", *message]


def req_asks_by_name(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        theirs.send(*message)
        request = ours.receive()
        assert (request.sender, list(request)) == (b"theirs", [b"", *message])
        ours.settle(ours.native.send(request.sender, b"", b"answer to", *message))
        assert theirs.receive() == [b"answer to", *message]


def dealer_asks_by_name(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        theirs.send(*message)
        request = ours.receive()
        assert (request.sender, list(request)) == (b"theirs", message)
        ours.settle(ours.native.send(request.sender, b"answer to", *message))
        assert theirs.receive() == [b"answer to", *message]


def routers_talk(ours: OurSocket, theirs: PeerSocket) -> None:
    for message in MESSAGES:
        ours.settle(ours.native.send(b"theirs", *message))
        assert theirs.receive() == [b"ours", *message]
        theirs.send(b"ours", *message)
        answer = ours.receive()
        assert (answer.sender, list(answer)) == (b"theirs", message)


def we_ask_with_an_envelope(ours: OurSocket, theirs: PeerSocket) -> None:
    ours.send(b"hop 1", b"hop 2", b"", b"question", b"")
    assert theirs.receive() == [b"question", b""]
    theirs.send(b"answer", b"more")

    assert list(ours.receive()) == [b"hop 1", b"hop 2", b"", b"answer", b"more"]


def they_ask_with_an_envelope(ours: OurSocket, theirs: PeerSocket) -> None:
    theirs.send(b"hop 1", b"hop 2", b"", b"question", b"")
    call: Any = ours.receive()
    assert list(call) == [b"question", b""]
    ours.settle(call.reply(b"answer", b"more"))

    assert theirs.receive() == [b"hop 1", b"hop 2", b"", b"answer", b"more"]


def we_publish(ours: OurSocket, theirs: PeerSocket) -> None:
    topics = (b"news", b"\0\xff", b"last")
    for topic in topics:
        subscribe(theirs, topic)
    theirs.start_receive()  # libzmq tells its peers of subscriptions only while it is called
    for topic in topics:  # those from before the connection come in an order of its own
        await_subscription(ours, topic)

    ours.send(b"no subject of theirs")
    ours.send(b"newspaper", b"", b"body")
    ours.send(b"\0\xff")
    assert theirs.received() == [b"newspaper", b"", b"body"]
    assert theirs.receive() == [b"\0\xff"]
    unsubscribe(theirs, b"news")
    subscribe(theirs, b"after")
    await_subscription(ours, b"after")
    ours.send(b"newspaper")
    ours.send(b"last")

    assert theirs.receive() == [b"last"]


def they_publish(ours: OurSocket, theirs: PeerSocket) -> None:
    for topic in (b"news", b"\0\xff", b"last"):
        ours.native.subscribe(topic)
    tune_in(ours, theirs, b"last")

    theirs.send(b"no subject of ours")
    theirs.send(b"newspaper", b"", b"body")
    theirs.send(b"\0\xff")
    assert list(ours.receive()) == [b"newspaper", b"", b"body"]
    assert list(ours.receive()) == [b"\0\xff"]
    ours.native.unsubscribe(b"news")
    ours.native.subscribe(b"after")
    tune_in(ours, theirs, b"after")
    theirs.send(b"newspaper")
    theirs.send(b"last", b"0")

    assert list(ours.receive()) == [b"last", b"0"]


def we_publish_and_hear_of_it(ours: OurSocket, theirs: PeerSocket) -> None:
    subscribe(theirs, b"a")
    theirs.start_receive()
    assert in_short(ours.receive()) == b"+a"
    ours.send(b"a", b"1")
    assert theirs.received() == [b"a", b"1"]
    unsubscribe(theirs, b"a")
    assert in_short(ours.receive()) == b"-a"


def they_publish_and_hear_of_it(ours: OurSocket, theirs: PeerSocket) -> None:
    ours.native.subscribe(b"a")
    assert theirs.receive() == [b"\1a"]
    theirs.send(b"a", b"1")
    assert list(ours.receive()) == [b"a", b"1"]
    ours.native.unsubscribe(b"a")
    assert theirs.receive() == [b"\0a"]


def we_hear_what_their_xsub_says(ours: OurSocket, theirs: PeerSocket) -> None:
    we_publish_and_hear_of_it(ours, theirs)
    theirs.send(b"hello", b"", b"publisher")

    assert list(ours.receive()) == [b"hello", b"", b"publisher"]


def their_xpub_hears_what_we_say(ours: OurSocket, theirs: PeerSocket) -> None:
    they_publish_and_hear_of_it(ours, theirs)
    ours.send(b"hello", b"", b"publisher")

    assert theirs.receive() == [b"hello", b"", b"publisher"]


def subscribe(theirs: PeerSocket, topic: bytes) -> None:
    """Subscribe a SUB; an XSUB does so by a message."""
    theirs.send(b"\1" + topic) if theirs.kind == "XSUB" else theirs.subscribe(topic)


def unsubscribe(theirs: PeerSocket, topic: bytes) -> None:
    """Take a subscription back."""
    theirs.send(b"\0" + topic) if theirs.kind == "XSUB" else theirs.unsubscribe(topic)


def in_short(news: object) -> bytes:
    """Put what an XPUB is told in short."""
    assert isinstance(news, zmq4.Subscription)
    return (b"+" if news.subscribe else b"-") + news.topic


DIALOGUES: dict[tuple[str, str], list[Dialogue]] = {
    ("PAIR", "PAIR"): [both_send],
    ("PUB", "SUB"): [we_publish],
    ("PUB", "XSUB"): [we_publish],
    ("SUB", "PUB"): [they_publish],
    ("SUB", "XPUB"): [they_publish_and_hear_of_it],
    ("REQ", "REP"): [we_ask],
    ("REQ", "ROUTER"): [we_ask_by_name],
    ("REP", "REQ"): [they_ask],
    ("REP", "DEALER"): [they_ask_with_an_envelope],
    ("DEALER", "REP"): [we_ask_with_an_envelope],
    ("DEALER", "DEALER"): [both_send],
    ("DEALER", "ROUTER"): [we_ask_by_name],
    ("ROUTER", "REQ"): [req_asks_by_name],
    ("ROUTER", "DEALER"): [dealer_asks_by_name],
    ("ROUTER", "ROUTER"): [routers_talk],
    ("PULL", "PUSH"): [they_send],
    ("PUSH", "PULL"): [we_send],
    ("XPUB", "SUB"): [we_publish, we_publish_and_hear_of_it],
    ("XPUB", "XSUB"): [we_publish, we_hear_what_their_xsub_says],
    ("XSUB", "PUB"): [they_publish],
    ("XSUB", "XPUB"): [their_xpub_hears_what_we_say],
}
ANNOUNCES = {"REQ", "DEALER", "ROUTER"}
"""Types that tell their routing id."""


def our_class(kind: str) -> str:
    """Name our class of a type."""
    return {"XPUB": "XPub", "XSUB": "XSub"}.get(kind, kind.title())


def names_for(ours: str, theirs: str) -> tuple[dict[str, Any], dict[str, int | str]]:
    """Return the options that name both ends, for the types that announce a name."""
    return (
        {"routing_id": b"ours"} if ours in ANNOUNCES else {},
        {"ROUTING_ID": "theirs"} if theirs in ANNOUNCES else {},
    )
