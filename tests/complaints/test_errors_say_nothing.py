"""Errors say "Success", "Interrupted system call" or a number, and not what to do.

P#1780, P#1434.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import zmq4
import zmq4.asyncio
from faces.patience import eventually

Fault = Callable[[zmq4.Pair], object]


def endpoint_of_none(pair: zmq4.Pair) -> object:
    pair.unbind(pair.endpoint)
    return pair.endpoint


FAULTS: dict[str, tuple[Fault, type[zmq4.ZMQError], str]] = {
    "time is over": (
        lambda pair: pair.recv(timeout=0),
        zmq4.Timeout,
        r"Pair \(inproc://errors\): nothing was received in time",
    ),
    "no peer": (
        lambda pair: pair.send(b"x", timeout=0),
        zmq4.Timeout,
        r"Pair \(inproc://errors\): nothing was sent in time: no peer is connected",
    ),
    "no address": (
        lambda pair: pair.connect("localhost:5555"),
        zmq4.InvalidEndpoint,
        r'"localhost:5555" .* no transport in front, as in tcp://',
    ),
    "unknown transport": (
        lambda pair: pair.bind("http://localhost:80"),
        zmq4.InvalidEndpoint,
        r'transport "http" is not supported; use tcp, ipc or inproc',
    ),
    "address in use": (
        lambda pair: zmq4.Pair(bind=pair.endpoint),
        zmq4.AddressInUse,
        r"inproc://errors is in use by another socket; close it or choose another",
    ),
    "foreign address": (
        lambda pair: pair.bind("tcp://192.0.2.1:1"),
        zmq4.EndpointError,
        r"tcp://192.0.2.1:1: Cannot assign requested address",
    ),
    "not bound": (
        lambda pair: pair.unbind("inproc://other"),
        zmq4.InvalidEndpoint,
        r"Pair is not bound to inproc://other, but bound to inproc://errors",
    ),
    "unknown option": (
        lambda _: zmq4.Push(sned_hwm=1),  # type: ignore[call-arg]
        zmq4.OptionError,
        r'no option is called "sned_hwm"; did you mean "send_hwm"\?',
    ),
    "wrong value": (
        lambda _: zmq4.Push(send_hwm=-1),
        zmq4.OptionError,
        r"send_hwm: the value must be a number, 0 or more",
    ),
    "too late": (
        lambda pair: setattr(pair, "conflate", True),
        zmq4.OptionError,
        r"conflate: set it before the first bind or connect",
    ),
    "several frames": (
        lambda _: zmq4.Message(b"a", b"b").content,
        zmq4.MultipartError,
        r"2 frames; take them by index",
    ),
    "no endpoint": (
        endpoint_of_none,
        zmq4.StateError,
        r"Pair has no endpoint; bind\(\) or connect\(\) it first",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_error_says_who_what_and_what_to_do(fault: str) -> None:
    commit, kind, text = FAULTS[fault]

    with zmq4.Pair(bind="inproc://errors") as pair, pytest.raises(zmq4.ZMQError) as raised:
        commit(pair)

    assert type(raised.value) is kind
    assert re.search(text, str(raised.value))
    assert raised.value.code.startswith("E")


@contextmanager
def full_router(**options: Any) -> Iterator[zmq4.Router]:  # noqa: ANN401 (options have many types)
    with zmq4.Router(send_hwm=1, linger=0, **options) as router:
        router.connect("tcp://127.0.0.1:1", routing_id=b"alice")
        router.send(b"alice", b"fills it")
        yield router


def to_a_full_peer(timeout: float | None, **options: Any) -> None:  # noqa: ANN401 (likewise)
    with full_router(**options) as router:
        router.send(b"alice", b"x", timeout=timeout)


def to_nobody() -> None:
    with zmq4.Router(bind="inproc://dialogues") as router:
        router.send(b"alice", b"x")


def under_a_name_that_is_taken() -> None:
    with full_router() as router:
        router.connect("inproc://dialogues", routing_id=b"alice")


def under_a_name_that_is_too_long() -> None:
    with zmq4.Router() as router:
        router.connect("inproc://dialogues", routing_id=bytes(256))


def request_to_nobody() -> None:
    with zmq4.Req(connect="tcp://127.0.0.1:1", linger=0) as req:
        eventually(lambda: req.endpoint.failure)
        req.request("x", timeout=0.01, retries=2)


def request_to_a_mute() -> None:
    with zmq4.Rep(bind="inproc://dialogues"), zmq4.Req(connect="inproc://dialogues") as req:
        req.request("x", timeout=0.01)


def request_amid_another() -> None:
    with zmq4.Req(connect="inproc://dialogues", linger=0) as req:
        req.send("x")
        req.request("y")


def reply_without_a_request() -> None:
    with zmq4.Rep(bind="inproc://dialogues") as rep:
        rep.send("x")


def reply_to_the_last_but_one() -> None:
    with (
        zmq4.Rep(bind="inproc://dialogues") as rep,
        zmq4.Dealer(connect="inproc://dialogues") as dealer,
    ):
        dealer.send_many([(b"", b"1"), (b"", b"2")])
        first = rep.recv(timeout=5)
        rep.send("to the first")
        rep.recv(timeout=5)
        first.reply("once more")


def wait_for_too_many() -> None:
    with zmq4.Pub(bind="inproc://dialogues") as pub:
        pub.wait_for_subscribers(2, "news", timeout=0.01)


def more_than_a_peer_may_hold() -> None:
    with (
        zmq4.XPub(bind="inproc://dialogues", manual=True, max_subscriptions=1) as xpub,
        zmq4.Sub(connect="inproc://dialogues", topics="a"),
    ):
        asked = xpub.recv(timeout=5)
        assert isinstance(asked, zmq4.Subscription)
        asked.allow()
        asked.allow("another")


def option_of_another_type() -> None:
    zmq4.Push(handover=True)  # type: ignore[call-arg]


def option_without_such_a_value() -> None:
    zmq4.Router(on_unroutable="ignore")  # type: ignore[arg-type]


def topic_that_is_none() -> None:
    with zmq4.Sub() as sub:
        sub.subscribe(5)  # type: ignore[arg-type]


DIALOGUES: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "unknown peer": (
        to_nobody,
        zmq4.Unroutable,
        r"Router \(inproc://dialogues\): no peer has the routing id b'alice'; .* on_unroutable=\"drop\"",
    ),
    "full peer": (
        lambda: to_a_full_peer(None, on_full="error"),
        zmq4.WouldBlock,
        r"Router \(tcp://127.0.0.1:1\): the queue for b'alice' is full; raise send_hwm",
    ),
    "full peer, in time": (
        lambda: to_a_full_peer(0.01),
        zmq4.Timeout,
        r"Router \(tcp://127.0.0.1:1\): nothing was sent in time: the queue for that peer is at its high-water",
    ),
    "name that is taken": (
        under_a_name_that_is_taken,
        zmq4.AddressInUse,
        r"inproc://dialogues: a peer of the socket has that routing id already",
    ),
    "name that is too long": (
        under_a_name_that_is_too_long,
        zmq4.OptionError,
        r"a routing id has 1 to 255 octets, not 256",
    ),
    "nobody to ask": (
        request_to_nobody,
        zmq4.Timeout,
        (
            r"Req tcp://127.0.0.1:1>: no reply within 0.01 s, asked 3 times: no peer is connected; "
            r"tcp://127.0.0.1:1: Connection refused"
        ),
    ),
    "mute peer": (
        request_to_a_mute,
        zmq4.Timeout,
        r"no reply within 0.01 s, asked once: a peer is connected, and silent",
    ),
    "two requests": (
        request_amid_another,
        zmq4.StateError,
        r"Req \(inproc://dialogues\): it is not its turn to send: a Req waits for the reply",
    ),
    "reply to nothing": (
        reply_without_a_request,
        zmq4.StateError,
        r"Rep \(inproc://dialogues\): it is not its turn to send: .* receive it first",
    ),
    "late reply": (
        reply_to_the_last_but_one,
        zmq4.StateError,
        r"Rep inproc://dialogues>: another request was received since; only the last can be replied to",
    ),
    "too few subscribers": (
        wait_for_too_many,
        zmq4.Timeout,
        r"Pub inproc://dialogues>: fewer than 2 subscribed to b'news' in time",
    ),
    "too many subscriptions": (
        more_than_a_peer_may_hold,
        zmq4.StateError,
        r"XPub \(inproc://dialogues\): the peer holds as many subscriptions as it may \(max_subscriptions\)",
    ),
    "option of another type": (
        option_of_another_type,
        zmq4.OptionError,
        r"handover: ROUTER sockets have this option, PUSH sockets do not",
    ),
    "no such value": (
        option_without_such_a_value,
        zmq4.OptionError,
        r'on_unroutable: the value must be "error" or "drop"',
    ),
    "no topic": (topic_that_is_none, TypeError, r"a topic is bytes or text, not int"),
}


@pytest.mark.parametrize("fault", DIALOGUES)
def test_error_of_a_dialogue_says_who_whom_and_what_to_do(fault: str) -> None:
    commit, kind, text = DIALOGUES[fault]

    with pytest.raises(kind) as raised:
        commit()

    assert type(raised.value) is kind
    assert re.search(text, str(raised.value))


async def test_error_of_a_loop_gives_the_reason_that_there_is() -> None:
    async with zmq4.asyncio.Push() as push:
        with pytest.raises(zmq4.Timeout, match=r"^Push: .* no peer is connected"):
            await push.send(b"x", timeout=0.01)
        with pytest.raises(zmq4.Timeout, match=r"^Push: .* no peer is connected"):
            await push.send_many([b"x"], timeout=0.01)


def test_closed_socket_is_called_by_its_name() -> None:
    push = zmq4.Push()
    push.close()

    with pytest.raises(zmq4.Closed, match="Push is closed"):
        push.send(b"x")


def test_errors_are_caught_by_the_clauses_that_everybody_writes(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, reconnect=None, linger=0, send_hwm=1) as push:
        push.send(b"x")
        with pytest.raises(TimeoutError):
            push.send(b"x", timeout=0)
        with pytest.raises(ConnectionError):
            push.endpoint.ready(timeout=10)
        with pytest.raises(ValueError, match="the value must be"):
            push.send_hwm = -1
        with pytest.raises(OSError, match="in use"):
            zmq4.Pull(bind=["inproc://errors", "inproc://errors"])
