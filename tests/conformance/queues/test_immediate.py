"""IMMEDIATE: queue only for peers that are there."""

from collections.abc import Callable

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)


@pytest.fixture
def absent(new_endpoint: Callable[[], str]) -> str:
    """Name an address that nobody has bound."""
    with zmq4.Pull(bind=new_endpoint()) as reserved:
        return str(reserved.endpoint)


def test_rule_41_by_default_a_peer_that_is_not_there_gets_its_share(
    absent: str, new_endpoint: Callable[[], str], deadline: float
) -> None:
    with (
        zmq4.Pull(bind=new_endpoint()) as pull,
        zmq4.Push(connect=[absent, pull.endpoint], linger=0) as push,
    ):
        push.send_many([b"%d" % number for number in range(10)])

        received = [pull.recv(timeout=deadline).content for _ in range(5)]
        assert received == [b"1", b"3", b"5", b"7", b"9"]


def test_rule_41_with_it_everything_goes_to_the_peer_that_is_there(
    absent: str, new_endpoint: Callable[[], str], deadline: float
) -> None:
    with (
        zmq4.Pull(bind=new_endpoint()) as pull,
        zmq4.Push(connect=[absent, pull.endpoint], immediate=True, linger=0) as push,
    ):
        push.send_many([b"%d" % number for number in range(10)], timeout=deadline)

        received = [pull.recv(timeout=deadline).content for _ in range(10)]
        assert received == [b"%d" % number for number in range(10)]


@pytest.mark.parametrize("sender", [zmq4.Push, zmq4.Dealer, zmq4.Req])
def test_rule_41_with_it_a_send_waits_for_the_connection(
    absent: str, deadline: float, crew: Crew, sender: type[zmq4.Push | zmq4.Dealer | zmq4.Req]
) -> None:
    receiver = {zmq4.Push: zmq4.Pull, zmq4.Dealer: zmq4.Dealer, zmq4.Req: zmq4.Rep}[sender]
    with sender(connect=absent, immediate=True, reconnect=SOON) as sending:
        assert not sending.try_send(b"x")
        waiting = crew.start(lambda: sending.send(b"at last")).asleep()

        with receiver(bind=absent) as receiving:
            waiting.result()
            assert receiving.recv(timeout=deadline).content == b"at last"


def test_rule_41_with_it_the_queue_dies_with_the_connection(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(immediate=True, reconnect=SOON, send_hwm=0) as push:
        with zmq4.Pull(bind=wired_endpoint, recv_hwm=1) as leaving:
            place = str(leaving.endpoint)
            push.connect(place).ready(deadline)
            push.send_many([b"x" * 10_000] * 3000)
        eventually(lambda: push.stats().dropped)
        assert not push.try_send(b"nobody is there")
        assert push.stats().queued == 0

        with zmq4.Pull(bind=place) as coming:
            push.send(b"new", timeout=deadline)
            assert coming.recv(timeout=deadline).content == b"new"


def test_rule_41_it_applies_to_later_endpoints(absent: str, deadline: float) -> None:
    with zmq4.Push(connect=absent, reconnect=SOON) as push:
        push.immediate = True
        push.send(b"kept")

        with zmq4.Pull(bind=absent) as pull:
            assert pull.recv(timeout=deadline).content == b"kept"
