"""Traffic goes on while somebody else floods the server with half-open CURVE handshakes."""

import os
import socket
from collections.abc import Callable

import pytest

import zmq4
from fixtures.children import Children
from fixtures.clock import DEADLINE

Figures = Callable[..., None]

pytestmark = pytest.mark.soak

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\x01" + bytes(31)
"""That of a server."""
HELLO_LEN = 202
"""Octets of a HELLO, with the header of its frame."""
SECONDS = 5
"""How long the traffic is counted, before and during the attack."""

VICTIM = """
    import os, sys, time, zmq4
    seconds = float(sys.argv[1])
    keys = [zmq4.KeyPair.from_z85(*sys.argv[at:at + 2]) for at in (2, 4)]
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    server = zmq4.CurveServer(keys[0], allow={keys[1].public})
    client = zmq4.CurveClient(server_key=keys[0].public, keys=keys[1])
    with (
        zmq4.Pull(bind="tcp://127.0.0.1:0", security=server) as pull,
        zmq4.Push(connect=pull.endpoint, security=client, linger=0) as push,
    ):
        for line in sys.stdin:
            began, count = time.monotonic(), 0
            while time.monotonic() < began + seconds:
                left = push.send_many([bytes(1024)] * 100)
                while left:
                    left -= len(pull.recv_many())
                count += 100
            handshakes = pull.stats().handshakes
            print(
                pull.endpoint.port,
                count / (time.monotonic() - began),
                handshakes.completed,
                handshakes.delayed,
                handshakes.crowded_out,
                flush=True,
            )
"""

ATTACKER = """
    import os, socket, sys, time
    port, opening, seconds = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), float(sys.argv[3])
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    half_open, count, until = [], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        half_open.append(socket.create_connection(("127.0.0.1", port)))
        half_open[-1].sendall(opening)
        count += 1
        if len(half_open) > 400:
            half_open.pop(0).close()
    print(count)
"""


def opening_of_a_client(server: zmq4.KeyPair, client: zmq4.KeyPair) -> bytes:
    """Record the greeting and the HELLO of one who knows the server's key."""
    security = zmq4.CurveClient(server_key=server.public, keys=client)
    said = b""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        zmq4.Push(
            connect=f"tcp://127.0.0.1:{listener.getsockname()[1]}", security=security, linger=0
        ),
    ):
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(DEADLINE)
            connection.sendall(GREETING)
            while len(said) < len(GREETING) + HELLO_LEN:
                said += connection.recv(4096)
    return said


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="no core for the attacker")
def test_established_traffic_goes_on_during_a_flood_of_hellos(
    children: Children, figures: Figures
) -> None:
    server, client = zmq4.KeyPair.generate(), zmq4.KeyPair.generate()
    opening = opening_of_a_client(server, client)
    pairs = [text for pair in (server, client) for text in (pair.public_z85, pair.secret_z85)]
    victim = children.start(VICTIM, str(SECONDS), *pairs, deadline=6 * DEADLINE)
    assert victim.stdin is not None
    assert victim.stdout is not None

    def count_messages() -> list[float]:
        print(file=victim.stdin, flush=True)
        return [float(word) for word in victim.stdout.readline().split()]

    count_messages()
    port, before, *_ = count_messages()
    attacker = children.start(
        ATTACKER, f"{port:.0f}", opening.hex(), str(SECONDS + 1), deadline=6 * DEADLINE
    )
    _, during, completed, delayed, crowded_out = count_messages()
    hellos, _ = attacker.communicate(timeout=DEADLINE)
    victim.communicate(timeout=DEADLINE)

    figures(
        before_per_second=round(before),
        during_per_second=round(during),
        kept=round(during / before, 2),
        hellos=int(hellos),
        delayed=delayed,
        crowded_out=crowded_out,
    )
    assert completed == 1
    assert delayed > 0
    assert during > before / 3
