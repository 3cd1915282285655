"""Options of tcp: what the system says of our sockets."""

import socket
import struct

import zmq4
from faces.system import option_of, tcp_sockets


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


def test_user_timeout_is_the_connections(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint) as pull,
        zmq4.Push(connect=pull.endpoint, tcp_user_timeout=7.5) as push,
    ):
        port = connected(push, pull, deadline)

        assert option_of(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, remote=port) == 7500
