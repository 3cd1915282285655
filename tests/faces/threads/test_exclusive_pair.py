"""PAIR talks with one peer. Source: RFC 31/EXPAIR, "The PAIR Socket Type"."""

import pytest

import zmq4
from faces.patience import eventually


def test_pair_talks_both_ways(endpoint: str, deadline: float) -> None:
    with zmq4.Pair(bind=endpoint) as one, zmq4.Pair(connect=one.endpoint) as other:
        for number in range(10):
            one.send(b"%d" % number)
            other.send(b"-%d" % number, b"tail")
            assert other.recv(timeout=deadline).content == b"%d" % number
            assert [*one.recv(timeout=deadline)] == [b"-%d" % number, b"tail"]


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_surplus_connection_is_closed_and_told(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with zmq4.Pair(bind=endpoint) as pair, zmq4.Pair(connect=pair.endpoint) as first:
        first.endpoint.ready(deadline)

        with zmq4.Pair(connect=pair.endpoint, reconnect=None, linger=0) as surplus:
            surplus.send(b"never heard")
            eventually(lambda: surplus.endpoint.state == "stopped")
            assert surplus.peers() == []

        first.send(b"x")
        assert pair.recv(timeout=deadline).content == b"x"
        assert pair.try_recv() is None
        assert len(pair.peers()) == 1


def test_surplus_connection_over_inproc_is_told(inproc_endpoint: str) -> None:
    with (
        zmq4.Pair(bind=inproc_endpoint) as pair,
        zmq4.Pair(connect=inproc_endpoint),
        zmq4.Pair(connect=inproc_endpoint) as surplus,
    ):
        with pytest.raises(zmq4.NoPeers, match="no further peer"):
            surplus.endpoint.ready(timeout=0)
        assert len(pair.peers()) == 1


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_place_of_a_peer_that_left_is_free(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Pair(bind=endpoint) as pair:
        first = zmq4.Pair(connect=pair.endpoint)
        first.endpoint.ready(deadline)
        with zmq4.Pair(connect=pair.endpoint, reconnect=backoff) as second:
            eventually(lambda: second.endpoint.failure)

            first.close()

            eventually(lambda: second.try_send(b"still there?") and pair.try_recv())
            pair.send(b"welcome", timeout=deadline)
            assert second.recv(timeout=deadline).content == b"welcome"


def test_place_over_inproc_is_free_again(inproc_endpoint: str) -> None:
    with zmq4.Pair(bind=inproc_endpoint) as pair:
        for number in range(10):
            with zmq4.Pair(connect=inproc_endpoint) as other:
                other.endpoint.ready(timeout=0)
                other.send(b"%d" % number)
                assert pair.recv(timeout=0).content == b"%d" % number


def test_connecting_pair_finds_its_peer_again(tcp_endpoint: str, deadline: float) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Pair(bind=tcp_endpoint) as place:
        address = str(place.endpoint)
    with zmq4.Pair(connect=address, reconnect=backoff) as pair:
        for number in range(3):
            with zmq4.Pair(bind=address) as other:
                pair.send(b"%d" % number)
                assert other.recv(timeout=deadline).content == b"%d" % number
            eventually(lambda: pair.endpoint.state == "connecting")


def test_pair_without_a_peer_has_no_room(tcp_endpoint: str) -> None:
    with zmq4.Pair(bind=tcp_endpoint) as pair:
        assert not pair.try_send(b"x")


def test_pair_refuses_other_types(tcp_endpoint: str) -> None:
    with zmq4.Pair(bind=tcp_endpoint) as pair, zmq4.Dealer(connect=pair.endpoint) as dealer:
        eventually(lambda: "PAIR" in (dealer.endpoint.failure or ""))
        assert pair.peers() == []
