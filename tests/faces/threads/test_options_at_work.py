"""Options that a peer or the system can see: that they do what they say."""

import socket

import pytest

import zmq4
from faces.patience import eventually

PULL_WITHOUT_HEARTBEATS = (
    b"\xff" + bytes(8) + b"\x7f\3\1NULL" + bytes(16) + bytes(32) + b"\4\x1a\5READY"
    b"\x0bSocket-Type\0\0\0\4PULL"
)
"""Greeting and READY of a peer. Source: RFC 37/ZMTP, "Connection Establishment"."""


def test_frame_above_max_message_size_ends_its_connection(
    tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, max_message_size=1000) as pull,
        zmq4.Push(connect=pull.endpoint, reconnect=None, linger=0) as push,
    ):
        push.send_many([b"x" * 1000, b"x" * 1001, b"never read"])

        assert len(pull.recv(timeout=deadline).content) == 1000
        eventually(lambda: push.endpoint.state == "stopped")
        assert pull.try_recv() is None


def test_message_above_max_frames_ends_its_connection(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, max_frames=3) as pull,
        zmq4.Push(connect=pull.endpoint, reconnect=None, linger=0) as push,
    ):
        push.send_many([[b""] * 3, [b""] * 4, b"never read"])

        assert len(pull.recv(timeout=deadline)) == 3
        eventually(lambda: push.endpoint.state == "stopped")
        assert pull.try_recv() is None


def test_message_above_max_message_bytes_ends_its_connection(
    tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, max_message_bytes="10KiB") as pull,
        zmq4.Push(connect=pull.endpoint, reconnect=None, linger=0) as push,
    ):
        push.send_many([[b"x" * 4000] * 2, [b"x" * 4000] * 3, b"never read"])

        assert len(pull.recv(timeout=deadline)) == 2
        eventually(lambda: push.endpoint.state == "stopped")
        assert pull.try_recv() is None


def test_kernel_buffers_bound_what_is_on_its_way(tcp_endpoint: str) -> None:
    body = b"x" * 1000

    def taken(size: str | None) -> int:
        with (
            zmq4.Pull(bind=tcp_endpoint, recv_hwm=1, kernel_recv_buffer=size) as pull,
            zmq4.Push(connect=pull.endpoint, send_hwm=1, kernel_send_buffer=size, linger=0) as push,
            pytest.raises(zmq4.Timeout) as raised,
        ):
            push.send_many([body] * 20_000, timeout=0.2)
        return raised.value.accepted

    assert taken("16KiB") < 500


def test_silent_peer_is_given_up_by_the_acceptor(tcp_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, handshake_timeout=0.05) as pull,
        socket.create_connection(("127.0.0.1", pull.endpoint.port or 0), 10) as silent,
    ):
        while silent.recv(100):
            pass  # its greeting, then the end


def test_silent_peer_is_given_up_by_a_heartbeat(deadline: float) -> None:
    heartbeat = zmq4.Heartbeat(0.05, timeout=0.05)
    with (
        zmq4.Push(heartbeat=heartbeat, reconnect=None, linger=0) as push,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        line = push.connect(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        silent, _ = listener.accept()
        with silent:
            silent.sendall(PULL_WITHOUT_HEARTBEATS)
            line.ready(deadline)

            eventually(lambda: line.state == "stopped")


def test_living_peer_is_not_given_up_by_a_heartbeat(tcp_endpoint: str, deadline: float) -> None:
    heartbeat = zmq4.Heartbeat(0.02, timeout=0.5)
    with (
        zmq4.Pull(bind=tcp_endpoint) as pull,
        zmq4.Push(connect=pull.endpoint, heartbeat=heartbeat, reconnect=None) as push,
    ):
        push.endpoint.ready(deadline)
        with pytest.raises(zmq4.Timeout):
            pull.recv(timeout=0.3)  # fifteen heartbeats

        assert push.endpoint.state == "connected"


def test_change_applies_to_later_endpoints(deadline: float) -> None:
    with zmq4.Pull() as pull:
        strict = pull.bind("tcp://127.0.0.1:0")
        pull.max_message_size = 10
        later = pull.bind("tcp://127.0.0.1:0")

        with zmq4.Push(connect=strict) as push:
            push.send(b"x" * 100)
            assert len(pull.recv(timeout=deadline).content) == 100
        with zmq4.Push(connect=later, reconnect=None, linger=0) as push:
            push.send(b"x" * 100)
            eventually(lambda: push.endpoint.state == "stopped")
        assert pull.try_recv() is None


def test_metadata_is_told_to_peers(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint, metadata={"X-Place": "here"}) as pull,
        zmq4.Push(connect=pull.endpoint, metadata={"X-Who": b"\1\2"}) as push,
    ):
        push.endpoint.ready(deadline)
        pull.endpoint.ready(deadline)

        assert push.peers()[0].metadata["X-Place"] == b"here"
        assert pull.peers()[0].metadata["X-Who"] == b"\1\2"
