"""The threads face, to a type checker: read by `make lint`, never run.

An expected error is a line with an ignore; both checkers complain about one that is not needed.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

from collections.abc import Iterator, Sequence
from typing import assert_type

import zmq4
import zmq4.asyncio


def each_pattern_does_what_it_can(
    push: zmq4.Push, pull: zmq4.Pull, pair: zmq4.Pair, dealer: zmq4.Dealer
) -> None:
    assert_type(push.send(b"head", "text", bytearray(1), memoryview(b""), timeout=1), None)
    assert_type(push.try_send(b"x"), bool)
    assert_type(push.send_many([b"one", "two", (b"three", "four"), [b"five"]]), int)
    push.drain(1.0)
    push.drain(timeout=None)

    assert_type(pull.recv(), zmq4.Message)
    assert_type(pull.recv(0.5), zmq4.Message)
    assert_type(pull.recv(timeout=0.5), zmq4.Message)
    assert_type(pull.recv_bytes(), bytes)
    assert_type(pull.recv_into(bytearray(9), timeout=1), int)
    assert_type(pull.try_recv(), zmq4.Message | None)
    assert_type(pull.recv_many(max=3, timeout=1), list[zmq4.Message])
    assert_type(iter(pull), Iterator[zmq4.Message])
    assert_type(pull.batches(max=3), Iterator[list[zmq4.Message]])

    pair.send(b"x")
    assert_type(pair.recv(), zmq4.Message)
    dealer.send_many(pull.recv_many())
    assert_type(dealer.recv(), zmq4.Message)


def pollers_know_what_was_registered(push: zmq4.Push, pull: zmq4.Pull) -> None:
    poller: zmq4.Poller[zmq4.Pull] = zmq4.Poller()
    poller.register(pull, zmq4.PollEvent.IN | zmq4.PollEvent.ERR)
    poller.register(push)  # type: ignore[arg-type]
    assert_type(poller.poll(timeout=1, max=3), list[tuple[zmq4.Pull, zmq4.PollEvent]])

    mixed = zmq4.Poller()
    mixed.register(push, zmq4.PollEvent.OUT)
    mixed.register(0)
    mixed.register("stdin")  # type: ignore[arg-type]
    mixed.modify(push, 1)  # type: ignore[arg-type]
    assert_type([events for _, events in mixed.poll()], list[zmq4.PollEvent])


def proxies_join_sockets_of_their_face(router: zmq4.Router, dealer: zmq4.Dealer) -> None:
    proxy = zmq4.Proxy(router, dealer, capture=zmq4.Pub())
    proxy.run()
    assert_type(proxy.stats(), zmq4.ProxyStats)
    assert_type(proxy.stats().forward, zmq4.Flow)
    assert_type(router.fileno(), int)
    zmq4.Proxy(router, zmq4.asyncio.Dealer())  # type: ignore[arg-type]


def no_pattern_does_what_it_cannot(push: zmq4.Push, pull: zmq4.Pull) -> None:
    push.recv()  # type: ignore[attr-defined]
    pull.send(b"x")  # type: ignore[attr-defined]
    push.send()  # type: ignore[call-arg]
    push.send(1)  # type: ignore[arg-type]
    push.send(b"x", timeout="1")  # type: ignore[arg-type]
    pull.recv_into(b"x", 1)  # type: ignore[call-arg]
    iter(push)  # type: ignore[call-overload]


def sockets_are_made_of_typed_options(context: zmq4.Context) -> None:
    first = zmq4.Push(
        bind="tcp://127.0.0.1:0",
        context=context,
        send_hwm=10,
        send_hwm_bytes="64MiB",
        linger=None,
        on_full="error",
        heartbeat=zmq4.Heartbeat(5, timeout=15),
        reconnect=zmq4.Backoff(0.1, max=10, jitter=0.2),
        tcp_keepalive=None,
        metadata={"X-Role": "source"},
    )
    zmq4.Push(connect=["tcp://127.0.0.1:1", first.endpoint])

    zmq4.Push(sned_hwm=10)  # type: ignore[call-arg]
    zmq4.Push(send_hwm="10")  # type: ignore[arg-type]
    zmq4.Push(on_full="explode")  # type: ignore[arg-type]
    zmq4.Push("tcp://127.0.0.1:0")  # type: ignore[call-arg]


def options_are_typed_attributes(push: zmq4.Push) -> None:
    push.send_hwm = 5
    push.send_hwm_bytes = "1MiB"
    assert_type(push.send_hwm_bytes, int)
    assert_type(push.linger, float | None)
    assert_type(push.heartbeat, zmq4.Heartbeat | None)
    push.metadata = {"X-Role": "source", "X-Key": b"\0"}
    assert_type(push.metadata, dict[str, bytes])

    push.sned_hwm = 5  # type: ignore[attr-defined]
    push.send_hwm = "5"  # type: ignore[assignment]
    push.closed = True  # type: ignore[misc]


def endpoints_are_objects(push: zmq4.Push) -> None:
    with push as same:
        assert_type(same, zmq4.Push)
    line = push.connect("tcp://127.0.0.1:1")
    assert_type(line, zmq4.Endpoint)
    assert_type(line.ready(timeout=1), None)
    assert_type(line.port, int | None)
    assert_type(line.peers, list[zmq4.Peer])
    assert_type(push.endpoint, zmq4.Endpoint)
    assert_type(push.endpoints, list[zmq4.Endpoint])
    assert_type(push.stats().queued, int)
    push.disconnect(line)
    push.unbind("tcp://127.0.0.1:1")


def events_are_matched_by_class(push: zmq4.Push) -> str:
    with push.events(timeout=1, capacity=10) as events:
        assert_type(events, zmq4.Events)
        assert_type(events.next(timeout=1), zmq4.Event)
        assert_type(events.try_next(), zmq4.Event | None)
        for event in events:
            match event:
                case zmq4.Connected(peer=peer):
                    assert_type(peer, zmq4.Peer)
                case zmq4.ConnectFailed(cause="refused", retry_in=delay):
                    assert_type(delay, float | None)
                case zmq4.Dropped(count=count, routing_id=routing_id):
                    assert_type(count, int)
                    assert_type(routing_id, bytes | None)
                case _:
                    return event.endpoint
    return ""


def messages_are_sequences_of_bytes(message: zmq4.Message) -> None:
    sequence: Sequence[bytes] = message
    head, *rest = message
    assert_type(head, bytes)
    assert_type(rest, list[bytes])
    assert_type(message[0], bytes)
    assert_type(message[1:], tuple[bytes, ...])
    assert_type(message.content, bytes)
    assert_type(message.text, str)
    assert_type(message.peer, zmq4.Peer | None)
    assert_type(message.sender, bytes | None)
    assert_type(memoryview(message.frame(0)), memoryview)
    assert_type(zmq4.Message(b"a", "b"), zmq4.Message)
    assert_type(sequence[0], bytes)

    message[0] = b"x"  # type: ignore[index]


def forward(source: zmq4.Receiver[zmq4.Message], target: zmq4.Sender) -> int:
    for message in source:
        target.send(*message)
    return sum(target.send_many(batch) for batch in source.batches(max=9))


def helpers_take_any_pattern(
    push: zmq4.Push, pull: zmq4.Pull, pair: zmq4.Pair, dealer: zmq4.Dealer
) -> None:
    forward(pull, push)
    forward(pair, dealer)
    forward(dealer, pair)

    forward(push, pull)  # type: ignore[arg-type]


def errors_are_their_cousins(error: zmq4.Timeout) -> None:
    cousin: TimeoutError = error
    cousin.add_note("…")
    assert_type(error.errno, int)
    assert_type(error.code, str)
    assert_type(error.accepted, int)
    assert_type(error.endpoint, str | None)
