"""A PAIR has one peer."""

from collections.abc import Callable

import pytest

import zmq4
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)


def test_rule_37_a_second_peer_is_turned_away_and_told(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pair(bind=endpoint) as pair,
        zmq4.Pair(connect=pair.endpoint) as first,
    ):
        first.endpoint.ready(deadline)
        with zmq4.Pair(connect=pair.endpoint, reconnect=None, linger=0) as second:
            second.try_send(b"never heard")
            eventually(lambda: second.endpoint.state == "stopped")
            assert second.endpoint.failure

        first.send(b"mine")
        assert pair.recv(timeout=deadline).content == b"mine"
        pair.send(b"yours")
        assert first.recv(timeout=deadline).content == b"yours"
        assert pair.try_recv() is None


def test_rule_37_the_place_is_free_when_the_first_has_left(endpoint: str, deadline: float) -> None:
    with zmq4.Pair(bind=endpoint) as pair:
        for number in range(5):
            with zmq4.Pair(connect=pair.endpoint, reconnect=SOON) as peer:
                peer.send(b"%d" % number)
                assert pair.recv(timeout=deadline).content == b"%d" % number
                pair.send(b"heard", timeout=deadline)
                assert peer.recv(timeout=deadline).content == b"heard"


def test_rule_37_who_was_turned_away_comes_in_when_the_first_has_left(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Pair(bind=wired_endpoint) as pair:
        with zmq4.Pair(connect=pair.endpoint) as first:
            first.endpoint.ready(deadline)
            second = zmq4.Pair(connect=pair.endpoint, reconnect=SOON, linger=0)
            eventually(lambda: second.endpoint.failure)
        with second:
            eventually(lambda: second.endpoint.state == "connected" and pair.peers())
            eventually(lambda: pair.try_send(b"welcome"))
            assert second.recv(timeout=deadline).content == b"welcome"


def test_rule_37_a_pair_connects_to_one_place_at_a_time(
    new_endpoint: Callable[[], str], deadline: float
) -> None:
    with (
        zmq4.Pair(bind=new_endpoint()) as one,
        zmq4.Pair(bind=new_endpoint()) as other,
        zmq4.Pair(connect=one.endpoint) as pair,
    ):
        pair.endpoint.ready(deadline)
        second = pair.connect(other.endpoint)
        eventually(lambda: second.failure)

        pair.send(b"x")

        assert one.recv(timeout=deadline).content == b"x"
        assert other.peers() == []


@pytest.mark.parametrize("peer", [zmq4.Dealer, zmq4.Push, zmq4.Pull, zmq4.Router])
def test_rule_37_another_type_is_no_peer_and_takes_no_place(
    endpoint: str, deadline: float, peer: type[zmq4.Dealer | zmq4.Push | zmq4.Pull | zmq4.Router]
) -> None:
    with zmq4.Pair(bind=endpoint) as pair, peer(connect=pair.endpoint, linger=0) as stranger:
        eventually(lambda: stranger.endpoint.failure)
        with zmq4.Pair(connect=pair.endpoint) as right:
            right.endpoint.ready(deadline)
            right.send(b"x")
            assert pair.recv(timeout=deadline).content == b"x"
