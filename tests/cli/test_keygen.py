"""`zmq4 keygen`: a key pair in two files."""

from pathlib import Path

import pytest

import zmq4
from zmq4.cli.command_line import main
from zmq4.cli.exit_code import ExitCode


def test_pair_is_made_and_only_the_public_key_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "me.cert"

    assert main(["keygen", str(path)]) == ExitCode.OK

    keys = zmq4.KeyPair.load(path)
    assert capsys.readouterr().out == f"{keys.public_z85}\n"
    assert (tmp_path / "me.cert_secret").stat().st_mode & 0o777 == 0o600


def test_metadata_is_written(tmp_path: Path) -> None:
    path = str(tmp_path / "me.cert")

    words = ["keygen", path, "--metadata", "name=Alice", "--metadata", "mail=a=b"]
    assert main(words) == ExitCode.OK

    assert zmq4.Certificate.load(path).metadata == {"name": "Alice", "mail": "a=b"}


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "me.cert"
    assert main(["keygen", str(path)]) == ExitCode.OK
    before = path.read_text()

    assert main(["keygen", str(path)]) == ExitCode.FAILURE

    assert path.read_text() == before
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["me", "--metadata", "name"], ["me", "--metadata", "=x"]])
def test_other_words_are_a_usage_error(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["keygen", *words])
    assert ended.value.code == ExitCode.USAGE


def test_metadata_that_cannot_be_written_is_a_failure_and_no_file(tmp_path: Path) -> None:
    words = ["keygen", str(tmp_path / "me"), "--metadata", "a b=c"]

    assert main(words) == ExitCode.FAILURE

    assert list(tmp_path.iterdir()) == []
