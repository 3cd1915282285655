"""How long a call waits: SNDTIMEO and RCVTIMEO, and the limits that a call brings itself."""

import pytest

import zmq4
from faces.crew import Crew

RECEIVERS = [
    zmq4.Pull,
    zmq4.Dealer,
    zmq4.Router,
    zmq4.Rep,
    zmq4.Pair,
    zmq4.Sub,
    zmq4.XSub,
    zmq4.XPub,
]
SENDERS = [zmq4.Push, zmq4.Dealer, zmq4.Req, zmq4.Pair]
Receiver = type[
    zmq4.Pull | zmq4.Dealer | zmq4.Router | zmq4.Rep | zmq4.Pair | zmq4.Sub | zmq4.XSub | zmq4.XPub
]
Sender = type[zmq4.Push | zmq4.Dealer | zmq4.Req | zmq4.Pair]


@pytest.mark.parametrize("kind", RECEIVERS)
@pytest.mark.parametrize("limit", [0, 0.01])
def test_rule_43_a_receive_ends_with_its_time(endpoint: str, kind: Receiver, limit: float) -> None:
    with kind(bind=endpoint, recv_timeout=limit) as socket:
        with pytest.raises(zmq4.Timeout):
            socket.recv()
        assert socket.recv_many() == []


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize("limit", [0, 0.01])
def test_rule_43_a_send_ends_with_its_time(endpoint: str, kind: Sender, limit: float) -> None:
    with kind(bind=endpoint, send_timeout=limit) as socket:
        with pytest.raises(zmq4.Timeout):
            socket.send(b"x")
        with pytest.raises(zmq4.Timeout) as raised:
            socket.send_many([b"x"])
        assert raised.value.accepted == 0


@pytest.mark.parametrize("kind", RECEIVERS)
def test_rule_43_without_a_limit_a_receive_waits_until_there_is_an_end(
    endpoint: str, crew: Crew, kind: Receiver
) -> None:
    with kind(bind=endpoint) as socket:
        waiting = crew.start(socket.recv).asleep()
    assert isinstance(waiting.error(), zmq4.Closed)


@pytest.mark.parametrize("kind", SENDERS)
def test_rule_43_without_a_limit_a_send_waits_until_there_is_an_end(
    endpoint: str, crew: Crew, kind: Sender
) -> None:
    with kind(bind=endpoint) as socket:
        waiting = crew.start(lambda: socket.send(b"x")).asleep()
    assert isinstance(waiting.error(), zmq4.Closed)


def test_rule_43_a_message_in_time_is_received(endpoint: str, deadline: float, crew: Crew) -> None:
    with zmq4.Pull(bind=endpoint, recv_timeout=deadline) as pull:
        waiting = crew.start(pull.recv).asleep()
        with zmq4.Push(connect=pull.endpoint, send_timeout=deadline) as push:
            push.send(b"x")
            assert waiting.result().content == b"x"


def test_rule_43_the_limit_of_a_call_goes_before_that_of_the_socket(
    endpoint: str, crew: Crew
) -> None:
    with zmq4.Pull(bind=endpoint, recv_timeout=0) as pull:
        waiting = crew.start(lambda: pull.recv(timeout=float("inf"))).asleep()
        pull.close()
        assert isinstance(waiting.error(), zmq4.Closed)
