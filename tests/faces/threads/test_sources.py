"""Sources and interfaces: which address either end of a connection has."""

import socket

import pytest

import zmq4


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port: int = reserved.getsockname()[1]
        return port


def test_connection_comes_from_its_source(tcp_endpoint: str, deadline: float) -> None:
    source = f"127.0.0.2:{free_port()}"
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push() as push:
        place = push.connect(f"tcp://{source};127.0.0.1:{pull.endpoint.port}")
        push.send(b"x")

        message = pull.recv(timeout=deadline)
        assert message.peer is not None
        assert message.peer.address == f"tcp://{source}"
        assert place.port == pull.endpoint.port
        assert str(place) == f"tcp://{source};127.0.0.1:{pull.endpoint.port}"


def test_one_source_port_serves_two_destinations(deadline: float) -> None:
    source = f"127.0.0.1:{free_port()}"
    with (
        zmq4.Pull(bind=["tcp://127.0.0.1:0", "tcp://127.0.0.1:0"]) as pull,
        zmq4.Push() as push,
    ):
        for each in pull.endpoints:
            push.connect(f"tcp://{source};127.0.0.1:{each.port}").ready(deadline)

        for each in pull.endpoints:
            each.ready(deadline)
            assert [peer.address for peer in each.peers] == [f"tcp://{source}"]


@pytest.mark.parametrize("source", ["127.0.0.2:0", "127.0.0.2:*", "[127.0.0.2]:0"])
def test_endpoint_with_a_source_is_disconnected_by_its_address(
    source: str, tcp_endpoint: str
) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push() as push:
        address = f"tcp://{source};127.0.0.1:{pull.endpoint.port}"
        push.connect(address)

        push.disconnect(address)

        assert push.endpoints == []


def test_source_that_is_not_ours_is_told_by_the_endpoint(deadline: float) -> None:
    with (
        zmq4.Push(connect="tcp://192.0.2.1:0;127.0.0.1:9", reconnect=None, linger=0) as push,
        pytest.raises(zmq4.NoPeers, match=r"the source 192\.0\.2\.1:0 cannot be had"),
    ):
        push.endpoint.ready(deadline)


def test_interface_is_bound_by_its_name(deadline: float) -> None:
    with (
        zmq4.Pull(bind="tcp://lo:*") as pull,
        zmq4.Push(connect=f"tcp://lo:0;127.0.0.1:{pull.endpoint.port}") as push,
    ):
        push.send(b"x")

        assert str(pull.endpoint) == f"tcp://127.0.0.1:{pull.endpoint.port}"
        assert pull.recv(timeout=deadline).content == b"x"


def test_unknown_interface_is_an_error_of_bind() -> None:
    with (
        zmq4.Pull() as pull,
        pytest.raises(
            zmq4.EndpointError, match='"eth99" is no interface of this machine'
        ) as raised,
    ):
        pull.bind("tcp://eth99:5555")

    assert raised.value.code == "ENODEV"
