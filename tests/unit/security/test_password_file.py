"""A file of hashed passwords."""

import logging
from pathlib import Path

import pytest

import zmq4
from zmq4 import Applicant, PasswordFile, Verdict, _native


def of(username: str, password: str) -> Applicant:
    return Applicant("127.0.0.1", "PLAIN", "", username, password)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "passwords"
    PasswordFile.set_password(path, "alice", "hunter2")
    return path


def test_right_password_lets_in_under_the_name(path: Path) -> None:
    file = PasswordFile(path)

    assert file(of("alice", "hunter2")) == Verdict(user_id="alice")
    assert file(of("alice", "hunter3")) == Verdict(400)
    assert file(of("bob", "hunter2")) == Verdict(400)
    assert file(Applicant("127.0.0.1", "NULL")) == Verdict(400)


def test_file_has_hashes_alone_and_is_for_its_owner(path: Path) -> None:
    text = path.read_text()

    assert "hunter2" not in text
    assert text.startswith("alice:$argon2id$v=19$")
    assert path.stat().st_mode & 0o777 == 0o600


def test_password_is_changed_and_users_are_removed(path: Path) -> None:
    path.write_text("# whom we know\n" + path.read_text())
    path.chmod(0o640)
    file = PasswordFile(path)

    PasswordFile.set_password(path, "bob", "swordfish")
    PasswordFile.set_password(path, "alice", "changed")
    assert file(of("bob", "swordfish")).status == 200
    assert file(of("alice", "hunter2")).status == 400
    assert file(of("alice", "changed")).status == 200

    assert PasswordFile.remove(path, "bob")
    assert not PasswordFile.remove(path, "bob")
    assert file(of("bob", "swordfish")).status == 400
    assert path.read_text().startswith("# whom we know\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_password_of_any_octets_is_verified(path: Path) -> None:
    octets = b"\xff\xfe"
    path.write_text(f"odd:{_native.hash_password(octets)}\n")

    assert PasswordFile(path)(of("odd", octets.decode(errors="surrogateescape"))).status == 200


def test_malformed_line_is_logged_once_by_its_number_and_skipped(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "zmq4")
    path.write_text(path.read_text() + "bob:plaintext\nno colon\n:$argon2id$\n")
    file = PasswordFile(path)

    assert file(of("alice", "hunter2")).status == 200
    assert file(of("bob", "plaintext")).status == 400

    assert len(caplog.records) == 1
    assert caplog.text.rstrip().endswith("2, 3, 4")
    assert "plaintext" not in caplog.text


@pytest.mark.parametrize("username", ["", "a:b", "#a", "a\nb", " a", "x" * 256])
def test_name_that_no_line_can_have_is_refused(path: Path, username: str) -> None:
    with pytest.raises(zmq4.OptionError, match=r"user name|at most 255"):
        PasswordFile.set_password(path, username, "x")


def test_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PasswordFile(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        PasswordFile.remove(tmp_path / "nothing", "alice")


def test_unknown_name_is_hashed_like_any_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: list[str] = []

    def verify(_password: bytes, phc: str) -> bool:
        hashes.append(phc)
        return True

    file = PasswordFile(path)
    monkeypatch.setattr(_native, "verify_password", verify)

    assert file(of("nobody", "x")) == Verdict(400)
    assert len(hashes) == 1
    assert hashes[0].startswith("$argon2id$")


def test_files_are_equal_by_their_paths(path: Path) -> None:
    assert PasswordFile(path) == PasswordFile(str(path))
    assert len({PasswordFile(path), PasswordFile(path)}) == 1
    assert repr(PasswordFile(path)) == f"PasswordFile({str(path)!r})"
