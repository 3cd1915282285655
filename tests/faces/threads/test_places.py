"""`allow_from=` and `deny_from=`: who is let in by where it is."""

import pytest

import zmq4
from faces.admission import failure_in
from zmq4 import CurveServer, KeyPair, Null, PlainClient, PlainServer

LISTS: list[tuple[dict[str, str | list[str]], bool]] = [
    ({"allow_from": "127.0.0.1"}, True),
    ({"allow_from": ["10.0.0.0/8", "127.0.0.0/8"]}, True),
    ({"allow_from": "10.0.0.0/8"}, False),
    ({"allow_from": "::/0"}, False),
    ({"deny_from": "10.0.0.0/8"}, True),
    ({"deny_from": "127.0.0.1"}, False),
    ({"allow_from": "127.0.0.0/8", "deny_from": "127.0.0.1"}, False),
    ({"allow_from": "127.0.0.1", "deny_from": "0.0.0.0/0"}, False),
]


@pytest.mark.parametrize(("lists", "is_let_in"), LISTS)
def test_lists_count_and_deny_wins(
    lists: dict[str, str], is_let_in: bool, tcp_endpoint: str, deadline: float
) -> None:
    client = PlainClient("a", "b")
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer("any", **lists)) as pull,  # type: ignore[arg-type]
        zmq4.Push(security=client) as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        if is_let_in:
            push.endpoint.ready(deadline)
        else:
            assert failure_in(events).cause == "address_denied"
            assert pull.peers() == []


def test_lists_of_null_count(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=Null(deny_from="127.0.0.0/8")) as pull,
        zmq4.Push() as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert failure_in(events).cause == "address_denied"


def test_nobody_is_asked_about_whoever_is_at_the_wrong_place(
    tcp_endpoint: str, deadline: float
) -> None:
    asked: list[zmq4.Applicant] = []

    def decide(applicant: zmq4.Applicant) -> bool:
        asked.append(applicant)
        return True

    keys = KeyPair.generate()
    security = zmq4.CurveClient(server_key=keys.public, keys=KeyPair.generate())
    with (
        zmq4.Pull(
            bind=tcp_endpoint, security=CurveServer(keys, decide, allow_from="10.0.0.0/8")
        ) as pull,
        zmq4.Push(security=security) as push,
        pull.events(deadline) as events,
    ):
        push.connect(pull.endpoint)

        assert failure_in(events).cause == "address_denied"
        assert asked == []


def test_lists_are_about_tcp(ipc_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=ipc_endpoint, security=Null(allow_from="10.0.0.0/8")) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        push.send(b"x")

        assert pull.recv(timeout=deadline).content == b"x"
