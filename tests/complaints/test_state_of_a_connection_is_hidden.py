"""Nobody knows whether a connection is there, and a dead one is never noticed.

L#1199, L#2763, L#4170, P#145, P#2092; monitor sockets: P#243 to P#1702, cppzmq#384.
"""

import socket

import pytest

import zmq4
from faces.patience import eventually


def test_end_of_a_handshake_is_waited_for_not_slept_for(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)
        pull.endpoint.ready(deadline)

        (peer,) = pull.peers()
        assert (peer.socket_type, push.endpoint.state) == ("PUSH", "connected")


def test_states_of_a_connection_are_told_in_words(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Push(reconnect=zmq4.Backoff(0.01, max=0.01), linger=0) as push:
        with zmq4.Pull(bind=tcp_endpoint) as pull:
            line = push.connect(pull.endpoint)
            line.ready(deadline)
            assert line.state == "connected"
        eventually(lambda: line.state == "connecting")
        eventually(lambda: "refused" in (line.failure or ""))
        eventually(lambda: line.attempts > 1)
        line.close()
        assert repr(line).endswith(" closed>")


@pytest.mark.parametrize("kind", ["refusing_endpoint", "mute_endpoint", "unreachable_endpoint"])
def test_reason_why_there_is_no_connection_is_told(
    kind: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(kind)
    reasons = {"refusing": "refused", "mute": "handshake", "unreachable": "time"}
    with (
        zmq4.Push(
            connect=address, connect_timeout=0.05, handshake_timeout=0.05, reconnect=None
        ) as push,
        pytest.raises(zmq4.NoPeers, match=reasons[kind.removesuffix("_endpoint")]) as raised,
    ):
        push.endpoint.ready(timeout=10)

    assert address in str(raised.value)


def test_peer_that_falls_silent_is_noticed(tcp_endpoint: str) -> None:
    heartbeat = zmq4.Heartbeat(0.05, timeout=0.1)
    with (
        zmq4.Pull(bind=tcp_endpoint) as pull,
        socket.create_server(("127.0.0.1", 0)) as middle,
        zmq4.Push(
            connect=f"tcp://127.0.0.1:{middle.getsockname()[1]}",
            heartbeat=heartbeat,
            reconnect=None,
            linger=0,
        ) as push,
    ):
        client, _ = middle.accept()
        server = socket.create_connection(("127.0.0.1", pull.endpoint.port or 0))
        with client, server:
            while not push.peers():  # the wire between them, which is cut without a word
                for source, target in ((client, server), (server, client)):
                    source.settimeout(0.001)
                    try:
                        target.sendall(source.recv(4096))
                    except TimeoutError:
                        continue

            eventually(lambda: push.endpoint.state == "stopped")

        assert push.peers() == []


def test_dead_hosts_are_noticed_by_default() -> None:
    with zmq4.Push() as push:
        keepalive = push.tcp_keepalive
        assert keepalive is not None
        assert keepalive.idle + keepalive.interval * keepalive.count <= 45
        assert push.tcp_user_timeout == 45
