"""Socket files in a folder that others can write to: nobody's is taken, and ours is for us alone."""

import fcntl
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import zmq4
from fixtures.children import Children

RequirePeer = Callable[[str, bool], None]

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file that is not there yet."""
    return tmp_path / "s"


def is_served(path: Path, deadline: float) -> bool:
    """Tell whether a socket can be bound to ``path`` and be reached there."""
    with zmq4.Pull(bind=f"ipc://{path}") as pull, zmq4.Push(connect=f"ipc://{path}") as push:
        push.send(b"x", timeout=deadline)
        return pull.recv(timeout=deadline).content == b"x"


def leave_stale(path: Path) -> None:
    """Leave a socket file that nobody listens on, as a process that was killed does."""
    with socket.socket(socket.AF_UNIX) as raw:
        raw.bind(str(path))


@pytest.fixture
def _wide_open() -> Iterator[None]:
    """Let new files be open to everybody, unless who makes them says otherwise."""
    former = os.umask(0)
    yield
    os.umask(former)


@pytest.mark.usefixtures("_wide_open")
def test_file_is_its_owners_alone_whatever_the_mask_says(path: Path, tmp_path: Path) -> None:
    with zmq4.Pull(bind=f"ipc://{path}"), zmq4.Pull(bind="ipc://*") as anywhere:
        made = Path(anywhere.endpoint.address.removeprefix("ipc://"))

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700

    assert not made.parent.exists()
    assert [*tmp_path.iterdir()] == []


def test_other_users_cannot_connect(
    path: Path, children: Children, require_peer: RequirePeer
) -> None:
    require_peer("the right to act as another user", os.geteuid() == 0)
    for folder in list(path.parents)[:-1]:
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o711)

    with zmq4.Pull(bind=f"ipc://{path}"):
        told = children.run(
            f"""
            import os, socket, sys
            os.setgid({NOBODY})
            os.setuid({NOBODY})
            try:
                socket.socket(socket.AF_UNIX).connect(sys.argv[1])
            except PermissionError:
                print("refused")
            """,
            str(path),
        )

    assert told == "refused\n"


def test_file_that_a_dead_process_left_is_replaced(path: Path, deadline: float) -> None:
    leave_stale(path)

    assert is_served(path, deadline)
    assert not path.exists()


OCCUPANTS: dict[str, Callable[[Path], object]] = {
    "file": lambda path: path.write_text("precious"),
    "folder": lambda path: path.mkdir(),
    "pipe": lambda path: os.mkfifo(path),
    "symlink_to_nothing": lambda path: path.symlink_to(path.with_name("nothing")),
    "symlink_to_a_file": lambda path: (
        path.with_name("other").write_text("precious"),
        path.symlink_to(path.with_name("other")),
    ),
    "symlink_to_a_stale_socket": lambda path: (
        leave_stale(path.with_name("other")),
        path.symlink_to(path.with_name("other")),
    ),
}


@pytest.mark.parametrize("occupant", OCCUPANTS)
def test_what_is_no_stale_socket_is_left_alone(path: Path, occupant: str) -> None:
    OCCUPANTS[occupant](path)
    before = {each: each.lstat() for each in path.parent.iterdir()}

    with pytest.raises(zmq4.AddressInUse):
        zmq4.Pull(bind=f"ipc://{path}")

    after = {each: each.lstat() for each in path.parent.iterdir()}
    assert after.keys() == before.keys()
    assert [each.st_ino for each in after.values()] == [each.st_ino for each in before.values()]


def test_stale_socket_of_another_user_is_left_alone(path: Path, require_peer: RequirePeer) -> None:
    require_peer("the right to act as another user", os.geteuid() == 0)
    leave_stale(path)
    os.chown(path, NOBODY, NOBODY)

    with pytest.raises(zmq4.AddressInUse):
        zmq4.Pull(bind=f"ipc://{path}")

    assert path.stat().st_uid == NOBODY


def test_listener_that_is_too_busy_to_answer_is_not_taken_for_dead(path: Path) -> None:
    with ExitStack() as ends:
        listener = ends.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(path))
        listener.listen(0)
        with pytest.raises(BlockingIOError):
            for _ in range(100):
                raw = ends.enter_context(socket.socket(socket.AF_UNIX))
                raw.setblocking(False)  # noqa: FBT003 (its only argument)
                raw.connect(str(path))

        with pytest.raises(zmq4.AddressInUse):
            zmq4.Pull(bind=f"ipc://{path}")

        assert path.is_socket()


def test_file_that_took_the_place_of_ours_is_not_removed(path: Path) -> None:
    with zmq4.Pull(bind=f"ipc://{path}"):
        path.unlink()
        path.write_text("theirs")

    assert path.read_text() == "theirs"


def test_stranger_who_locks_the_folder_keeps_nobody_from_binding(
    path: Path, deadline: float
) -> None:
    leave_stale(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)

        assert is_served(path, deadline)
    finally:
        os.close(folder)


RACER = """
import mmap, os, socket, sys
import zmq4

# Both write into one page how far they are, and wait for the other by looking: nothing is faster.
me, folder, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with open(os.path.join(folder, "page"), "r+b") as file:
    page = mmap.mmap(file.fileno(), 16)

def meet(step):
    page[8 * me : 8 * me + 8] = step.to_bytes(8, "little")
    while int.from_bytes(page[8 * (1 - me) : 8 * (1 - me) + 8], "little") < step:
        os.sched_yield()

wins = []
with zmq4.Context() as context:
    for turn in range(rounds):
        path = os.path.join(folder, "s")
        if me == 0:
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(path)
        meet(5 * turn + 1)
        pull = zmq4.Pull(context=context)
        try:
            pull.bind("ipc://" + path)
            wins.append(turn)
        except zmq4.AddressInUse:
            pass
        meet(5 * turn + 2)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)  # whoever has it can be reached
        meet(5 * turn + 3)
        pull.close()
        meet(5 * turn + 4)
        assert not os.path.exists(path)
        meet(5 * turn + 5)
print(*wins)
"""


def race(children: Children, folder: Path, rounds: int) -> list[list[int]]:
    """Have two processes bind a stale path at once, again and again; return who won which turns."""
    folder.joinpath("page").write_bytes(bytes(16))
    racers = [
        children.start(RACER, str(number), str(folder), str(rounds), deadline=20 + rounds / 10)
        for number in range(2)
    ]
    wins = []
    for racer in racers:
        output, errors = racer.communicate()
        assert (racer.returncode, errors) == (0, "")
        wins.append([int(turn) for turn in output.split()])
    return wins


def test_of_two_processes_that_replace_a_stale_socket_one_has_it(
    children: Children, tmp_path: Path
) -> None:
    one, other = race(children, tmp_path, 200)

    assert sorted(one + other) == [*range(200)]
