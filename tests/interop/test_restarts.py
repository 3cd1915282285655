"""A peer that dies and comes back finds what was kept for it."""

from collections.abc import Callable

import pytest

import zmq4
from interop.libzmq_peer import LibzmqPeer
from wire.changes import wait_until

pytestmark = pytest.mark.requires_peer("python:zmq")

SOON = zmq4.Backoff(0.01, max=0.1)

KINDS = [(zmq4.Push, "PULL"), (zmq4.Dealer, "DEALER"), (zmq4.Pair, "PAIR")]
"""Ours that queue for a peer, and libzmq's that hear them."""


@pytest.mark.parametrize(("ours", "theirs"), KINDS, ids=["push", "dealer", "pair"])
def test_queued_messages_reach_a_libzmq_that_was_killed_and_started_again(
    start_libzmq: Callable[[], LibzmqPeer],
    deadline: float,
    ours: type[zmq4.Push | zmq4.Dealer | zmq4.Pair],
    theirs: str,
) -> None:
    libzmq = start_libzmq()
    first = libzmq.open(theirs, bind="tcp://127.0.0.1:*")
    with ours(connect=first.endpoint, reconnect=SOON, send_timeout=deadline) as sender:
        sender.send(b"before")
        assert first.receive() == [b"before"]
        libzmq.kill()
        wait_until(lambda: sender.endpoint.state == "connecting", sender.endpoint)

        for number in range(500):
            sender.send(b"%d" % number)
        second = start_libzmq().open(theirs, bind=first.endpoint)

        assert [second.receive()[0] for _ in range(500)] == [b"%d" % n for n in range(500)]


def test_libzmq_that_came_back_is_heard_again(
    start_libzmq: Callable[[], LibzmqPeer], deadline: float
) -> None:
    libzmq = start_libzmq()
    first = libzmq.open("PUSH", bind="tcp://127.0.0.1:*")
    with zmq4.Pull(connect=first.endpoint, reconnect=SOON) as pull:
        first.send(b"before")
        assert pull.recv_bytes(timeout=deadline) == b"before"
        libzmq.kill()

        second = start_libzmq().open("PUSH", bind=first.endpoint)
        second.send(b"after")

        assert pull.recv_bytes(timeout=deadline) == b"after"


def test_libzmq_finds_us_when_we_come_back(libzmq: LibzmqPeer, deadline: float) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as first:
        place = str(first.endpoint)
        push = libzmq.open("PUSH", connect=place, options={"RECONNECT_IVL": 10})
        push.send(b"to the first")
        assert first.recv_bytes(timeout=deadline) == b"to the first"

    with zmq4.Pull(bind=place) as second:
        second.endpoint.ready(timeout=deadline)
        push.send(b"to the second")

        assert second.recv_bytes(timeout=deadline) == b"to the second"
        push.close()


@pytest.mark.parametrize("kind", [zmq4.Push, zmq4.Dealer])
def test_messages_sent_right_before_close_reach_libzmq(
    libzmq: LibzmqPeer, deadline: float, kind: type[zmq4.Push | zmq4.Dealer]
) -> None:
    pull = libzmq.open("PULL" if kind is zmq4.Push else "DEALER", bind="tcp://127.0.0.1:*")
    with kind(connect=pull.endpoint, linger=deadline, send_hwm=0) as sender:
        sender.send_many([b"%d" % number for number in range(5000)])

    assert [pull.receive()[0] for _ in range(5000)] == [b"%d" % n for n in range(5000)]
    pull.close()


def test_messages_sent_right_before_close_by_libzmq_arrive(
    libzmq: LibzmqPeer, deadline: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        push = libzmq.open("PUSH", connect=str(pull.endpoint), options={"LINGER": -1})
        for number in range(500):
            push.send(b"%d" % number)
        push.close()

        received = [pull.recv_bytes(timeout=deadline) for _ in range(500)]

        assert received == [b"%d" % number for number in range(500)]
