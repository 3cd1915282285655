"""`zmq4 cert`: what is in a certificate, a copy of it, and whether it is sound."""

from collections.abc import Callable
from pathlib import Path

import pytest

import zmq4
from zmq4.cli.command_line import main
from zmq4.cli.exit_code import ExitCode

KEYS = zmq4.KeyPair.generate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a certificate of both keys."""
    KEYS.save(tmp_path / "me.cert", {"name": "Alice"})
    return tmp_path / "me.cert"


def test_show_prints_everything_but_the_secret(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (path, f"{path}_secret"):
        assert main(["cert", "show", str(name)]) == ExitCode.OK

        said = capsys.readouterr().out
        assert KEYS.public_z85 in said
        assert KEYS.hex in said
        assert "name = Alice" in said
        assert KEYS.secret_z85 not in said
        assert KEYS.secret_hex not in said


def test_convert_copies_both_files_under_another_name(path: Path) -> None:
    target = path.with_name("copy.key")

    assert main(["cert", "convert", str(path), str(target)]) == ExitCode.OK

    copy = zmq4.Certificate.load(target)
    assert copy.secret_keys == KEYS
    assert copy.metadata == {"name": "Alice"}


def test_convert_leaves_the_secret_where_it_is_if_told(path: Path) -> None:
    target = path.with_name("copy.cert")
    words = ["cert", "convert", f"{path}_secret", str(target), "--public-only"]

    assert main(words) == ExitCode.OK

    assert zmq4.Certificate.load(target) == zmq4.Certificate(
        KEYS.public, metadata={"name": "Alice"}
    )


def test_convert_overwrites_nothing(path: Path) -> None:
    before = path.read_text()

    assert main(["cert", "convert", f"{path}_secret", str(path)]) == ExitCode.FAILURE

    assert path.read_text() == before


@pytest.mark.requires_peer("python:zmq")
def test_convert_makes_what_pyzmq_reads(path: Path) -> None:
    import zmq.auth

    target = path.with_name("copy.key")
    assert main(["cert", "convert", str(path), str(target)]) == ExitCode.OK

    both = (KEYS.public_z85.encode(), KEYS.secret_z85.encode())
    assert zmq.auth.load_certificate(f"{target}_secret") == both


def test_verify_finds_nothing_wrong_with_a_new_certificate(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (path, f"{path}_secret"):
        assert main(["cert", "verify", str(name)]) == ExitCode.OK
        assert "is sound" in capsys.readouterr().out


def swap_public(path: Path) -> None:
    text = path.read_text().replace(KEYS.public_z85, zmq4.KeyPair.generate().public_z85)
    path.write_text(text)


def swap_secret(path: Path) -> None:
    secret = path.with_name(path.name + "_secret")
    secret.write_text(
        secret.read_text().replace(KEYS.secret_z85, zmq4.KeyPair.generate().secret_z85)
    )


def open_secret(path: Path) -> None:
    path.with_name(path.name + "_secret").chmod(0o644)


def open_public(path: Path) -> None:
    path.chmod(0o666)


def break_public(path: Path) -> None:
    path.write_text("nothing of the kind")


def remove_both(path: Path) -> None:
    path.unlink()
    path.with_name(path.name + "_secret").unlink()


def take_secret_out(path: Path) -> None:
    secret = path.with_name(path.name + "_secret")
    secret.write_text(path.read_text())


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (swap_public, "different public keys"),
        (swap_secret, "not that of its keys"),
        (open_secret, "chmod 600"),
        (open_public, "chmod go-w"),
        (break_public, "is no certificate"),
        (remove_both, "is not there"),
        (take_secret_out, "has no secret key"),
    ],
)
def test_verify_says_what_is_wrong(
    path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None], said: str
) -> None:
    harm(path)

    assert main(["cert", "verify", str(path)]) == ExitCode.FAILURE

    out = capsys.readouterr().out
    assert said in out
    assert KEYS.secret_z85 not in out


@pytest.mark.parametrize("action", ["show", "convert"])
def test_what_is_no_certificate_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    (tmp_path / "x").write_text("nothing")
    words = [str(tmp_path / "y")] if action == "convert" else []

    assert main(["cert", action, str(tmp_path / "x"), *words]) == ExitCode.FAILURE
    assert "is no certificate" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["show"], ["convert", "x"], ["burn", "x"]])
def test_other_words_are_a_usage_error(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cert", *words])
    assert ended.value.code == ExitCode.USAGE
