"""Who gets a message, and whose message comes: in turn. Source: RFC 30/PIPELINE."""

from collections import Counter
from contextlib import ExitStack

import pytest

import zmq4


@pytest.mark.parametrize("face", [zmq4.Push, zmq4.Dealer])
def test_peers_get_messages_in_turn(
    endpoint: str, face: type[zmq4.Push | zmq4.Dealer], deadline: float
) -> None:
    peer = zmq4.Pull if face is zmq4.Push else zmq4.Dealer
    with ExitStack() as stack:
        sender = stack.enter_context(face())
        readers = [stack.enter_context(peer(bind=endpoint + "x" * n)) for n in range(1)]
        if endpoint.startswith("tcp"):
            readers += [stack.enter_context(peer(bind=endpoint)) for _ in range(2)]
        else:
            readers += [stack.enter_context(peer(bind=endpoint + "y" * n)) for n in (1, 2)]
        for reader in readers:
            sender.connect(reader.endpoint).ready(deadline)

        sender.send_many([b"%d" % number for number in range(12)])

        shares = [
            [int(reader.recv(timeout=deadline).content) for _ in range(4)] for reader in readers
        ]
        assert shares == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]


def test_full_peer_is_passed_over_and_comes_back(inproc_endpoint: str) -> None:
    with (
        zmq4.Push(bind=inproc_endpoint, send_hwm=1) as push,
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=1) as narrow,
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=100) as wide,
    ):
        push.send_many([b"x"] * 20)
        assert (narrow.stats().unread, wide.stats().unread) == (2, 18)

        narrow.recv_many()
        push.send_many([b"x"] * 4)
        assert (narrow.stats().unread, wide.stats().unread) == (2, 20)


def test_multipart_goes_to_one_peer_whole(inproc_endpoint: str) -> None:
    with (
        zmq4.Push(bind=inproc_endpoint) as push,
        zmq4.Pull(connect=inproc_endpoint) as one,
        zmq4.Pull(connect=inproc_endpoint) as other,
    ):
        push.send_many([[b"%d" % number, b"mid", b"end"] for number in range(10)])

        for pull in (one, other):
            assert [len(message) for message in pull.recv_many()] == [3] * 5


def test_messages_come_from_each_peer_in_turn(endpoint: str, deadline: float) -> None:
    with ExitStack() as stack:
        pull = stack.enter_context(zmq4.Pull(bind=endpoint))
        pushes = [stack.enter_context(zmq4.Push(connect=pull.endpoint)) for _ in range(3)]
        for name, push in zip(b"abc", pushes, strict=True):
            push.send_many([bytes([name])] * 100)
        while pull.stats().unread < 300:
            pull.endpoint.ready(deadline)

        first = Counter(pull.recv(timeout=0).content for _ in range(150))

        assert first == {b"a": 50, b"b": 50, b"c": 50}


def test_flood_of_one_peer_does_not_starve_another(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=pull.endpoint) as loud,
        zmq4.Push(connect=pull.endpoint) as quiet,
    ):
        loud.send_many([b"loud"] * 1500)
        quiet.send(b"quiet")
        while pull.stats().unread < 501 or len(pull.peers()) < 2:
            pull.endpoint.ready(deadline)
        while quiet.stats().queued:
            quiet.drain(deadline)

        turns = [pull.recv(timeout=deadline).content for _ in range(1100)]

        assert b"quiet" in turns


def test_order_of_one_sender_is_kept(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        for number in range(500):
            match number % 3:
                case 0:
                    push.send(b"%d" % number)
                case 1:
                    push.send_many([b"%d" % number])
                case _:
                    push.send(b"%d" % number, b"x" * 70_000 * (number % 50 == 0))

        assert [int(pull.recv(timeout=deadline)[0]) for _ in range(500)] == [*range(500)]
