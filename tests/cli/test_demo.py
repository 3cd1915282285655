"""`python -m zmq4 demo` from end to end, in processes of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.clock import DEADLINE
from zmq4.cli.demo.itinerary import STOPS
from zmq4.cli.demo.text import write_text
from zmq4.cli.exit_code import ExitCode

COMMAND = [sys.executable, "-m", "zmq4", "demo"]

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="finds processes through /proc"
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo on a large text, in a process group of its own; its sockets are about to start."""
    with subprocess.Popen(
        [*COMMAND, "--lines", "50000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("text: made from seed 4, 50,000 lines")
        assert process.stdout.readline().startswith("each stop:")
        yield process
        process.kill()


def living_members(group: int) -> list[int]:
    """The processes of a group that are neither gone nor waiting to be buried."""
    members: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _parent, its_group = stat.rpartition(")")[2].split()[:3]
        if int(its_group) == group and state not in {"Z", "X"}:
            members.append(int(entry.name))
    return members


def wait_until_gone(group: int) -> None:
    give_up = time.monotonic() + DEADLINE
    while members := living_members(group):
        assert time.monotonic() < give_up, f"still there: {members}"
        time.sleep(0.01)  # nobody is told when a grandchild ends


def wait_for_members(group: int, count: int) -> None:
    give_up = time.monotonic() + DEADLINE
    while len(living_members(group)) < count:
        assert time.monotonic() < give_up
        time.sleep(0.01)  # nobody is told when a grandchild starts


@pytest.mark.parametrize("workers", ["1", "4"])
def test_small_file_arrives_through_every_stop(tmp_path: Path, workers: str) -> None:
    text = tmp_path / "text"
    write_text(text, lines=1_000, seed=7)

    done = subprocess.run(
        [*COMMAND, str(text), "--workers", workers, "--timeout", f"{6 * DEADLINE}s"],
        capture_output=True,
        text=True,
        timeout=7 * DEADLINE,
        check=False,
    )

    assert done.returncode == ExitCode.OK, done.stderr
    assert "1,000 lines" in done.stdout
    assert done.stdout.count("each line exactly once") == len(STOPS)
    assert "threads" in done.stdout
    assert "asyncio" in done.stdout


def test_text_of_empty_lines_arrives(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"\n" * 300)

    done = subprocess.run(
        [*COMMAND, str(text)], capture_output=True, text=True, timeout=7 * DEADLINE, check=False
    )

    assert done.returncode == ExitCode.OK, done.stderr
    assert done.stdout.count("each line exactly once") == len(STOPS)


def test_demo_that_may_not_take_its_time_exits_with_3(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"a line\n")

    done = subprocess.run(
        [*COMMAND, str(text), "--timeout", "1ms"],
        capture_output=True,
        text=True,
        timeout=7 * DEADLINE,
        check=False,
    )

    assert done.returncode == ExitCode.TIMEOUT
    assert "the time allowed ran out; 1 of 1 lines had not arrived" in done.stderr
    assert "timed out" in done.stdout


@needs_proc
def test_interrupt_ends_every_process_without_a_traceback(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    os.killpg(demo.pid, signal.SIGINT)

    _, errors = demo.communicate(timeout=DEADLINE)

    assert (demo.returncode, errors) == (ExitCode.INTERRUPTED, "zmq4 demo: interrupted\n")
    wait_until_gone(demo.pid)
    assert list(tmp_path.iterdir()) == []


@needs_proc
def test_termination_ends_every_process_and_removes_the_text(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    demo.send_signal(signal.SIGTERM)

    _, errors = demo.communicate(timeout=DEADLINE)

    assert (demo.returncode, errors) == (ExitCode.TERMINATED, "")
    wait_until_gone(demo.pid)
    assert list(tmp_path.iterdir()) == []


@needs_proc
def test_no_child_outlives_a_killed_parent(demo: subprocess.Popen[str]) -> None:
    wait_for_members(demo.pid, count=1 + 5)

    demo.kill()
    demo.wait()

    wait_until_gone(demo.pid)
