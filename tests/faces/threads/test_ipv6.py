"""IPv6: literal addresses always, names and wildcards on demand."""

import socket

import pytest

import zmq4


@pytest.fixture(autouse=True)
def _ipv6() -> None:
    """Skip where the machine has no IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("the machine has no IPv6")


@pytest.mark.parametrize("host", ["[::1]", "::1"])
def test_literal_address_needs_no_option(host: str, deadline: float) -> None:
    with zmq4.Pull(bind=f"tcp://{host}:*") as pull, zmq4.Push(connect=pull.endpoint) as push:
        assert str(pull.endpoint) == f"tcp://[::1]:{pull.endpoint.port}"
        push.send(b"x")
        message = pull.recv(timeout=deadline)

    assert message.content == b"x"
    assert message.peer
    assert message.peer.address.startswith("tcp://[::1]:")


@pytest.mark.leaks_allowed("the thread that looks names up stays for ten seconds")
@pytest.mark.parametrize("host", ["[::1]", "127.0.0.1", "localhost"])
def test_wildcard_with_ipv6_serves_both_families(host: str, deadline: float) -> None:
    with zmq4.Pull(bind="tcp://*:*", ipv6=True) as pull:
        assert str(pull.endpoint) == f"tcp://[::]:{pull.endpoint.port}"
        with zmq4.Push(connect=f"tcp://{host}:{pull.endpoint.port}", ipv6=True) as push:
            push.send(b"x")
            assert pull.recv(timeout=deadline).content == b"x"


def test_wildcard_without_ipv6_does_not_serve_it() -> None:
    with zmq4.Pull(bind="tcp://*:*") as pull:
        address = f"tcp://[::1]:{pull.endpoint.port}"
        push = zmq4.Push(connect=address, reconnect=None, linger=0)
        with push, pytest.raises(zmq4.NoPeers, match="refused"):
            push.endpoint.ready(timeout=10)
