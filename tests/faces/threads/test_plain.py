"""PLAIN: names and passwords, and whom a server lets in."""

import time
from pathlib import Path

import pytest

import zmq4
from faces.admission import failure_in
from zmq4 import Null, PasswordFile, PlainClient, PlainServer

ALICE = PlainClient("alice", "hunter2")
MALLORY = PlainClient("alice", "hunter3")
NOBODY = PlainClient("nobody", "hunter2")
USERS = {"alice": "hunter2", "bob": "swordfish"}


@pytest.fixture
def file(tmp_path: Path) -> PasswordFile:
    for username, password in USERS.items():
        PasswordFile.set_password(tmp_path / "passwords", username, password)
    return PasswordFile(tmp_path / "passwords")


@pytest.fixture(params=["dict", "file", "callable"])
def server(request: pytest.FixtureRequest, file: PasswordFile) -> PlainServer:
    """Give three servers that know the same users."""
    if request.param == "dict":
        return PlainServer(USERS)
    if request.param == "file":
        return PlainServer(file)
    return PlainServer(lambda peer: USERS.get(peer.username or "") == peer.password)


def test_right_password_is_let_in(
    server: PlainServer, wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Rep(bind=wired_endpoint, security=server) as rep,
        zmq4.Req(connect=rep.endpoint, security=ALICE) as req,
    ):
        req.send(b"question")
        rep.recv(timeout=deadline).reply(b"answer")

        assert req.recv(timeout=deadline).content == b"answer"


@pytest.mark.parametrize("client", [MALLORY, NOBODY], ids=["wrong password", "unknown name"])
def test_others_are_refused_and_both_ends_are_told(
    server: PlainServer, client: PlainClient, wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Rep(bind=wired_endpoint, security=server) as rep,
        zmq4.Req(security=client) as req,
        rep.events(deadline) as theirs,
        req.events(deadline) as ours,
    ):
        req.connect(rep.endpoint)
        at_server, at_client = failure_in(theirs), failure_in(ours)

        assert (at_server.cause, at_client.cause) == ("denied", "denied")
        assert "400" in at_server.reason
        assert "400" in at_client.reason
        assert client.password not in at_server.reason
        assert rep.peers() == req.peers() == []
        assert rep.stats().handshakes.refused >= 1
        assert rep.stats().handshakes.completed == 0


def test_refusal_is_told_within_a_second(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(USERS)) as pull,
        zmq4.Push(security=MALLORY) as push,
        push.events(deadline) as events,
    ):
        begun = time.monotonic()
        push.connect(pull.endpoint)

        assert failure_in(events).time - begun < 1


@pytest.mark.parametrize("allow", [None, "zap"])
def test_server_without_a_policy_and_without_a_handler_refuses_everybody(
    allow: None, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(allow)) as pull,
        zmq4.Push(security=ALICE) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint)

        assert failure_in(theirs).cause == "no_verdict"
        failure_in(ours)
        assert pull.peers() == []


def test_any_lets_everybody_in(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=wired_endpoint, security=PlainServer("any")) as pull,
        zmq4.Push(connect=pull.endpoint, security=NOBODY) as push,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"


def test_handler_over_raw_sockets_decides(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Context() as context,
        zmq4.Rep(bind="inproc://zeromq.zap.01", context=context) as handler,
        zmq4.Pull(
            bind=wired_endpoint, security=PlainServer("zap", domain="test"), context=context
        ) as pull,
        zmq4.Push(connect=pull.endpoint, security=ALICE) as push,
    ):
        push.send(b"x")
        request = handler.recv(timeout=deadline)
        version, number, domain, _, _, *rest = request
        assert (version, domain, rest) == (b"1.0", b"test", [b"PLAIN", b"alice", b"hunter2"])
        request.reply(version, number, b"200", b"OK", b"Alice", b"")
        peer = pull.recv(timeout=deadline).peer

        assert peer is not None
        assert peer.user_id == "Alice"


def test_user_is_known_by_name_on_each_message(
    wired_endpoint: str, deadline: float, file: PasswordFile
) -> None:
    for server in (PlainServer(USERS), PlainServer(file)):
        with (
            zmq4.Pull(bind=wired_endpoint, security=server) as pull,
            zmq4.Push(connect=pull.endpoint, security=ALICE) as push,
        ):
            push.send(b"x")
            peer = pull.recv(timeout=deadline).peer

            assert peer is not None
            assert peer.user_id == "alice"


def test_server_may_connect_and_client_may_bind(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Push(bind=wired_endpoint, security=ALICE) as push,
        zmq4.Pull(connect=push.endpoint, security=PlainServer(USERS)) as pull,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"


@pytest.mark.parametrize("security", [Null(), PlainServer("any")], ids=["null", "server"])
def test_other_mechanisms_and_roles_do_not_fall_back(
    security: Null, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer("any")) as pull,
        zmq4.Push(security=security, handshake_timeout=0.2) as push,
        push.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert failure_in(events).cause in ("incompatible", "timeout", "ended", "protocol")
        assert pull.peers() == []


def test_inproc_peers_are_let_in_without_asking(inproc_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, security=PlainServer({})) as pull,
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"


def test_option_counts_for_the_next_endpoint(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(security=PlainServer({"alice": "hunter2"})) as pull:
        old = pull.bind(tcp_endpoint)
        pull.security = PlainServer({"alice": "hunter3"})
        new = pull.bind(tcp_endpoint)
        with zmq4.Push(connect=old, security=ALICE) as push:
            push.endpoint.ready(deadline)
        with zmq4.Push(connect=new, security=MALLORY) as push:
            push.endpoint.ready(deadline)
        with zmq4.Push(security=ALICE) as push, push.events(deadline) as events:
            push.connect(new)
            assert failure_in(events).cause == "denied"


def test_password_that_is_changed_counts_at_once(
    tcp_endpoint: str, deadline: float, file: PasswordFile
) -> None:
    with zmq4.Pull(bind=tcp_endpoint, security=PlainServer(file)) as pull:
        with zmq4.Push(connect=pull.endpoint, security=ALICE) as push:
            push.endpoint.ready(deadline)

        PasswordFile.set_password(file.path, "alice", "changed")

        with zmq4.Push(security=ALICE) as push, push.events(deadline) as events:
            push.connect(pull.endpoint)
            assert failure_in(events).cause == "denied"
        changed = PlainClient("alice", "changed")
        with zmq4.Push(connect=pull.endpoint, security=changed) as push:
            push.endpoint.ready(deadline)
