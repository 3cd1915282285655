"""Behind an old address is somebody else now: who connects says so, does not press, and comes back.

L#3960: a client that knocked at a port of another service as fast as it could.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import zmq4
from faces.patience import eventually
from hostile import wire
from hostile.test_bad_servers import saying

Answer = Callable[[socket.socket], None]


def echo(raw: socket.socket) -> None:
    """Say what is heard."""
    raw.settimeout(5)
    while octets := raw.recv(4096):
        raw.sendall(octets)


STRANGERS: dict[str, tuple[Answer, str]] = {
    "http": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "by its first octets, HTTP"),
    "tls": (saying(b"\x15\x03\x01\x00\x02\x02\x46"), "by its first octets, TLS"),
    "echo": (echo, 'cannot talk to a peer of type "PUSH"'),
    "other_type": (saying(wire.GREETING + wire.ready("REP")), 'to a peer of type "REP"'),
    "closes": (lambda raw: None, "the peer closed the connection|reset by peer"),
}


@contextmanager
def stranger(port: int, answer: Answer) -> Iterator[list[str]]:
    """Serve at a port; gives a list with an entry for each connection."""
    came: list[str] = []

    def serve() -> None:
        while True:
            try:
                raw, address = listener.accept()
            except OSError:
                return
            came.append(str(address))
            with raw, suppress(OSError):
                answer(raw)

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield came
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_server_that_returns_after_a_stranger_is_served_again(deadline: float) -> None:
    with ExitStack() as sockets, ExitStack() as strangers:
        lines = []
        for answer, reason in STRANGERS.values():
            push = sockets.enter_context(zmq4.Push(linger=0, reconnect=zmq4.Backoff(0.01, max=1)))
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
                line = push.connect(pull.endpoint)
                line.ready(deadline)
            came = strangers.enter_context(stranger(line.port or 0, answer))
            lines.append((line, came, reason))
            eventually(lambda line=line, reason=reason: re.search(reason, line.failure or ""))  # type: ignore[misc]
            push.send("for the real one")
        strangers.close()

        for line, came, _ in lines:
            # Whoever is refused on principle comes again after five seconds.
            with zmq4.Pull(bind=f"tcp://127.0.0.1:{line.port}") as pull:
                assert pull.recv(timeout=2 * deadline).text == "for the real one"
            assert len(came) < 20
            line.close()


def test_port_that_nobody_has_is_not_taken_for_a_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port: int = reserved.getsockname()[1]

    # A connection from a port to the same port meets itself: the system joins the two ends.
    with zmq4.Pair(
        connect=f"tcp://127.0.0.1:{port};127.0.0.1:{port}", reconnect=zmq4.Backoff(0.01), linger=0
    ) as pair:
        pair.send("to nobody")
        eventually(lambda: "connected to itself" in (pair.endpoint.failure or ""))
        eventually(lambda: pair.endpoint.attempts >= 3)

        assert pair.peers() == []
        assert pair.try_recv() is None
        assert pair.stats().queued == 1


def test_other_kind_of_our_own_sockets_is_refused_and_named(deadline: float) -> None:
    with zmq4.Push(linger=0, reconnect=zmq4.Backoff(0.01)) as push:
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
            line = push.connect(pull.endpoint)
            line.ready(deadline)

        with zmq4.Rep(bind=f"tcp://127.0.0.1:{line.port}") as rep:
            eventually(lambda: 'cannot talk to a peer of type "REP"' in (line.failure or ""))
            eventually(lambda: 'to a peer of type "PUSH"' in (rep.endpoint.failure or ""))

            assert rep.peers() == []
            assert line.state == "connecting"
