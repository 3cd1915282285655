"""`zmq4 proxy`: a broker that runs until it is told to end."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4.cli.command_line import main
from zmq4.cli.exit_code import ExitCode

Start = Callable[..., tuple["subprocess.Popen[str]", str, str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start brokers; each says where it is, and none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> tuple["subprocess.Popen[str]", str, str]:
        command = [sys.executable, "-m", "zmq4", "proxy", *words]
        command += ["tcp://127.0.0.1:0", "tcp://127.0.0.1:0"]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout is not None
        said = re.fullmatch(r"\w+ between (\S+) and (\S+)\n", started[-1].stdout.readline())
        assert said
        return started[-1], said[1], said[2]

    yield begin
    for process in started:
        process.kill()
        with process:
            pass


def test_queue_takes_requests_to_workers(start: Start) -> None:
    _, front, back = start()

    with zmq4.Req(connect=front) as client, zmq4.Rep(connect=back) as worker:
        client.send(b"request")
        worker.recv(timeout=DEADLINE).reply(b"reply")

        assert client.recv(timeout=DEADLINE).content == b"reply"


def test_forwarder_takes_publications_to_subscribers(start: Start) -> None:
    _, front, back = start("--kind", "forwarder")

    with zmq4.Pub(connect=front) as pub, zmq4.Sub(connect=back, topics="a") as sub:
        pub.wait_for_subscribers(1, "a", timeout=DEADLINE)
        pub.send(b"a")

        assert sub.recv(timeout=DEADLINE).content == b"a"


def test_streamer_takes_work_to_workers(start: Start) -> None:
    _, front, back = start("--kind", "streamer")

    with zmq4.Push(connect=front) as push, zmq4.Pull(connect=back) as pull:
        push.send(b"work")

        assert pull.recv(timeout=DEADLINE).content == b"work"


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)],
)
def test_signal_ends_it(start: Start, number: signal.Signals, status: ExitCode) -> None:
    process, _, _ = start()

    process.send_signal(number)

    assert process.wait(DEADLINE) == status


def test_address_that_cannot_be_used_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["proxy", "tcp://nowhere", "tcp://127.0.0.1:0"]) == ExitCode.ADDRESS
    assert "tcp://nowhere" in capsys.readouterr().err
