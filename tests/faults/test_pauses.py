"""A process is stopped and goes on: laptops sleep, machines move, somebody presses Ctrl-Z.

Its peers give it up in time, and find it again; it does not make up for what it has slept through.
"""

import os
import signal
import socket
import time
from collections.abc import Callable

import zmq4
from faces.patience import eventually
from fixtures.children import Children
from fixtures.clock import TIME_UNIT
from hostile import wire
from hostile.attack import read_until
from hostile.relay import Relay
from hostile.victim import Victim

BEAT = zmq4.Heartbeat(TIME_UNIT / 2, timeout=10 * TIME_UNIT)
"""Patient enough for a machine that is slow, and not stopped."""
SOON = zmq4.Backoff(0.01, max=0.2)

Besiege = Callable[..., Victim]


def test_peer_that_was_stopped_is_given_up_and_served_again_when_it_goes_on(
    besiege: Besiege, deadline: float
) -> None:
    victim = besiege("Pull")
    with (
        Relay(victim.port) as relay,
        zmq4.Push(
            connect=relay.address, heartbeat=BEAT, handshake_timeout=0.5, reconnect=SOON
        ) as push,
    ):
        push.endpoint.ready(deadline)
        os.kill(victim.process.pid, signal.SIGSTOP)
        try:
            eventually(lambda: push.endpoint.state == "connecting")
            push.send("while it slept", timeout=deadline)
            # The kernel of a stopped process still takes connections; each is given up in its turn.
            relay.wait_until_made(relay.made + 3)
        finally:
            os.kill(victim.process.pid, signal.SIGCONT)

        assert victim.order(do="receive", text="while it slept", timeout=deadline)
        victim.wait_until_peers_are(1)


def test_client_that_goes_on_sends_no_heap_of_heartbeats_and_connects_once(
    children: Children, time_unit: float
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = children.start(
            """
            import sys, zmq4
            with zmq4.Push(
                connect=f"tcp://127.0.0.1:{sys.argv[1]}",
                heartbeat=zmq4.Heartbeat(0.05, timeout=30),
                linger=0,
            ):
                sys.stdin.read()
            """,
            str(listener.getsockname()[1]),
        )
        listener.settimeout(100 * time_unit)
        raw, _ = listener.accept()
        with raw:
            raw.settimeout(100 * time_unit)
            raw.sendall(wire.GREETING + wire.ready("PULL"))
            read_until(raw, b"PING\0\0")
            os.kill(client.pid, signal.SIGSTOP)
            drained(raw, time_unit)
            time.sleep(20 * time_unit)  # as long as it takes for forty heartbeats
            assert drained(raw, time_unit) == b""
            os.kill(client.pid, signal.SIGCONT)
            first = raw.recv(65536)
            listener.settimeout(5 * time_unit)
            second_came = accepts(listener)
        client.communicate("")

    assert first.count(b"PING") <= 2
    assert not second_came


def drained(raw: socket.socket, time_unit: float) -> bytes:
    """Read what is there, until nothing comes for a while."""
    heard = b""
    raw.settimeout(2 * time_unit)
    try:
        while octets := raw.recv(65536):
            heard += octets
    except TimeoutError:
        pass
    raw.settimeout(100 * time_unit)
    return heard


def accepts(listener: socket.socket) -> bool:
    """Tell whether another connection comes before the listener's patience is over."""
    try:
        raw, _ = listener.accept()
    except TimeoutError:
        return False
    raw.close()
    return True


def test_many_clients_of_a_server_that_was_stopped_come_back_once_each(
    besiege: Besiege, deadline: float
) -> None:
    victim = besiege("Pull", backlog=200)
    clients = [
        zmq4.Push(
            connect=f"tcp://127.0.0.1:{victim.port}",
            heartbeat=BEAT,
            handshake_timeout=0.5,
            reconnect=SOON,
        )
        for _ in range(30)
    ]
    victim.wait_until_peers_are(30)

    os.kill(victim.process.pid, signal.SIGSTOP)
    try:
        for client in clients:
            eventually(lambda client=client: client.endpoint.state == "connecting")  # type: ignore[misc]
    finally:
        os.kill(victim.process.pid, signal.SIGCONT)

    victim.wait_until_peers_are(30)
    for number, client in enumerate(clients):
        client.send(f"{number}", timeout=deadline)
    heard = {victim.order(do="receive-any", timeout=deadline) for _ in clients}
    assert heard == {f"{number}" for number in range(30)}
    for client in clients:
        client.close()


def test_pause_shorter_than_the_patience_is_not_noticed(
    besiege: Besiege, deadline: float, time_unit: float
) -> None:
    victim = besiege("Pull")
    patient = zmq4.Heartbeat(0.05, timeout=20 * time_unit)
    with zmq4.Push(connect=f"tcp://127.0.0.1:{victim.port}", heartbeat=patient) as push:
        push.endpoint.ready(deadline)
        [peer] = push.peers()

        os.kill(victim.process.pid, signal.SIGSTOP)
        time.sleep(2 * time_unit)  # four heartbeats
        os.kill(victim.process.pid, signal.SIGCONT)

        push.send("after", timeout=deadline)
        assert victim.order(do="receive", text="after", timeout=deadline)
        assert push.peers() == [peer]
        assert push.endpoint.failure is None
