"""Options of tcp: what the system says of our sockets."""

import socket
import struct

import pytest

import zmq4
from faces.system import option_of, tcp_sockets

SO_BUSY_POLL = 46
"""Linux's number, which Python does not name."""


def connected(push: zmq4.Push, pull: zmq4.Pull, deadline: float) -> int:
    """Wait for the connection of two sockets; return the port that it goes to."""
    push.endpoint.ready(deadline)
    pull.endpoint.ready(deadline)
    return pull.endpoint.port or 0


def test_backlog_is_the_listeners(tcp_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, backlog=7) as pull,
        tcp_sockets(local=pull.endpoint.port or 0) as (listener,),
    ):
        told = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)

        # Of a listener, the eighth word of Linux's tcp_info is the length of its queue.
        assert struct.unpack("8I", told)[7] == 7


def test_keepalive_is_the_connections(tcp_endpoint: str, deadline: float) -> None:
    keepalive = zmq4.TcpKeepalive(idle=20, interval=5, count=4)
    with (
        zmq4.Pull(bind=tcp_endpoint, tcp_keepalive=None) as pull,
        zmq4.Push(connect=pull.endpoint, tcp_keepalive=keepalive) as push,
    ):
        port = connected(push, pull, deadline)

        def told(option: int) -> int:
            return option_of(socket.IPPROTO_TCP, option, remote=port)

        assert option_of(socket.SOL_SOCKET, socket.SO_KEEPALIVE, remote=port) == 1
        assert told(socket.TCP_KEEPIDLE) == 20
        assert told(socket.TCP_KEEPINTVL) == 5
        assert told(socket.TCP_KEEPCNT) == 4
        with tcp_sockets(local=port) as ends:
            assert [each.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) for each in ends] == [
                0,
                0,
            ]


def is_allowed(option: int, value: int | bytes) -> bool:
    """Tell whether the system lets this process set an option of sockets."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, option, value)
        except PermissionError:
            return False
        return True


def test_service_is_that_of_both_ends(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, tos=0x28) as pull,
        zmq4.Push(connect=pull.endpoint, tos=0x50) as push,
    ):
        port = connected(push, pull, deadline)

        assert option_of(socket.IPPROTO_IP, socket.IP_TOS, remote=port) == 0x50
        with tcp_sockets(local=port) as ends:
            told = [each.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) for each in ends]
        assert told == [0x28, 0x28]  # the listener, and what it accepted


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_service_is_that_of_ipv6_too(deadline: float) -> None:
    with (
        zmq4.Pull(bind="tcp://[::1]:0", tos=0x28) as pull,
        zmq4.Push(connect=pull.endpoint, tos=0x50) as push,
    ):
        port = connected(push, pull, deadline)

        assert option_of(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, remote=port) == 0x50
        with tcp_sockets(local=port) as ends:
            told = [each.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) for each in ends]
        assert told == [0x28, 0x28]


def test_priority_is_that_of_both_ends(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, priority=3, tos=0x28) as pull,
        zmq4.Push(connect=pull.endpoint, priority=5) as push,
    ):
        port = connected(push, pull, deadline)

        assert option_of(socket.SOL_SOCKET, socket.SO_PRIORITY, remote=port) == 5
        with tcp_sockets(local=port) as ends:
            told = [each.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY) for each in ends]
        assert told == [3, 3]


def test_device_holds_a_listener(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind_to_device="lo") as pull, zmq4.Push() as push:
        if not is_allowed(socket.SO_BINDTODEVICE, b"lo"):
            with pytest.raises(zmq4.EndpointError, match=r'bind_to_device="lo" needs a privilege'):
                pull.bind(tcp_endpoint)
            return
        pull.bind(tcp_endpoint)
        push.connect(pull.endpoint)
        port = connected(push, pull, deadline)

        with tcp_sockets(local=port) as ends:
            told = [each.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16) for each in ends]
        assert told == [b"lo\0", b"lo\0"]


def test_device_that_is_not_there_is_told(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind_to_device="eth99") as pull,
        zmq4.Push(bind_to_device="eth99", reconnect=None, linger=0) as push,
    ):
        with pytest.raises(zmq4.EndpointError, match='bind_to_device="eth99"') as raised:
            pull.bind(tcp_endpoint)
        assert raised.value.code in ("ENODEV", "EPERM")

        push.connect("tcp://127.0.0.1:9")
        with pytest.raises(zmq4.NoPeers, match='bind_to_device="eth99"'):
            push.endpoint.ready(deadline)


def test_polling_of_the_device_is_the_connections(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(busy_poll=0.00005, linger=0) as push:
        push.reconnect = None
        push.connect(pull.endpoint)
        if not is_allowed(SO_BUSY_POLL, 50):
            with pytest.raises(zmq4.NoPeers, match=r"busy_poll=0\.00005 needs a privilege"):
                push.endpoint.ready(deadline)
            return
        port = connected(push, pull, deadline)

        assert option_of(socket.SOL_SOCKET, SO_BUSY_POLL, remote=port) == 50
