"""A handler of ZAP over our own sockets, as RFC 27 has it: a REP or a ROUTER of the same context."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import zmq4
from faces.admission import FAST, failure_in
from fixtures.clock import DEADLINE
from zmq4 import CurveClient, CurveServer, KeyPair, Null, PlainClient, PlainServer

ADDRESS = "inproc://zeromq.zap.01"
SERVER, CLIENT = KeyPair.generate(), KeyPair.generate()

Frames = list[bytes]
Security = tuple[
    Null | PlainClient | CurveClient, Null | PlainServer | CurveServer, bytes, list[bytes]
]
"""The client's, the server's, the name of the mechanism, and the credentials of a request."""

MECHANISMS: dict[str, Security] = {
    "NULL": (Null(), Null(domain="global"), b"NULL", []),
    "PLAIN": (
        PlainClient("alice", "hunter2"),
        PlainServer(domain="global"),
        b"PLAIN",
        [b"alice", b"hunter2"],
    ),
    "CURVE": (
        CurveClient(server_key=SERVER.public, keys=CLIENT),
        CurveServer(SERVER, "zap", domain="global"),
        b"CURVE",
        [CLIENT.public],
    ),
}


@pytest.fixture(params=MECHANISMS)
def mechanism(request: pytest.FixtureRequest) -> Security:
    """Choose a mechanism: the test runs three times."""
    return MECHANISMS[request.param]


@pytest.fixture(params=["Rep", "Router"])
def kind(request: pytest.FixtureRequest) -> str:
    """Choose the class of the handler's socket: the test runs twice."""
    name: str = request.param
    return name


class Handler:
    """Answers requests as a test wants, and keeps them."""

    def __init__(self, socket: zmq4.Rep | zmq4.Router, answer: Callable[[Frames], Frames]) -> None:
        """Serve in a thread until the socket is closed."""
        self.requests: list[Frames] = []
        self._socket = socket
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            while True:
                message = self._socket.recv()
                if isinstance(self._socket, zmq4.Router):
                    delimiter, *request = message
                    assert delimiter == b""
                    self.requests.append(request)
                    self._socket.send(message.sender or b"", b"", *self._answer(request))
                else:
                    self.requests.append([*message])
                    message.reply(*self._answer([*message]))  # type: ignore[attr-defined]
        except zmq4.Closed:
            return

    def stop(self) -> None:
        """Close the socket and end the thread."""
        self._socket.close()
        self._thread.join()


@contextmanager
def handling(kind: str, answer: Callable[[Frames], Frames]) -> Iterator[Handler]:
    """Serve at the endpoint of handlers."""
    handler = Handler(getattr(zmq4, kind)(bind=ADDRESS), answer)
    try:
        yield handler
    finally:
        handler.stop()


def saying(
    status: bytes = b"200", user_id: bytes = b"", metadata: bytes = b""
) -> Callable[[Frames], Frames]:
    """Answer each request alike."""
    return lambda request: [b"1.0", request[1], status, b"words", user_id, metadata]


def test_request_has_the_frames_of_the_specification(
    mechanism: Security, kind: str, tcp_endpoint: str, deadline: float
) -> None:
    client, server, name, credentials = mechanism
    with (
        handling(kind, saying()) as handler,
        zmq4.Dealer(bind=tcp_endpoint, security=server, routing_id=b"server") as ours,
        zmq4.Dealer(connect=ours.endpoint, security=client, routing_id=b"client") as theirs,
    ):
        theirs.endpoint.ready(deadline)

    ((version, number, *rest),) = handler.requests
    assert version == b"1.0"
    assert number
    assert rest == [b"global", b"127.0.0.1", b"server", name, *credentials]


def test_status_200_lets_in_as_the_handler_says(
    mechanism: Security, kind: str, wired_endpoint: str, deadline: float
) -> None:
    client, server, *_ = mechanism
    answer = saying(b"200", b"Alice", b"\x05Group\0\0\0\x05staff")
    with (
        handling(kind, answer),
        zmq4.Pull(bind=wired_endpoint, security=server) as pull,
        zmq4.Push(connect=pull.endpoint, security=client) as push,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.user_id == "Alice"
    assert peer.metadata["Group"] == b"staff"


@pytest.mark.parametrize(("status", "heard"), [(b"400", "denied"), (b"500", "denied")])
def test_refusals_are_told_at_both_ends(
    mechanism: Security, kind: str, tcp_endpoint: str, status: bytes, heard: str
) -> None:
    client, server, *_ = mechanism
    with (
        handling(kind, saying(status)),
        zmq4.Pull(bind=tcp_endpoint, security=server) as pull,
        zmq4.Push(security=client) as push,
        pull.events(DEADLINE) as theirs,
        push.events(DEADLINE) as ours,
    ):
        push.connect(pull.endpoint)
        at_server, at_client = failure_in(theirs), failure_in(ours)

    assert (at_server.cause, at_client.cause) == ("denied", heard)
    assert status.decode() in at_server.reason
    assert "words" in at_server.reason
    assert status.decode() in at_client.reason
    assert "words" not in at_client.reason


def test_status_300_is_told_here_alone_and_the_client_comes_back(
    mechanism: Security, kind: str, tcp_endpoint: str, deadline: float
) -> None:
    client, server, *_ = mechanism
    statuses = [b"300", b"300", b"200"]

    def answer(request: Frames) -> Frames:
        return saying(statuses.pop(0))(request)

    with (
        handling(kind, answer),
        zmq4.Pull(bind=tcp_endpoint, security=server) as pull,
        zmq4.Push(security=client, reconnect=FAST) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint).ready(deadline)
        assert "300" in failure_in(theirs).reason
        assert failure_in(ours).cause == "ended"


GOOD = [b"1.0", b"", b"200", b"OK", b"", b""]
MALFORMED: dict[str, Frames] = {
    "another version": [b"1.1", *GOOD[1:]],
    "another request": [b"1.0", b"another", *GOOD[2:]],
    "a status that is none": [*GOOD[:2], b"600", *GOOD[3:]],
    "half a status": [*GOOD[:2], b"20", *GOOD[3:]],
    "no status": [*GOOD[:2], b"", *GOOD[3:]],
    "metadata cut short": [*GOOD[:5], b"\x05Group\0\0\0\x05sta"],
    "a frame too few": GOOD[:5],
    "a frame too many": [*GOOD, b""],
    "one frame": [b"1.0"],
}


@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED)
def test_reply_that_is_none_lets_nobody_in(
    mechanism: Security, kind: str, tcp_endpoint: str, reply: Frames
) -> None:
    client, server, *_ = mechanism

    def answer(request: Frames) -> Frames:
        return [frame or request[1] if at == 1 else frame for at, frame in enumerate(reply)]

    with (
        handling(kind, answer),
        zmq4.Pull(bind=tcp_endpoint, security=server) as pull,
        zmq4.Push(security=client) as push,
        pull.events(DEADLINE) as events,
    ):
        push.connect(pull.endpoint)
        failed = failure_in(events)

        assert failed.cause == "no_verdict"
        assert "what is no reply" in failed.reason
        assert pull.peers() == push.peers() == []


def test_socket_of_another_type_is_no_handler(
    mechanism: Security, tcp_endpoint: str, deadline: float
) -> None:
    client, server, *_ = mechanism
    with (
        zmq4.Pull(bind=ADDRESS),
        zmq4.Pull(bind=tcp_endpoint, security=server) as pull,
        zmq4.Push(security=client) as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert "where a REP or ROUTER belongs" in failure_in(events).reason


def test_without_a_handler_nobody_is_let_in(
    mechanism: Security, tcp_endpoint: str, deadline: float
) -> None:
    client, server, *_ = mechanism
    with (
        zmq4.Pull(bind=tcp_endpoint, security=server) as pull,
        zmq4.Push(security=client) as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert "no handler is bound" in failure_in(events).reason


def test_handler_of_another_context_is_not_asked(
    mechanism: Security, tcp_endpoint: str, deadline: float
) -> None:
    client, server, *_ = mechanism
    with (
        zmq4.Context() as context,
        handling("Rep", saying()) as handler,
        zmq4.Pull(bind=tcp_endpoint, security=server, context=context) as pull,
        zmq4.Push(security=client) as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert "no handler is bound" in failure_in(events).reason
        assert handler.requests == []
