"""Addresses of ipc: wildcards, abstract names, binding again, and the longest."""

import os
import stat
from pathlib import Path

import pytest

import zmq4
from faces.patience import eventually


def speaks(pull: zmq4.Pull, deadline: float) -> bool:
    """Send a message to a socket, and receive it."""
    with zmq4.Push(connect=pull.endpoint) as push:
        push.send(b"x")
        return pull.recv_bytes(timeout=deadline) == b"x"


def test_rule_52_wildcard_makes_an_address_that_can_be_connected_to(deadline: float) -> None:
    with zmq4.Pull(bind=["ipc://*", "ipc://*"]) as pull:
        first, second = (Path(str(each).removeprefix("ipc://")) for each in pull.endpoints)

        assert first != second
        assert stat.S_ISSOCK(first.stat().st_mode)
        assert speaks(pull, deadline)
    eventually(lambda: not first.exists() and not second.exists())


@pytest.mark.parametrize("name", ["plain", "with space", "ünïcode", "x" * 90])
def test_rule_52_abstract_name_is_a_name_and_no_file(
    name: str, deadline: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    address = f"ipc://@{os.getpid()}-{name}"
    with zmq4.Pull(bind=address) as pull:
        assert str(pull.endpoint) == address
        assert speaks(pull, deadline)

    assert [*tmp_path.iterdir()] == []
    with zmq4.Pull(bind=address) as again:
        assert speaks(again, deadline)


def test_rule_52_path_can_be_bound_again(ipc_endpoint: str, deadline: float) -> None:
    with zmq4.Pull() as pull:
        for _ in range(10):
            pull.bind(ipc_endpoint)
            assert speaks(pull, deadline)
            pull.unbind(ipc_endpoint)


def test_rule_52_path_that_somebody_has_is_not_taken_from_them(
    ipc_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=ipc_endpoint) as pull:
        with zmq4.Pull() as thief, pytest.raises(zmq4.AddressInUse):
            thief.bind(ipc_endpoint)

        assert speaks(pull, deadline)


def test_rule_52_file_that_a_crash_left_is_replaced(ipc_endpoint: str, deadline: float) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(ipc_endpoint.removeprefix("ipc://"))

    with zmq4.Pull(bind=ipc_endpoint) as pull:
        assert speaks(pull, deadline)


@pytest.mark.parametrize("length", [106, 107])
def test_rule_52_longest_path_is_107_octets(
    length: int, deadline: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with zmq4.Pull(bind="ipc://" + "x" * length) as pull:
        assert speaks(pull, deadline)


@pytest.mark.parametrize("length", [108, 300, 5000])
def test_rule_52_path_that_is_too_long_is_told_at_once(length: int) -> None:
    address = "ipc://" + "x" * length
    with zmq4.Pull() as pull, pytest.raises(zmq4.InvalidEndpoint, match="107"):
        pull.bind(address)
    with zmq4.Push() as push, pytest.raises(zmq4.InvalidEndpoint, match="107"):
        push.connect(address)
