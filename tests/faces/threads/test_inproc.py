"""inproc: names within a context, connected in either order, and large bytes by reference."""

import gc
import sys

import pytest

import zmq4
from faces.crew import Crew

Pipeline = tuple[zmq4.Push, zmq4.Pull]
LARGE = 64 * 1024


class Octets(bytes):
    pass


@pytest.mark.parametrize("size", [LARGE, LARGE + 1, 1 << 20])
def test_large_bytes_arrive_as_the_same_object(pipeline: Pipeline, size: int) -> None:
    push, pull = pipeline
    body = bytes(size)

    push.send(body)
    push.send_many([body, [b"head", body]])
    push.send(b"head", body, b"tail")
    push.try_send(body)

    assert pull.recv_bytes(timeout=0) is body
    assert pull.recv(timeout=0).content is body
    assert pull.recv(timeout=0)[1] is body
    head, middle, tail = pull.recv(timeout=0)
    assert middle is body
    assert (head, tail) == (b"head", b"tail")
    assert pull.recv_many()[0][0] is body


def test_large_bytes_are_forwarded_as_the_same_object(
    pipeline: Pipeline, inproc_endpoint: str
) -> None:
    push, pull = pipeline
    body = bytes(LARGE)
    push.send(b"head", body)

    with (
        zmq4.Pair(bind=inproc_endpoint + "-next") as one,
        zmq4.Pair(connect=one.endpoint) as other,
    ):
        other.send_many(pull.recv_many())
        assert one.recv(timeout=0)[1] is body


@pytest.mark.parametrize("kind", [bytearray, memoryview, Octets])
def test_all_but_exact_bytes_are_copied(pipeline: Pipeline, kind: type) -> None:
    push, pull = pipeline
    body = kind(bytes(LARGE))

    push.send(body)

    received = pull.recv(timeout=0).content
    assert type(received) is bytes
    assert received is not body
    assert received == bytes(LARGE)


def test_object_is_held_by_queue_and_message_and_then_let_go(pipeline: Pipeline) -> None:
    push, pull = pipeline
    body = bytes(LARGE)
    before = sys.getrefcount(body)

    push.send_many([body] * 10)
    assert sys.getrefcount(body) == before + 10
    messages = [pull.recv(timeout=0) for _ in range(10)]
    assert sys.getrefcount(body) == before + 10
    del messages
    pull.recv_many(timeout=0.001)  # a call that waits lets go of what is no longer needed

    assert sys.getrefcount(body) == before


def test_objects_that_nobody_received_are_let_go(pipeline: Pipeline, inproc_endpoint: str) -> None:
    _, pull = pipeline
    body = bytes(LARGE)
    before = sys.getrefcount(body)

    with zmq4.Pair(bind=inproc_endpoint + "x"), zmq4.Pair(connect=inproc_endpoint + "x") as pair:
        pair.send_many([body] * 10)
    gc.collect()
    pull.recv_many(timeout=0.001)  # a call that waits lets go of what is no longer needed

    assert sys.getrefcount(body) == before


def test_connect_may_come_before_bind(inproc_endpoint: str) -> None:
    with zmq4.Push(connect=inproc_endpoint) as push:
        assert push.peers() == []
        push.send_many([b"1", (b"2", b"3")])

        with zmq4.Pull(bind=inproc_endpoint) as pull:
            assert push.endpoint.state == "connected"
            assert pull.recv_many() == [zmq4.Message(b"1"), zmq4.Message(b"2", b"3")]


def test_many_connect_before_bind(inproc_endpoint: str) -> None:
    pushes = [zmq4.Push(connect=inproc_endpoint) for _ in range(20)]
    for index, push in enumerate(pushes):
        push.send(b"%d" % index)

    with zmq4.Pull(bind=inproc_endpoint) as pull:
        assert {message.content for message in pull.recv_many()} == {b"%d" % n for n in range(20)}
        assert len(pull.peers()) == 20
    for push in pushes:
        push.close()


def test_ready_is_told_when_somebody_binds(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Push(connect=inproc_endpoint) as push, zmq4.Pull() as pull:
        waiting = crew.start(push.endpoint.ready).asleep()

        pull.bind(inproc_endpoint)

        waiting.result()


def test_what_was_sent_before_a_close_waits_for_a_bind(inproc_endpoint: str) -> None:
    with zmq4.Push(connect=inproc_endpoint, linger=10) as push:
        push.send(b"left behind")

    with zmq4.Pull(bind=inproc_endpoint) as pull:
        assert pull.recv(timeout=10).content == b"left behind"


def test_name_is_free_again_after_close(inproc_endpoint: str) -> None:
    for _ in range(100):
        with zmq4.Pull(bind=inproc_endpoint), zmq4.Push(connect=inproc_endpoint) as push:
            push.send(b"x")


def test_unbinding_a_name_leaves_the_connections(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        pull.unbind(inproc_endpoint)
        push.send(b"x")

        assert pull.recv(timeout=0).content == b"x"


def test_names_of_two_contexts_are_apart(inproc_endpoint: str) -> None:
    with (
        zmq4.Context() as context,
        zmq4.Pull(bind=inproc_endpoint) as here,
        zmq4.Pull(bind=inproc_endpoint, context=context) as there,
        zmq4.Push(connect=inproc_endpoint, context=context) as push,
    ):
        push.send(b"x")

        assert there.recv(timeout=0).content == b"x"
        assert here.try_recv() is None


def test_incompatible_types_are_told(inproc_endpoint: str) -> None:
    with (
        zmq4.Pair(bind=inproc_endpoint),
        zmq4.Push(connect=inproc_endpoint) as push,
        pytest.raises(zmq4.NoPeers, match="PUSH cannot talk to PAIR"),
    ):
        push.endpoint.ready(timeout=0)


def test_unread_messages_survive_the_end_of_their_sender(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        with zmq4.Push(connect=inproc_endpoint) as push:
            push.send_many([b"1", b"2", b"3"])

        assert [pull.recv(timeout=0).content for _ in range(3)] == [b"1", b"2", b"3"]


def test_names_may_be_anything_printable() -> None:
    for name in ("a", "with spaces", "slash/es", "ünï", "x" * 255, "://"):
        with zmq4.Pull(bind=f"inproc://{name}") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.send(b"x")
            assert pull.recv(timeout=0).content == b"x"
