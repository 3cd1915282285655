"""A directory of certificates: who is in it, as of now."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from zmq4 import Applicant, Certificate, CertificateDirectory, KeyPair, Verdict

ALICE, BOB = KeyPair.generate(), KeyPair.generate()
REFUSED = Verdict(400)


def of(keys: KeyPair) -> Applicant:
    return Applicant("127.0.0.1", "CURVE", public_key=keys.public)


def add(folder: Path, name: str, keys: KeyPair, metadata: Mapping[str, str] | None = None) -> Path:
    Certificate(keys.public, metadata=metadata or {}).save(folder / name)
    return folder / name


def age(path: Path) -> None:
    """Make a file look as if nobody had changed it for a while."""
    about = path.stat()
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns - 60_000_000_000))


def test_whoever_has_a_certificate_is_let_in_as_its_key(tmp_path: Path) -> None:
    add(tmp_path, "alice.cert", ALICE, {"name": "Alice", "a/b": "no name of a property"})
    directory = CertificateDirectory(tmp_path)

    verdict = directory(of(ALICE))

    assert verdict == Verdict(user_id=ALICE.public_z85, metadata={"name": "Alice"})
    assert directory(of(BOB)) == REFUSED
    assert directory(Applicant("127.0.0.1", "NULL")) == REFUSED


def test_changes_count_at_once(tmp_path: Path) -> None:
    path = add(tmp_path, "one.cert", ALICE)
    directory = CertificateDirectory(tmp_path)
    assert directory(of(ALICE)).status == 200

    path.write_text(path.read_text().replace(ALICE.public_z85, BOB.public_z85))
    assert (directory(of(ALICE)).status, directory(of(BOB)).status) == (400, 200)

    path.unlink()
    assert directory(of(BOB)) == REFUSED

    add(tmp_path, "two.cert", ALICE)
    assert directory(of(ALICE)).status == 200


def test_settled_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    age(add(tmp_path, "alice.cert", ALICE))
    directory = CertificateDirectory(tmp_path)
    assert directory(of(ALICE)).status == 200

    monkeypatch.setattr(Certificate, "load_public", None)

    assert directory(of(ALICE)).status == 200


def test_settled_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = add(tmp_path, "one.cert", ALICE)
    age(path)
    directory = CertificateDirectory(tmp_path)
    assert directory(of(ALICE)).status == 200

    path.write_text(path.read_text().replace(ALICE.public_z85, BOB.public_z85))

    assert directory(of(ALICE)) == REFUSED


def test_secret_hidden_and_backup_files_do_not_count(tmp_path: Path) -> None:
    for name in ("me.cert_secret", ".me.cert", "me.cert~"):
        add(tmp_path, name, ALICE)
    (tmp_path / "folder").mkdir()

    assert CertificateDirectory(tmp_path)(of(ALICE)) == REFUSED


def test_malformed_file_is_logged_once_and_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "zmq4")
    add(tmp_path, "alice.cert", ALICE)
    (tmp_path / "bad.cert").write_text("not a certificate")
    directory = CertificateDirectory(tmp_path)

    assert directory(of(ALICE)).status == 200
    assert directory(of(BOB)) == REFUSED

    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "certificate skipped"
    ]
    assert "bad.cert" in caplog.text


def test_directory_that_is_gone_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    directory = CertificateDirectory(folder)
    folder.rmdir()

    with pytest.raises(FileNotFoundError):
        directory(of(ALICE))


def test_directories_are_equal_by_their_paths(tmp_path: Path) -> None:
    assert CertificateDirectory(tmp_path) == CertificateDirectory(str(tmp_path))
    assert len({CertificateDirectory(tmp_path), CertificateDirectory(tmp_path)}) == 1
    assert repr(CertificateDirectory(tmp_path)) == f"CertificateDirectory({str(tmp_path)!r})"
