"""`zmq4 passwd`: a user's password into a file."""

import io
from pathlib import Path

import pytest

import zmq4
from zmq4.cli.command_line import main
from zmq4.cli.exit_code import ExitCode


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "passwords"


def set_password(path: Path, user: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["passwd", str(path), user])


def status(path: Path, user: str, password: str) -> int:
    applicant = zmq4.Applicant("", "PLAIN", "", user, password)
    return zmq4.PasswordFile(path)(applicant).status


def test_password_is_read_from_standard_input(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set_password(path, "alice", "hunter2\n", monkeypatch) == ExitCode.OK

    assert status(path, "alice", "hunter2") == 200
    assert status(path, "alice", "hunter2\n") == 400
    assert "hunter2" not in path.read_text()


def test_user_is_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_password(path, "alice", "hunter2\n", monkeypatch)

    assert main(["passwd", "--remove", str(path), "alice"]) == ExitCode.OK
    assert main(["passwd", "--remove", str(path), "alice"]) == ExitCode.FAILURE
    assert status(path, "alice", "hunter2") == 400


def test_no_password_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set_password(path, "alice", "\n", monkeypatch) == ExitCode.USAGE
    assert not path.exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("again", "code"), [("b", ExitCode.OK), ("c", ExitCode.USAGE)])
def test_terminal_is_asked_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch, again: str, code: ExitCode
) -> None:
    answers = ["b", again]
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _: answers.pop(0))

    assert main(["passwd", str(path), "alice"]) == code


def test_name_that_cannot_be_is_a_failure(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_password(path, "a:b", "x\n", monkeypatch) == ExitCode.FAILURE
    assert "user name" in capsys.readouterr().err
