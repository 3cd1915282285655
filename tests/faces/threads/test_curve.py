"""CURVE: keys, encryption, and whom a server lets in."""

import os
from pathlib import Path

import pytest

import zmq4
from faces.admission import failure_in
from zmq4 import Certificate, CurveClient, CurveServer, KeyPair, Null, PlainClient

SERVER, ALICE, MALLORY = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()


def client(keys: KeyPair = ALICE, server: KeyPair = SERVER) -> CurveClient:
    """Make the security of a client."""
    return CurveClient(server_key=server.public, keys=keys)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give a directory that has the certificate of one client."""
    folder = tmp_path / "clients"
    folder.mkdir()
    Certificate(ALICE.public, metadata={"name": "Alice"}).save(folder / "alice.cert")
    return folder


@pytest.fixture(params=["keys", "directory", "callable"])
def server(request: pytest.FixtureRequest, directory: Path) -> CurveServer:
    """Give three servers that let the same client in."""
    match request.param:
        case "keys":
            return CurveServer(SERVER, {ALICE.public})
        case "directory":
            return CurveServer(SERVER, directory)
        case _:
            return CurveServer(SERVER, lambda peer: peer.public_key == ALICE.public)


def test_known_key_is_let_in(server: CurveServer, wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Rep(bind=wired_endpoint, security=server) as rep,
        zmq4.Req(connect=rep.endpoint, security=client()) as req,
    ):
        for body in (b"", b"question", os.urandom(100_000)):
            req.send(body, b"")
            request = rep.recv(timeout=deadline)
            assert list(request) == [body, b""]
            request.reply(body)

            assert req.recv(timeout=deadline).content == body


def test_unknown_key_is_refused_and_both_ends_are_told(
    server: CurveServer, wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Rep(bind=wired_endpoint, security=server) as rep,
        zmq4.Req(security=client(MALLORY)) as req,
        rep.events(deadline) as theirs,
        req.events(deadline) as ours,
    ):
        req.connect(rep.endpoint)
        at_server, at_client = failure_in(theirs), failure_in(ours)

        assert (at_server.cause, at_client.cause) == ("denied", "denied")
        assert "400" in at_server.reason
        assert "400" in at_client.reason
        assert rep.peers() == req.peers() == []


def test_server_of_another_key_is_not_talked_to(
    server: CurveServer, wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=wired_endpoint, security=server) as pull,
        zmq4.Push(security=client(server=MALLORY)) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint)

        failed = failure_in(theirs)
        assert failed.cause == "forged"
        assert "does not open" in failed.reason
        failure_in(ours)
        assert pull.peers() == push.peers() == []


@pytest.mark.parametrize("allow", [None, "zap", frozenset()])
def test_server_that_names_nobody_refuses_everybody(
    allow: None, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=CurveServer(SERVER, allow)) as pull,
        zmq4.Push(security=client()) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint)

        failure_in(theirs)
        failure_in(ours)
        assert pull.peers() == []


def test_any_lets_every_key_in(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=wired_endpoint, security=CurveServer(SERVER, "any")) as pull,
        zmq4.Push(connect=pull.endpoint, security=client(MALLORY)) as push,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"


def test_callable_is_given_the_key(tcp_endpoint: str, deadline: float) -> None:
    seen: list[zmq4.Applicant] = []

    def decide(applicant: zmq4.Applicant) -> str:
        seen.append(applicant)
        return "Alice"

    with (
        zmq4.Pull(bind=tcp_endpoint, security=CurveServer(SERVER, decide, domain="test")) as pull,
        zmq4.Push(connect=pull.endpoint, security=client()) as push,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.user_id == "Alice"
    (applicant,) = seen
    assert (applicant.mechanism, applicant.domain) == ("CURVE", "test")
    assert applicant.public_key == ALICE.public
    assert applicant.public_key_z85 == ALICE.public_z85
    assert applicant.username is None
    assert applicant.password is None


def test_owner_of_a_certificate_is_known_by_it(
    directory: Path, wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=wired_endpoint, security=CurveServer(SERVER, directory)) as pull,
        zmq4.Push(connect=pull.endpoint, security=client()) as push,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.user_id == ALICE.public_z85
    assert peer.metadata["name"] == b"Alice"


def test_certificate_that_is_added_or_removed_counts_at_once(
    directory: Path, tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=tcp_endpoint, security=CurveServer(SERVER, directory)) as pull:
        with zmq4.Push(security=client(MALLORY)) as push, push.events(deadline) as events:
            push.connect(pull.endpoint)
            assert failure_in(events).cause == "denied"

        Certificate(MALLORY.public).save(directory / "mallory.cert")
        with zmq4.Push(connect=pull.endpoint, security=client(MALLORY)) as push:
            push.endpoint.ready(deadline)

        (directory / "alice.cert").unlink()
        with zmq4.Push(security=client()) as push, push.events(deadline) as events:
            push.connect(pull.endpoint)
            assert failure_in(events).cause == "denied"


def test_server_may_connect_and_client_may_bind(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Push(bind=wired_endpoint, security=client()) as push,
        zmq4.Pull(connect=push.endpoint, security=CurveServer(SERVER, {ALICE.public})) as pull,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"


@pytest.mark.parametrize(
    "security", [Null(), PlainClient("alice", "x")], ids=lambda value: type(value).__name__
)
def test_other_mechanisms_are_refused_on_either_side(
    security: Null, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=CurveServer(SERVER, "any")) as pull,
        zmq4.Push(security=security) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint)

        assert failure_in(theirs).cause == "incompatible"
        assert failure_in(ours).cause in ("incompatible", "ended")
        assert pull.peers() == push.peers() == []


def test_subscriptions_travel_encrypted_too(wired_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=wired_endpoint, security=CurveServer(SERVER, {ALICE.public})) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="a", security=client()) as sub,
    ):
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.send_many([b"b", b"a1", b"a2"])

        assert [sub.recv_bytes(timeout=deadline) for _ in range(2)] == [b"a1", b"a2"]


def test_keys_from_files_do(tmp_path: Path, tcp_endpoint: str, deadline: float) -> None:
    SERVER.save(tmp_path / "server.cert")
    ALICE.save(tmp_path / "alice.key")
    server_key = Certificate.load_public(tmp_path / "server.cert").public
    keys = KeyPair.load(tmp_path / "alice.key")
    mine = KeyPair.load(tmp_path / "server.cert")
    with (
        zmq4.Pull(bind=tcp_endpoint, security=CurveServer(mine, {keys.public})) as pull,
        zmq4.Push(
            connect=pull.endpoint, security=CurveClient(server_key=server_key, keys=keys)
        ) as push,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"
