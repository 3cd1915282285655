"""Connections of one I/O thread: none keeps it from the others, nor from the clock."""

import socket

import zmq4

PULL = (
    b"\xff" + bytes(8) + b"\x7f\3\1NULL" + bytes(16) + bytes(32) + b"\4\x1a\5READY"
    b"\x0bSocket-Type\0\0\0\4PULL"
)
"""Greeting and READY of a peer. Source: RFC 37/ZMTP, "Connection Establishment"."""
PING = b"\4\7\4PING\0\0"


def test_sender_that_never_pauses_does_not_hold_up_the_clock(
    tcp_endpoint: str, deadline: float
) -> None:
    interval = zmq4.Heartbeat(0.01, timeout=deadline)
    with (
        zmq4.Push(bind=tcp_endpoint, heartbeat=interval) as push,
        socket.create_connection(("127.0.0.1", push.endpoint.port or 0), deadline) as peer,
    ):
        peer.sendall(PULL)
        push.endpoint.ready(deadline)
        pings = count = 0
        while pings < 10:
            # Each as soon as the one before has arrived, so that the thread finds one whenever it looks.
            push.send(b"x")
            count += 1
            pings += PING in peer.recv(100)

    assert count < 50_000, "a tenth of a second is time for a few thousand"
