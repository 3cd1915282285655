"""Listening sockets that were made elsewhere, as a supervisor of services makes them."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import zmq4
from faces.patience import eventually


@pytest.fixture(params=["tcp", "ipc", "abstract"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Make a listening socket; give it with its address."""
    if request.param == "tcp":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener, f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        return
    name = f"{tmp_path}/s" if request.param == "ipc" else f"\0zmq4-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        yield listener, "ipc://" + name.replace("\0", "@")


def any_of(address: str) -> str:
    """Return an address of the same transport that names no place."""
    return "tcp://*:*" if address.startswith("tcp") else "ipc://*"


def test_listening_socket_is_served(made: tuple[socket.socket, str], deadline: float) -> None:
    listener, address = made
    with zmq4.Pull(use_fd=listener.fileno()) as pull:
        pull.bind(any_of(address))
        listener.close()

        assert str(pull.endpoint) == address
        assert pull.use_fd is None
        with zmq4.Push(connect=address) as push:
            push.send(b"x")
            assert pull.recv(timeout=deadline).content == b"x"


def test_keyword_is_for_the_first_address_of_bind(deadline: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with zmq4.Pull(bind=["tcp://*:*"] * 2, use_fd=listener.fileno()) as pull:
            first, second = pull.endpoints

            assert first.port == port
            assert second.port != port
            for each in pull.endpoints:
                with zmq4.Push(connect=f"tcp://127.0.0.1:{each.port}") as push:
                    push.endpoint.ready(deadline)


def test_descriptor_stays_the_callers(made: tuple[socket.socket, str], deadline: float) -> None:
    listener, address = made
    for _ in range(2):
        with zmq4.Pull(use_fd=listener.fileno(), bind=any_of(address)) as pull:
            with zmq4.Push(connect=address, linger=0) as push:
                push.endpoint.ready(deadline)
                eventually(pull.peers)

    # Whoever made it may go on to listen.
    eventually(lambda: has_let_go(listener, address))


def has_let_go(listener: socket.socket, address: str) -> bool:
    """Tell whether a caller comes to us, and not to a socket that was closed a moment ago."""
    listener.settimeout(0.1)
    with zmq4.Push(connect=address, linger=0, reconnect=None):
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            return False
        caller.close()
    return True


def test_file_of_a_descriptor_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/s")
        listener.listen()
        with zmq4.Pull(use_fd=listener.fileno(), bind="ipc://*"):
            pass

    assert (tmp_path / "s").exists()


def test_what_is_no_listening_socket_is_refused(tcp_endpoint: str) -> None:
    with (
        socket.socket() as idle,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
        Path("/dev/null").open() as no_socket,
        zmq4.Pull() as pull,
    ):
        for fd, words, code in (
            (idle.fileno(), "is not a listening socket", "EADDRNOTAVAIL"),
            (datagrams.fileno(), "is not a listening socket", "EADDRNOTAVAIL"),
            (no_socket.fileno(), "", "ENOTSOCK"),
            (1 << 20, "", "EBADF"),
        ):
            pull.use_fd = fd
            with pytest.raises(zmq4.EndpointError, match=f"use_fd={fd}: .*{words}") as raised:
                pull.bind(tcp_endpoint)
            assert raised.value.code == code
            assert pull.endpoints == []


def test_socket_of_another_transport_is_refused(made: tuple[socket.socket, str]) -> None:
    listener, address = made
    other = "ipc://*" if address.startswith("tcp") else "tcp://*:*"

    with (
        zmq4.Pull(use_fd=listener.fileno()) as pull,
        pytest.raises(zmq4.EndpointError, match="is a socket of another transport"),
    ):
        pull.bind(other)
