"""ipc: paths that only their owner may open, abstract names, wildcards, and what is left behind."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

import zmq4
from faces.patience import eventually

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's own")


def speaks(pull: zmq4.Pull) -> bool:
    with zmq4.Push(connect=pull.endpoint) as push:
        push.send(b"x")
        return pull.recv(timeout=10).content == b"x"


def test_socket_file_is_for_its_owner_alone(ipc_endpoint: str) -> None:
    path = Path(ipc_endpoint.removeprefix("ipc://"))

    former = os.umask(0)
    try:
        with zmq4.Pull(bind=ipc_endpoint):
            status = path.lstat()
    finally:
        os.umask(former)

    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600


def test_socket_file_goes_with_its_socket(ipc_endpoint: str) -> None:
    path = Path(ipc_endpoint.removeprefix("ipc://"))

    with zmq4.Pull(bind=ipc_endpoint):
        assert path.exists()

    eventually(lambda: not path.exists())


def test_socket_file_goes_with_its_endpoint(ipc_endpoint: str) -> None:
    path = Path(ipc_endpoint.removeprefix("ipc://"))

    with zmq4.Pull(bind=ipc_endpoint) as pull:
        pull.unbind(ipc_endpoint)
        eventually(lambda: not path.exists())


def test_relative_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with zmq4.Pull(bind="ipc://relative") as pull:
        assert (tmp_path / "relative").is_socket()
        assert speaks(pull)


def test_stale_file_is_replaced(ipc_endpoint: str) -> None:
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(ipc_endpoint.removeprefix("ipc://"))

    with zmq4.Pull(bind=ipc_endpoint) as pull:
        assert speaks(pull)


def test_live_socket_of_ours_is_not_robbed(ipc_endpoint: str) -> None:
    with zmq4.Pull(bind=ipc_endpoint) as pull:
        with zmq4.Pull() as robber, pytest.raises(zmq4.AddressInUse):
            robber.bind(ipc_endpoint)
        assert speaks(pull)


def test_live_socket_of_another_program_is_not_robbed(ipc_endpoint: str) -> None:
    path = ipc_endpoint.removeprefix("ipc://")
    with socket.socket(socket.AF_UNIX) as owner:
        owner.bind(path)
        owner.listen()
        with zmq4.Pull() as robber, pytest.raises(zmq4.AddressInUse):
            robber.bind(ipc_endpoint)
        assert Path(path).is_socket()


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_socket_is_left_alone(ipc_endpoint: str, kind: str) -> None:
    path = Path(ipc_endpoint.removeprefix("ipc://"))
    match kind:
        case "file":
            path.write_text("precious")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("nowhere")

    with zmq4.Pull() as pull, pytest.raises((zmq4.AddressInUse, zmq4.EndpointError)):
        pull.bind(ipc_endpoint)

    assert path.is_symlink() or path.exists()
    if kind == "file":
        assert path.read_text() == "precious"


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    address = f"ipc://{tmp_path}/missing/s"

    with zmq4.Pull() as pull, pytest.raises(zmq4.EndpointError, match="missing/s") as raised:
        pull.bind(address)

    assert raised.value.code == "ENOENT"


def test_file_of_a_successor_is_left_alone(ipc_endpoint: str) -> None:
    path = Path(ipc_endpoint.removeprefix("ipc://"))
    with zmq4.Context() as context:
        first = zmq4.Pull(bind=ipc_endpoint, context=context)
        path.unlink()
        with zmq4.Pull(bind=ipc_endpoint) as successor:
            first.close()
            context.term(timeout=10)  # what the first had to clean up is cleaned up now

            assert path.is_socket()
            assert speaks(successor)


@LINUX
def test_abstract_name_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    address = f"ipc://@zmq4-test-{os.getpid()}"

    with zmq4.Pull(bind=address) as pull:
        assert str(pull.endpoint) == address
        assert speaks(pull)
        with zmq4.Pull() as other, pytest.raises(zmq4.AddressInUse):
            other.bind(address)

    assert [*tmp_path.iterdir()] == []


@LINUX
def test_abstract_name_is_free_again_after_close() -> None:
    address = f"ipc://@zmq4-test-again-{os.getpid()}"

    for _ in range(20):
        with zmq4.Pull(bind=address) as pull:
            assert speaks(pull)


def test_wildcard_makes_a_place_of_its_own() -> None:
    with zmq4.Pull(bind=["ipc://*", "ipc://*"]) as pull:
        one, other = (Path(str(each).removeprefix("ipc://")) for each in pull.endpoints)
        assert one != other
        assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700
        assert speaks(pull)

    eventually(lambda: not one.parent.exists() and not other.parent.exists())


def test_longest_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with zmq4.Pull(bind="ipc://" + "x" * 107) as pull:
        assert speaks(pull)


def test_peer_of_an_ipc_message_has_the_path_as_address(ipc_endpoint: str) -> None:
    with zmq4.Pull(bind=ipc_endpoint) as pull, zmq4.Push(connect=ipc_endpoint) as push:
        push.send(b"x")
        peer = pull.recv(timeout=10).peer

    assert peer
    assert peer.address == ipc_endpoint


def test_ipc_connects_before_the_file_is_there(ipc_endpoint: str, deadline: float) -> None:
    with zmq4.Push(connect=ipc_endpoint, reconnect=zmq4.Backoff(0.01, max=0.01)) as push:
        push.send(b"early")
        with zmq4.Pull(bind=ipc_endpoint) as pull:
            assert pull.recv(timeout=deadline).content == b"early"
