"""Addresses that cannot be: what is wrong is told at once, and what to do about it."""

import pytest

import zmq4

WRONG = {
    "": "no transport in front, as in tcp://",
    "127.0.0.1:5555": "no transport in front, as in tcp://",
    "udp://127.0.0.1:5555": 'transport "udp" is not supported; use tcp, ipc or inproc',
    "pgm://eth0;224.0.0.1:5555": "use tcp, ipc or inproc",
    "tcp://": "has a port, as in tcp://host:5555",
    "tcp://127.0.0.1": "has a port, as in tcp://host:5555",
    "tcp://:5555": "the host is missing",
    "tcp://127.0.0.1:": "a port is a number from 0 to 65535",
    "tcp://127.0.0.1:65536": "a port is a number from 0 to 65535",
    "tcp://127.0.0.1:-1": "a port is a number from 0 to 65535",
    "tcp://127.0.0.1:5555abc": "a port is a number from 0 to 65535",
    "tcp://127.0.0.1:http": "a port is a number from 0 to 65535",
    "tcp://[::1:5555": "brackets",
    "tcp://a b:5555": "no spaces",
    "tcp://;127.0.0.1:5555": "has a port, as in tcp://host:5555",
    "tcp://127.0.0.1;127.0.0.1:5555": "has a port, as in tcp://host:5555",
    "tcp://127.0.0.1:1;127.0.0.1:2;127.0.0.1:3": "one source at most",
    "ipc://": "the path is missing",
    "ipc://@": "the path is missing",
    "ipc://" + "x" * 108: "at most 107 octets",
    "ipc://a\0b": "no NUL",
    "inproc://": "1 to 255 octets",
    "inproc://" + "x" * 256: "1 to 255 octets",
}
RESOLVER = pytest.mark.leaks_allowed("the thread that looks names up stays for ten seconds")
CONNECT_ONLY = {
    "tcp://127.0.0.1:1;127.0.0.1:2": "a source (what stands before ;) is for connecting"
}
BIND_ONLY = {
    "tcp://*:5555": "a wildcard can be bound but not connected to",
    "ipc://*": "a wildcard can be bound but not connected to",
    "tcp://127.0.0.1:0": "port 0 can be bound but not connected to",
    "tcp://127.0.0.1:*": "port 0 can be bound but not connected to",
}


@pytest.mark.parametrize("address", WRONG, ids=lambda address: address[:30] or "empty")
def test_wrong_address_is_told_at_once_and_why(address: str) -> None:
    with zmq4.Pull() as pull:
        for call in (pull.bind, pull.connect):
            with pytest.raises(zmq4.InvalidEndpoint) as raised:
                call(address)

            assert WRONG[address] in str(raised.value)
            assert (raised.value.endpoint, raised.value.socket) == (address, "Pull")
            assert raised.value.code == "EINVAL"
            assert isinstance(raised.value, ValueError)
        assert pull.endpoints == []


@pytest.mark.parametrize("address", BIND_ONLY)
def test_address_that_can_only_be_bound_says_so(address: str) -> None:
    with zmq4.Pull() as pull, pytest.raises(zmq4.InvalidEndpoint) as raised:
        pull.connect(address)

    assert BIND_ONLY[address] in str(raised.value)


@pytest.mark.parametrize("address", CONNECT_ONLY)
def test_address_that_can_only_be_connected_to_says_so(address: str) -> None:
    with zmq4.Pull() as pull, pytest.raises(zmq4.InvalidEndpoint) as raised:
        pull.bind(address)

    assert CONNECT_ONLY[address] in str(raised.value)


def test_one_wrong_address_of_several_leaves_no_socket_behind(tcp_endpoint: str) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as probe:
        free = str(probe.endpoint)

    with pytest.raises(zmq4.InvalidEndpoint):
        zmq4.Pull(bind=[free, "tcp://nonsense"])

    with zmq4.Pull(bind=free):
        pass


@RESOLVER
def test_unknown_host_is_no_error_of_connect() -> None:
    with zmq4.Push(
        connect="tcp://no-such-host.invalid:5555", reconnect=zmq4.Backoff(0.01), linger=0
    ) as push:
        push.send(b"x")
        with pytest.raises(zmq4.Timeout, match=r"tcp://no-such-host.invalid:5555: "):
            push.endpoint.ready(timeout=0)
        assert push.endpoint.state == "connecting"


@RESOLVER
def test_unknown_host_is_told_by_the_endpoint(deadline: float) -> None:
    push = zmq4.Push(connect="tcp://no-such-host.invalid:5555", reconnect=None, linger=0)
    with push, pytest.raises(zmq4.NoPeers, match=r"no-such-host.invalid.*(name|lookup)"):
        push.endpoint.ready(deadline)


def test_unknown_host_is_an_error_of_bind() -> None:
    with (
        zmq4.Pull() as pull,
        pytest.raises(zmq4.EndpointError, match="is no interface of this machine") as raised,
    ):
        pull.bind("tcp://no-such-host.invalid:5555")

    assert "no-such-host.invalid" in str(raised.value)
    assert raised.value.code == "ENODEV"


def test_address_of_another_machine_is_an_error_of_bind() -> None:
    with (
        zmq4.Pull() as pull,
        pytest.raises(zmq4.EndpointError, match=r"tcp://192\.0\.2\.1:5555") as raised,
    ):
        pull.bind("tcp://192.0.2.1:5555")

    assert raised.value.code == "EADDRNOTAVAIL"
    assert isinstance(raised.value, OSError)


def test_address_in_use_names_the_address(endpoint: str) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Pull() as other:
        with pytest.raises(zmq4.AddressInUse, match="close it or choose another") as raised:
            other.bind(pull.endpoint)

        assert raised.value.endpoint == str(pull.endpoint)
        assert raised.value.code == "EADDRINUSE"
        assert isinstance(raised.value, OSError)
        assert other.endpoints == []


def test_context_without_io_threads_says_what_still_works(tcp_endpoint: str) -> None:
    with (
        zmq4.Context(io_threads=0) as context,
        zmq4.Pull(context=context, bind="inproc://alone") as pull,
        pytest.raises(zmq4.InvalidEndpoint, match="no I/O threads, so only inproc works"),
    ):
        pull.bind(tcp_endpoint)
