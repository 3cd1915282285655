"""`on_full`: what a send does that finds no room."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

import zmq4
from faces.crew import Crew

OnFull = Literal["block", "drop_newest", "drop_oldest", "error"]


@contextmanager
def ten(inproc_endpoint: str, on_full: OnFull) -> Iterator[tuple[zmq4.Push, zmq4.Pull]]:
    """Give a pipeline that holds exactly ten messages."""
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=5, on_full=on_full) as push,
    ):
        yield push, pull


def numbers(pull: zmq4.Pull) -> list[int]:
    return [int(message.content) for message in pull.recv_many(timeout=0)]


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


def test_block_is_the_default_and_waits(inproc_endpoint: str, crew: Crew) -> None:
    with ten(inproc_endpoint, "block") as (push, pull):
        assert zmq4.Push.on_full.__doc__
        push.send_many(numbered(10))
        sending = crew.start(lambda: push.send(b"10")).asleep()

        assert numbers(pull) == [*range(10)]
        sending.result()
        assert numbers(pull) == [10]


def test_drop_newest_drops_and_counts_what_finds_no_room(inproc_endpoint: str) -> None:
    with ten(inproc_endpoint, "drop_newest") as (push, pull):
        assert push.send_many(numbered(25)) == 25
        push.send(b"25")
        assert push.try_send(b"26")

        assert push.stats().dropped == 17
        assert numbers(pull) == [*range(10)]
        push.send(b"27")
        assert numbers(pull) == [27]


def test_drop_oldest_makes_room_and_counts(inproc_endpoint: str) -> None:
    with ten(inproc_endpoint, "drop_oldest") as (push, pull):
        assert push.send_many(numbered(25)) == 25
        push.send(b"25", timeout=0)
        assert push.try_send(b"26")

        assert push.stats().dropped == 17
        assert numbers(pull) == [*range(17, 27)]


def test_drop_oldest_drops_whole_messages(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=3, on_full="drop_oldest", linger=0) as push:
        for number in range(10):
            push.send(b"%d" % number, b"tail")

        assert push.stats().queued == 3
        assert push.stats().dropped == 7


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_drop_oldest_keeps_the_newest_for_a_peer_to_come(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with zmq4.Pull(bind=endpoint) as place:
        address = str(place.endpoint)
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(connect=address, send_hwm=5, on_full="drop_oldest", reconnect=backoff) as push:
        push.send_many([(each, b"tail") for each in numbered(100)])
        with zmq4.Pull(bind=address) as pull:
            arrived = [[*pull.recv(timeout=deadline)] for _ in range(5)]

    assert arrived == [[b"%d" % number, b"tail"] for number in range(95, 100)]


def test_error_is_raised_at_once(inproc_endpoint: str) -> None:
    with ten(inproc_endpoint, "error") as (push, pull):
        push.send_many(numbered(10))
        with pytest.raises(zmq4.WouldBlock, match="send_hwm") as raised:
            push.send(b"10")
        with pytest.raises(zmq4.WouldBlock):
            push.send(b"10", timeout=10)
        assert not push.try_send(b"10")

        assert isinstance(raised.value, BlockingIOError)
        assert raised.value.code == "EAGAIN"
        assert numbers(pull) == [*range(10)]


def test_error_without_a_peer_is_another(tcp_endpoint: str) -> None:
    with zmq4.Push(bind=tcp_endpoint, on_full="error") as push:
        with pytest.raises(zmq4.NoPeers, match=r"no peer is connected; .*ready\(\)") as raised:
            push.send(b"x")
        assert not push.try_send(b"x")

    assert isinstance(raised.value, ConnectionError)


@pytest.mark.parametrize("on_full", ["drop_newest", "drop_oldest"])
def test_dropping_socket_without_a_peer_does_not_wait(tcp_endpoint: str, on_full: OnFull) -> None:
    with zmq4.Push(bind=tcp_endpoint, on_full=on_full) as push:
        push.send_many(numbered(10))

        assert push.stats().dropped == 10


def test_other_peers_with_room_are_used_first(inproc_endpoint: str) -> None:
    with (
        zmq4.Push(bind=inproc_endpoint, send_hwm=1, on_full="error") as push,
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=1),
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=9),
    ):
        assert push.send_many(numbered(12)) == 12
        with pytest.raises(zmq4.WouldBlock):
            push.send(b"12")
