"""The door: help, usage errors, and what becomes of errors."""

import argparse
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4.cli import command_line
from zmq4.cli.command_line import Entry, main
from zmq4.cli.exit_code import ExitCode


@pytest.fixture
def errand(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A sub-command `errand` whose ``run`` the test may replace."""
    module = SimpleNamespace(configure=lambda _parser: None, run=lambda _arguments: ExitCode.OK)
    monkeypatch.setitem(sys.modules, "errand", module)
    monkeypatch.setattr(command_line, "COMMANDS", {"errand": Entry("errand", "go somewhere")})
    return module


def raising(error: BaseException) -> object:
    """Make a ``run`` that raises."""

    def run(_arguments: argparse.Namespace) -> ExitCode:
        raise error

    return run


@pytest.mark.parametrize("words", [[], ["no-such-command"], ["--no-such-option"]])
def test_wrong_words_are_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == ExitCode.USAGE
    assert "usage: zmq4" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(name in shown for name in command_line.COMMANDS)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    program = (
        "import sys; from zmq4.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'zmq4.cli.demo', 'zmq4.asyncio', 'multiprocessing'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=DEADLINE, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("error", "exit_code", "sentence"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
        (zmq4.Timeout("nobody came"), ExitCode.TIMEOUT, "nobody came"),
        (OSError("the disk is full"), ExitCode.FAILURE, "the disk is full"),
    ],
)
def test_error_becomes_one_line_and_an_exit_code(
    errand: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    exit_code: ExitCode,
    sentence: str,
) -> None:
    errand.run = raising(error)

    assert main(["errand"]) is exit_code
    assert capsys.readouterr().err == f"zmq4 errand: {sentence}\n"


def test_contradicting_arguments_are_a_usage_error_of_the_command(
    errand: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    errand.run = raising(argparse.ArgumentError(None, "not both"))

    with pytest.raises(SystemExit) as ended:
        main(["errand"])

    assert ended.value.code == ExitCode.USAGE
    assert "usage: zmq4 errand" in capsys.readouterr().err


def test_termination_leaves_blocks_in_order(errand: SimpleNamespace) -> None:
    handler_before = signal.getsignal(signal.SIGTERM)
    errand.run = lambda _arguments: signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        main(["errand"])

    assert ended.value.code == ExitCode.TERMINATED
    assert signal.getsignal(signal.SIGTERM) is handler_before
