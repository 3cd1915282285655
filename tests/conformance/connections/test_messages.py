"""Messages: how long they live, who may share them, and what is known of their senders."""

import gc
import weakref
from collections.abc import Callable

import pytest

import zmq4
from faces.patience import eventually
from wire.kinds import OURS, PARTNERS

SIZES = [0, 1, 33, 255, 256, 8192, 65535, 65536, 1 << 20]
"""Around the borders between short and long frames, and between what is copied and what is shared."""


@pytest.mark.parametrize("size", SIZES)
def test_rule_66_message_outlives_socket_connection_and_context(
    endpoint: str, deadline: float, size: int
) -> None:
    body = bytes(each % 251 for each in range(size))
    with zmq4.Context() as context:
        with (
            zmq4.Pull(bind=endpoint, context=context) as pull,
            zmq4.Push(connect=pull.endpoint, context=context) as push,
        ):
            push.send(b"head", body)
            message = pull.recv(timeout=deadline)
            frame = message.frame(1)
    del pull, push
    gc.collect()

    assert (message[0], message[1], bytes(frame)) == (b"head", body, body)
    del message
    gc.collect()
    assert bytes(frame) == body


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("kind", [bytearray, lambda octets: memoryview(bytearray(octets))])
def test_rule_66_what_changes_after_the_send_was_sent_as_it_was(
    endpoint: str, deadline: float, size: int, kind: Callable[[bytes], bytearray | memoryview]
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        body = kind(b"a" * size)
        push.send(body)
        body[:] = b"b" * size
        push.send(body)

        assert pull.recv_bytes(timeout=deadline) == b"a" * size
        assert pull.recv_bytes(timeout=deadline) == b"b" * size


@pytest.mark.parametrize("size", SIZES)
def test_rule_66_one_object_may_be_sent_many_times_and_to_many(
    endpoint: str, deadline: float, size: int
) -> None:
    body = bytes(size)
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="") as first,
        zmq4.Sub(connect=pub.endpoint, topics="") as second,
    ):
        pub.wait_for_subscribers(2, timeout=deadline)
        for _ in range(3):
            pub.send(body, body)

        for sub in (first, second):
            for _ in range(3):
                assert list(sub.recv(timeout=deadline)) == [body, body]


@pytest.mark.parametrize("size", SIZES)
def test_rule_66_received_message_may_be_forwarded_and_kept(
    endpoint: str, inproc_endpoint: str, deadline: float, size: int
) -> None:
    body = bytes(size)
    with (
        zmq4.Pull(bind=endpoint) as front,
        zmq4.Push(connect=front.endpoint) as source,
        zmq4.Pull(bind=f"{inproc_endpoint}-sink") as sink,
        zmq4.Push(connect=f"{inproc_endpoint}-sink") as back,
    ):
        source.send(b"head", body)
        message = front.recv(timeout=deadline)
        back.send(*message)
        back.send(message.frame(1))

        assert sink.recv(timeout=deadline) == message
        assert sink.recv(timeout=deadline).content == body


def test_rule_66_large_body_is_let_go_when_all_have_had_it(endpoint: str, deadline: float) -> None:
    class Body(bytearray):
        """Can be watched."""

    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        body = Body(1 << 20)
        gone = weakref.ref(body)
        push.send(body)
        del body
        pull.recv(timeout=deadline)
        push.send(b"held objects are let go by a later call")

        eventually(lambda: gone() is None)


@pytest.mark.parametrize("kind", OURS)
def test_rule_67_every_type_is_told_who_its_peer_is(
    endpoint: str, deadline: float, kind: str
) -> None:
    partner = PARTNERS[kind][0]
    with (
        OURS[kind](bind=endpoint) as ours,
        OURS[partner](connect=ours.endpoint, metadata={"X-Who": "me", "X-Empty": b""}) as theirs,
    ):
        theirs.endpoint.ready(deadline)
        eventually(lambda: len(ours.peers()) == 1)

        peer = ours.peers()[0]
        assert peer.socket_type == partner
        assert (peer.metadata["X-Who"], peer.metadata["X-Empty"]) == (b"me", b"")
        assert peer.user_id is None
        assert theirs.peers()[0].socket_type == kind


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [("PUSH", "PULL"), ("PAIR", "PAIR"), ("DEALER", "ROUTER"), ("REQ", "REP"), ("XSUB", "XPUB")],
)
def test_rule_67_each_message_tells_its_sender(
    endpoint: str, deadline: float, sender: str, receiver: str
) -> None:
    with OURS[receiver](bind=endpoint) as ours:
        for number in range(2):
            with OURS[sender](
                connect=ours.endpoint,
                routing_id=b"client-%d" % number,
                metadata={"X-N": b"%d" % number},
            ) as theirs:
                theirs.send(b"head", b"body")
                message = ours.recv(timeout=deadline)

                assert message.peer.metadata["X-N"] == b"%d" % number
                assert message.peer.socket_type == sender
                if sender in {"DEALER", "REQ"}:
                    assert message.peer.routing_id == b"client-%d" % number
                if not endpoint.startswith("inproc"):
                    assert message.peer.metadata["Socket-Type"] == sender.encode()
                if receiver == "REP":
                    message.reply(b"")
            eventually(lambda: ours.peers() == [])


def test_rule_67_what_is_known_of_the_sender_outlives_its_connection(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=endpoint) as pull:
        with zmq4.Push(connect=pull.endpoint, metadata={"X-Who": "me"}) as push:
            push.send(b"last words")
        eventually(lambda: pull.peers() == [])

        message = pull.recv(timeout=deadline)

    assert message.peer is not None
    assert message.peer.metadata["X-Who"] == b"me"


@pytest.mark.parametrize(
    "metadata",
    [
        {"Who": "me"},
        {"X-": "nameless"},
        {"X-" + "n" * 254: "long name"},
        {"X-Who": "v" * (1 << 15)},
        {f"X-{n}": "" for n in range(100)},
    ],
)
def test_rule_67_properties_that_cannot_be_sent_are_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(zmq4.OptionError):
        zmq4.Push(metadata=metadata)
