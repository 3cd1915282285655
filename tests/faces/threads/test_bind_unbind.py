"""Binding, unbinding, connecting, disconnecting: in any order, and again."""

import pytest

import zmq4
from faces.patience import eventually


def test_unbound_address_can_be_bound_at_once(endpoint: str) -> None:
    with zmq4.Pull() as pull:
        address = str(pull.bind(endpoint))
        for _ in range(20):
            pull.unbind(address)
            with zmq4.Pull(bind=address) as other:
                other.unbind(other.endpoint)
            pull.bind(address)


def test_address_of_a_closed_socket_can_be_bound_at_once(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull:
        address = str(pull.endpoint)
    for number in range(20):
        with zmq4.Pull(bind=address) as pull, zmq4.Push(connect=address) as push:
            push.send(b"%d" % number)
            assert pull.recv(timeout=deadline).content == b"%d" % number


def test_unbind_ends_listening_and_connections(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint) as pull,
        zmq4.Push(connect=pull.endpoint, reconnect=zmq4.Backoff(0.01), linger=0) as push,
    ):
        push.endpoint.ready(deadline)

        pull.endpoint.close()

        eventually(lambda: "refused" in (push.endpoint.failure or ""))
        assert pull.endpoints == []
        assert pull.peers() == []


def test_unbinding_one_address_leaves_the_others(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=["tcp://127.0.0.1:0", endpoint]) as pull:
        gone, kept = pull.endpoints
        with zmq4.Push(connect=kept) as push:
            push.endpoint.ready(deadline)
            pull.unbind(gone)
            push.send(b"x")

            assert pull.recv(timeout=deadline).content == b"x"
            assert [str(each) for each in pull.endpoints] == [str(kept)]


def test_disconnect_ends_one_connection_and_leaves_the_others(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=endpoint) as first,
        zmq4.Pull(bind="tcp://127.0.0.1:0") as second,
        zmq4.Push(connect=[first.endpoint, second.endpoint]) as push,
    ):
        for each in push.endpoints:
            each.ready(deadline)

        push.disconnect(first.endpoint)
        push.send_many([b"1", b"2"])

        assert [second.recv(timeout=deadline).content for _ in range(2)] == [b"1", b"2"]
        assert first.try_recv() is None
        eventually(lambda: first.peers() == [])


def test_disconnected_address_can_be_connected_again(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push() as push:
        for number in range(10):
            line = push.connect(pull.endpoint)
            push.send(b"%d" % number)
            assert pull.recv(timeout=deadline).content == b"%d" % number
            push.disconnect(line)
            assert line.state == "closed"


def test_what_was_sent_before_a_disconnect_arrives(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint, linger=10) as push:
        push.send_many([b"%d" % number for number in range(500)])
        push.disconnect(pull.endpoint)

        arrived = [pull.recv(timeout=deadline).content for _ in range(500)]

    assert arrived == [b"%d" % number for number in range(500)]


def test_disconnect_drops_what_came_in_and_was_not_read(endpoint: str, deadline: float) -> None:
    with zmq4.Push(bind=endpoint) as push, zmq4.Pull(connect=push.endpoint) as pull:
        push.send_many([b"1", b"2", b"3"])
        assert pull.recv(timeout=deadline).content == b"1"

        pull.disconnect(push.endpoint)

        assert pull.try_recv() is None


def test_endpoint_closes_as_often_as_told(endpoint: str) -> None:
    with zmq4.Pull(bind=endpoint) as pull:
        place = pull.endpoint
        for _ in range(3):
            place.close()

        assert place.state == "closed"
        assert repr(place) == f"<Endpoint {place} closed>"


def test_only_what_is_bound_is_unbound(tcp_endpoint: str, inproc_endpoint: str) -> None:
    with zmq4.Dealer(bind=tcp_endpoint, connect=inproc_endpoint) as dealer:
        bound = dealer.endpoints[0]
        with pytest.raises(zmq4.InvalidEndpoint, match=f"but bound to {bound}"):
            dealer.unbind(inproc_endpoint)
        with pytest.raises(zmq4.InvalidEndpoint, match=f"but connecting to {inproc_endpoint}"):
            dealer.disconnect(str(bound))
        with pytest.raises(zmq4.InvalidEndpoint):
            dealer.unbind(tcp_endpoint)  # the wildcard it was given, not the port it got

        dealer.unbind(str(bound))
        dealer.disconnect(inproc_endpoint)
        assert dealer.endpoints == []


def test_socket_lives_on_without_endpoints(endpoint: str, deadline: float) -> None:
    with zmq4.Pull() as pull, zmq4.Push() as push:
        assert not push.try_send(b"nobody there")
        pull.bind(endpoint)
        push.connect(pull.endpoint)
        push.send(b"x")
        assert pull.recv(timeout=deadline).content == b"x"


def test_hundred_sockets_bind_and_close(tcp_endpoint: str) -> None:
    pulls = [zmq4.Pull(bind=tcp_endpoint) for _ in range(100)]

    assert len({pull.endpoint.port for pull in pulls}) == 100

    for pull in pulls:
        pull.close()
