"""A receiver that takes its time slows its sender down, and nothing is lost for it."""

import pytest

import zmq4
from interop.libzmq_peer import LibzmqPeer
from interop.torrent import torrent

pytestmark = pytest.mark.requires_peer("python:zmq")


def numbered(number: int) -> bytes:
    """Make a message that is large enough to fill the kernel's buffers soon."""
    return number.to_bytes(4) + bytes(100_000)


def test_push_has_to_wait_for_a_libzmq_that_does_not_receive_and_loses_nothing(
    libzmq: LibzmqPeer, time_unit: float, deadline: float
) -> None:
    pull = libzmq.open("PULL", bind="tcp://127.0.0.1:*", options={"RCVHWM": 10})
    with zmq4.Push(connect=pull.endpoint, send_hwm=10) as push:
        push.endpoint.ready(timeout=deadline)
        with pytest.raises(zmq4.Timeout) as refused:
            push.send_many(map(numbered, range(100_000)), timeout=2 * time_unit)
        accepted = refused.value.accepted

        received = [pull.receive()[0][:4] for _ in range(accepted)]
        push.send(b"room again", timeout=deadline)

        assert received == [number.to_bytes(4) for number in range(accepted)]
        assert pull.receive() == [b"room again"]
        pull.close()


def test_libzmq_has_to_wait_for_a_pull_that_does_not_receive_and_loses_nothing(
    libzmq: LibzmqPeer, deadline: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=10, recv_timeout=deadline) as pull:
        push = libzmq.open("PUSH", connect=str(pull.endpoint), options={"SNDHWM": 10})
        push.start_flood(20_000, seed=3)

        most_unread = 0
        for message in torrent(20_000, seed=3):
            assert pull.recv_bytes() == message
            most_unread = max(most_unread, pull.stats().unread)

        assert most_unread <= 10
        libzmq.answer()
        push.close()
