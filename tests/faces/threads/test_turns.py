"""Who gets a message, and whose message comes: in turn. Source: RFC 30/PIPELINE."""

from collections import Counter
from contextlib import ExitStack

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually


@pytest.mark.parametrize("face", [zmq4.Push, zmq4.Dealer])
def test_peers_get_messages_in_turn(
    endpoint: str, face: type[zmq4.Push | zmq4.Dealer], deadline: float
) -> None:
    peer = zmq4.Pull if face is zmq4.Push else zmq4.Dealer
    with face(bind=endpoint) as sender, ExitStack() as stack:
        readers = []
        for _ in range(3):
            readers.append(stack.enter_context(peer(connect=sender.endpoint)))
            eventually(lambda: len(sender.peers()) == len(readers))

        sender.send_many([b"%d" % number for number in range(12)])

        shares = [[int(each.recv(timeout=deadline).content) for _ in range(4)] for each in readers]
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


def test_messages_come_from_each_peer_in_turn(endpoint: str) -> None:
    with ExitStack() as stack:
        pull = stack.enter_context(zmq4.Pull(bind=endpoint))
        pushes = [stack.enter_context(zmq4.Push(connect=pull.endpoint)) for _ in range(3)]
        for name, push in zip(b"abc", pushes, strict=True):
            push.send_many([bytes([name])] * 100)
        eventually(lambda: pull.stats().unread == 300)

        first = Counter(pull.recv(timeout=0).content for _ in range(150))

        assert first == {b"a": 50, b"b": 50, b"c": 50}


def test_flood_of_one_peer_does_not_starve_another(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=100) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=100) as loud,
        zmq4.Push(connect=pull.endpoint) as quiet,
    ):
        flooding = crew.start(lambda: loud.send_many([b"loud"] * 20_000, timeout=deadline))
        quiet.endpoint.ready(deadline)
        quiet.send(b"quiet")
        quiet.drain(deadline)

        arrived = [pull.recv(timeout=deadline).content for _ in range(20_001)]

        assert flooding.result() == 20_000
        assert arrived.index(b"quiet") < 20_000


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
