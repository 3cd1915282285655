"""`zmq4 mdp`: broker, worker, call and ls, as programs and as their words say."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4.cli.command_line import main
from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp.frames import print_frames
from zmq4.cli.mdp.ls import render
from zmq4.cli.mdp.worker import Command, CommandError
from zmq4.majordomo import Broker, Worker

PATIENCE = ["--timeout", f"{DEADLINE}s"]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start programs; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **settings: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "zmq4", "mdp", *words]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **settings))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        with process:
            pass


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker("tcp://127.0.0.1:0") as broker:
        yield broker


@pytest.fixture
def echo(broker: Broker) -> Iterator[str]:
    """Have a service `echo`; give the broker's address."""
    with Worker(broker.endpoint, "echo", lambda request: request) as worker:
        worker.ready(DEADLINE)
        yield str(broker.endpoint)


def line_of(process: "subprocess.Popen[str]") -> str:
    """Return the next line that a program says."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_three_programs_answer_a_request(start: Start) -> None:
    broker = start("broker", "tcp://127.0.0.1:0")
    address = line_of(broker).removeprefix("broker at ")
    start("worker", address, "shout", "--exec", "tr a-z A-Z")

    call = start("call", address, "shout", "anybody?", *PATIENCE, "--retries", "3")

    assert line_of(call) == "ANYBODY?"
    assert call.wait(DEADLINE) == ExitCode.OK


def test_broker_that_is_told_to_end_finishes_what_workers_are_at(
    start: Start, tmp_path: Path
) -> None:
    program = start("broker", "tcp://127.0.0.1:0")
    address = line_of(program).removeprefix("broker at ")
    gate = tmp_path / "gate"
    began, ends = tmp_path / "began", tmp_path / "ends"
    gate.mkdir()
    for name in (began, ends):
        subprocess.run(["mkfifo", str(name)], check=True)
    worker = start("worker", address, "slow", "--exec", f"echo > {began}; cat {ends}")
    call = start("call", address, "slow", "x", *PATIENCE)
    began.read_text()

    program.send_signal(signal.SIGTERM)
    ends.write_text("finished")

    assert line_of(call) == "finished"
    assert program.wait(DEADLINE) == ExitCode.OK
    assert worker.poll() is None


def test_worker_that_is_told_to_end_finishes_what_it_is_at(
    broker: Broker, start: Start, tmp_path: Path
) -> None:
    address = str(broker.endpoint)
    began, ends = tmp_path / "began", tmp_path / "ends"
    for name in (began, ends):
        subprocess.run(["mkfifo", str(name)], check=True)
    worker = start("worker", address, "slow", "--exec", f"echo > {began}; cat {ends}")
    call = start("call", address, "slow", "x", *PATIENCE)
    began.read_text()

    worker.send_signal(signal.SIGTERM)
    ends.write_text("finished")

    assert line_of(call) == "finished"
    assert worker.wait(DEADLINE) == ExitCode.OK


@pytest.mark.parametrize("words", [["broker", "tcp://127.0.0.1:0"]])
def test_ctrl_c_ends_at_once(start: Start, words: list[str]) -> None:
    program = start(*words)
    line_of(program)

    program.send_signal(signal.SIGINT)

    assert program.wait(DEADLINE) == ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("how", "printed"),
    [
        ("text", "a\nb\n"),
        ("hex", "61\n62\n"),
        ("json", '["a", "b"]\n'),
        ("raw", "ab"),
    ],
)
def test_reply_is_printed_in_several_ways(
    echo: str, capsys: pytest.CaptureFixture[str], how: str, printed: str
) -> None:
    assert main(["mdp", "call", echo, "echo", "a", "b", "--format", how, *PATIENCE]) is ExitCode.OK
    assert capsys.readouterr().out == printed


def test_what_is_no_text_is_base64_in_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_frames([b"\xff", b"a"], "json")
    print_frames([b"\xff\n"], "raw")

    assert capfdbinary.readouterr().out == b'[{"b64": "/w=="}, "a"]\n\xff\n'


def test_request_without_a_body_is_standard_input(echo: str) -> None:
    command = [sys.executable, "-m", "zmq4", "mdp", "call", echo, "echo", "--format", "raw"]

    done = subprocess.run(
        command, input=b"\xffbytes", capture_output=True, timeout=DEADLINE, check=True
    )

    assert done.stdout == b"\xffbytes"


def test_parts_are_printed_when_they_come(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    with Worker(broker.endpoint, "count", lambda _request: iter([b"1", b"2", b"3"])):
        words = ["mdp", "call", str(broker.endpoint), "count", "x", "--stream", *PATIENCE]
        assert main([*words, "--format", "json"]) is ExitCode.OK

    assert capsys.readouterr().out == '["1"]\n["2"]\n["3"]\n'


def test_exit_code_says_that_no_reply_came(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["mdp", "call", str(broker.endpoint), "nobody", "x", "--timeout", "100ms"]

    assert main(words) == ExitCode.TIMEOUT
    assert "'nobody'" in capsys.readouterr().err


def test_exit_code_says_that_there_is_no_broker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["mdp", "call", f"ipc://{tmp_path}/nobody", "echo", "x", "--timeout", "100ms"]

    assert main(words) == ExitCode.TIMEOUT
    assert "there is no broker" in capsys.readouterr().err


def test_address_that_cannot_be_used_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mdp", "broker", "tcp://nowhere"]) == ExitCode.ADDRESS
    assert "tcp://nowhere" in capsys.readouterr().err


def test_list_tells_workers_and_queues(echo: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["mdp", "call", echo, "echo", "x", *PATIENCE])
    capsys.readouterr()

    assert main(["mdp", "ls", echo, *PATIENCE]) is ExitCode.OK
    headings, row = capsys.readouterr().out.splitlines()
    assert headings.split()[:5] == ["service", "idle", "busy", "queued", "oldest"]
    assert row.split() == ["echo", "1", "0", "0", "0.0s", "1", "1", "0", "0"]

    assert main(["mdp", "ls", echo, "--json", *PATIENCE]) is ExitCode.OK
    assert json.loads(capsys.readouterr().out)["services"]["echo"]["replied"] == 1


def test_named_services_are_served_or_not(echo: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mdp", "ls", echo, "echo", *PATIENCE]) is ExitCode.OK
    assert main(["mdp", "ls", echo, "echo", "none", "--json", *PATIENCE]) is ExitCode.FAILURE

    assert capsys.readouterr().out == 'echo: served\n{"echo": true, "none": false}\n'


def test_broker_of_others_is_told_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    with Broker("tcp://127.0.0.1:0") as broker:
        broker._machine._management._topics.clear()
        assert main(["mdp", "ls", str(broker.endpoint), *PATIENCE]) == ExitCode.MISMATCH

    assert "does not list its services" in capsys.readouterr().err


def test_table_has_thousands_and_no_service_is_no_row() -> None:
    service = dict.fromkeys(("idle", "busy", "queued", "received", "replied", "redispatched"), 1000)
    drawn = render({"a": {**service, "oldest": 1.25, "dropped": {"expired": 2, "forbidden": 1}}})

    assert drawn.splitlines()[1].split()[1:] == [
        *["1,000"] * 3,
        "1.2s",
        *["1,000"] * 3,
        "3",
    ]
    assert len(render({}).splitlines()) == 1


def test_command_is_given_frames_and_gives_them_back() -> None:
    assert Command("cat")(zmq4.Message(b"a", b"b")) == (b"ab",)
    assert Command("rev", lines=True)(zmq4.Message(b"ab", b"cd")) == [b"ba", b"dc"]
    assert Command("true", lines=True)(zmq4.Message(b"ab")) == [b""]


def test_command_that_fails_or_takes_too_long_gives_no_reply() -> None:
    with pytest.raises(CommandError, match="exit code 3"):
        Command("exit 3")(zmq4.Message(b""))
    with pytest.raises(CommandError, match="took over"):
        Command("sleep 1000 | cat", limit=0.1)(zmq4.Message(b""))


def test_command_that_does_not_read_is_no_failure() -> None:
    assert Command("echo done")(zmq4.Message(bytes(1 << 20))) == (b"done\n",)


def test_everything_is_encrypted_where_certificates_are_named(
    tmp_path: Path, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    server, ours = tmp_path / "server.cert", tmp_path / "ours.cert"
    zmq4.KeyPair.generate().save(server)
    keys = zmq4.KeyPair.generate()
    keys.save(ours)
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    zmq4.Certificate(keys.public).save(allowed / "ours.cert")

    program = start("broker", "tcp://127.0.0.1:0", "--cert", str(server), "--allow", str(allowed))
    address = line_of(program).removeprefix("broker at ")
    ask = ["mdp", "ls", address, "echo", "--json", "--server-cert", str(server)]

    assert main([*ask, "--cert", str(ours), *PATIENCE]) == ExitCode.FAILURE
    assert capsys.readouterr().out == '{"echo": false}\n'
    assert main([*ask, "--timeout", "500ms"]) != ExitCode.OK


def test_name_and_password_let_in(
    tmp_path: Path, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    zmq4.PasswordFile.set_password(tmp_path / "users", "ada", "secret")
    (tmp_path / "right").write_text("secret\n")
    (tmp_path / "wrong").write_text("guess\n")
    program = start("broker", f"ipc://{tmp_path}/b", "--passwords", str(tmp_path / "users"))
    address = line_of(program).removeprefix("broker at ")
    ask = ["mdp", "ls", address, "echo", "--json", "--plain-user", "ada", "--plain-password-file"]

    assert main([*ask, str(tmp_path / "right"), *PATIENCE]) == ExitCode.FAILURE
    assert capsys.readouterr().out == '{"echo": false}\n'
    assert main([*ask, str(tmp_path / "wrong"), "--timeout", "500ms"]) != ExitCode.OK


@pytest.mark.parametrize(
    "words",
    [
        ["broker"],
        ["broker", "tcp://127.0.0.1:0", "--cert", "x"],
        ["broker", "tcp://127.0.0.1:0", "--cert", "x", "--allow", "any", "--passwords", "y"],
        ["worker", "tcp://127.0.0.1:1", "echo"],
        ["worker", "tcp://127.0.0.1:1", "a\nb", "--exec", "cat"],
        ["worker", "tcp://127.0.0.1:1", "echo", "--exec", "cat", "--concurrency", "0"],
        ["call", "tcp://127.0.0.1:1", "a\nb", "x"],
        ["call", "tcp://127.0.0.1:1", "echo", "x", "--retries", "-1"],
        ["call", "tcp://127.0.0.1:1", "echo", "x", "--cert", "x"],
        ["ls", "tcp://127.0.0.1:1", "--plain-user", "ada"],
        ["ls", "tcp://127.0.0.1:1", "--plain-user", "ada", "--server-cert", "x"],
        ["dance"],
        [],
    ],
)
def test_words_that_make_no_sense_are_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["mdp", *words])

    assert ended.value.code == ExitCode.USAGE
    assert re.search("usage: zmq4 mdp", capsys.readouterr().err)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from zmq4.cli import main\n"
        "try: main(['mdp', 'call', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit('imported' if 'zmq4.majordomo' in sys.modules else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=DEADLINE, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
