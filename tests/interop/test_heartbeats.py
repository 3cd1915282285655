"""Signs of life between ours and libzmq's, and what comes of a process that stops giving them."""

import time
from collections.abc import Callable

import pytest

import zmq4
from interop.libzmq_peer import LibzmqPeer
from wire.changes import wait_until

pytestmark = pytest.mark.requires_peer("python:zmq")


def test_idle_socket_keeps_a_libzmq_that_asks_for_signs_of_life(
    libzmq: LibzmqPeer, time_unit: float, deadline: float
) -> None:
    limit = int(5 * time_unit * 1000)
    options = {"HEARTBEAT_IVL": limit // 10, "HEARTBEAT_TIMEOUT": limit, "HEARTBEAT_TTL": limit}
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        push = libzmq.open("PUSH", connect=str(pull.endpoint), options=options)
        pull.endpoint.ready(timeout=deadline)
        before = pull.peers()

        time.sleep(8 * time_unit)  # to be idle for longer than libzmq's patience is the test
        push.send(b"still here")

        assert pull.recv_bytes(timeout=deadline) == b"still here"
        assert (pull.peers(), pull.endpoint.failure) == (before, None)
        push.close()


def test_idle_libzmq_is_kept_by_a_socket_that_asks_for_signs_of_life(
    libzmq: LibzmqPeer, time_unit: float, deadline: float
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=5 * time_unit, ttl=5 * time_unit)
    with zmq4.Pull(bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as pull:
        push = libzmq.open("PUSH", connect=str(pull.endpoint))
        pull.endpoint.ready(timeout=deadline)
        before = pull.peers()

        time.sleep(8 * time_unit)  # to be idle for longer than our patience is the test
        push.send(b"still here")

        assert pull.recv_bytes(timeout=deadline) == b"still here"
        assert (pull.peers(), pull.endpoint.failure) == (before, None)
        push.close()


def test_stopped_libzmq_is_given_up_in_time_and_found_again_when_it_goes_on(
    start_libzmq: Callable[[], LibzmqPeer], time_unit: float, deadline: float
) -> None:
    libzmq = start_libzmq()
    pull = libzmq.open("PULL", bind="tcp://127.0.0.1:*")
    heartbeat = zmq4.Heartbeat(time_unit, timeout=2 * time_unit)
    with zmq4.Push(connect=pull.endpoint, heartbeat=heartbeat) as push:
        push.endpoint.ready(timeout=deadline)

        libzmq.stop()
        stopped = time.monotonic()
        wait_until(lambda: push.endpoint.state == "connecting", push.endpoint)
        given_up_after = time.monotonic() - stopped
        push.send(b"queued meanwhile")
        libzmq.go_on()

        assert "the peer was silent" in (push.endpoint.failure or "")
        assert 1.5 * time_unit < given_up_after < (3 + SLACK) * time_unit
        push.endpoint.ready(timeout=deadline)
        assert pull.receive() == [b"queued meanwhile"]


def test_stopped_libzmq_that_connected_to_us_is_given_up_too(
    start_libzmq: Callable[[], LibzmqPeer], time_unit: float, deadline: float
) -> None:
    libzmq = start_libzmq()
    heartbeat = zmq4.Heartbeat(time_unit, timeout=2 * time_unit)
    with zmq4.Pull(bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as pull:
        push = libzmq.open("PUSH", connect=str(pull.endpoint), options={"RECONNECT_IVL": 10})
        pull.endpoint.ready(timeout=deadline)

        libzmq.stop()
        wait_until(lambda: not pull.peers(), pull.endpoint)
        libzmq.go_on()
        pull.endpoint.ready(timeout=deadline)
        push.send(b"back again")

        assert pull.recv_bytes(timeout=deadline) == b"back again"


def test_libzmq_keeps_us_as_long_as_our_pings_renew_the_time_that_they_grant(
    libzmq: LibzmqPeer, time_unit: float, deadline: float
) -> None:
    ttl = max(0.1, 2 * time_unit)
    with zmq4.Push(heartbeat=zmq4.Heartbeat(ttl / 4, timeout=deadline, ttl=ttl)) as push:
        pull = libzmq.open("PULL", bind="tcp://127.0.0.1:*")
        push.connect(pull.endpoint).ready(timeout=deadline)

        time.sleep(3 * ttl)  # to live on for longer than was granted is the test
        push.send(b"still here")

        assert pull.receive() == [b"still here"]
        assert push.endpoint.failure is None
        pull.close()


SLACK = 10
"""Units that a busy machine may take beyond what was agreed."""
