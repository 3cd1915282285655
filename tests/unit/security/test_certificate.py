"""Certificates: files that czmq and pyzmq read and write."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import zmq4
from zmq4 import Certificate, CertificateError, KeyPair

KEYS = KeyPair.generate()

CZMQ = """\
#   ****  Generated on 2026-01-02 03:04:05 by CZMQ  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    name = "Alice"
    email = "alice@example.org"
curve
    public-key = "{public}"
    secret-key = "{secret}"
"""
PYZMQ = """\
#   ****  Generated on 2026-01-02 03:04:05.678901 by pyzmq  ****
#   ZeroMQ CURVE **Secret** Certificate

metadata
    name = Alice
    email = alice@example.org
curve
    public-key = "{public}"
    secret-key = "{secret}"
"""


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """Take the rights of others away from new files as most systems do."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_pair_is_saved_and_loaded_by_either_name(tmp_path: Path) -> None:
    path = tmp_path / "me.cert"

    KEYS.save(path)

    assert KeyPair.load(path) == KeyPair.load(f"{path}_secret") == KEYS
    assert KeyPair.load(path).secret == KEYS.secret


def test_secret_is_for_its_owner_alone_and_not_in_the_public_file(tmp_path: Path) -> None:
    path = tmp_path / "me.cert"

    KEYS.save(path)

    assert mode(path) == 0o644
    assert mode(tmp_path / "me.cert_secret") == 0o600
    assert KEYS.secret_z85 not in path.read_text()
    assert KEYS.public_z85 in path.read_text()


@pytest.mark.parametrize("taken", ["me.cert", "me.cert_secret"])
def test_nothing_is_overwritten_and_nothing_is_left_behind(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")

    with pytest.raises(FileExistsError):
        KEYS.save(tmp_path / "me.cert")

    assert (tmp_path / taken).read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == [taken]


def test_link_is_not_followed_when_a_secret_is_written(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "me.cert_secret").symlink_to(elsewhere)

    with pytest.raises(FileExistsError):
        KEYS.save(tmp_path / "me.cert")

    assert not elsewhere.exists()


def test_metadata_is_kept(tmp_path: Path) -> None:
    metadata = {"name": "Alice = 'x' # y", "email": 'a "b"', "X-Group": "é"}

    KEYS.save(tmp_path / "me.cert", metadata)

    assert Certificate.load(tmp_path / "me.cert").metadata == metadata
    assert Certificate.load_public(tmp_path / "me.cert").metadata == metadata


def test_metadata_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(zmq4.OptionError, match=r"^metadata: "):
        KEYS.save(tmp_path / "me.cert", {"name": "a\nb"})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [CZMQ, PYZMQ], ids=["czmq", "pyzmq"])
def test_files_of_others_are_read(tmp_path: Path, text: str) -> None:
    written = text.format(public=KEYS.public_z85, secret=KEYS.secret_z85)
    path = private(tmp_path / "me.key_secret", written)

    certificate = Certificate.load(path)

    assert certificate.keys == KEYS
    assert certificate.metadata == {"name": "Alice", "email": "alice@example.org"}


@pytest.mark.requires_peer("python:zmq")
def test_certificates_are_exchanged_with_pyzmq(tmp_path: Path) -> None:
    import zmq.auth

    _, secret = zmq.auth.create_certificates(tmp_path, "theirs", {"name": "Alice"})
    Path(secret).chmod(0o600)
    public_z85, secret_z85 = zmq.auth.load_certificate(secret)
    assert secret_z85
    theirs = Certificate.load(tmp_path / "theirs.key")
    assert theirs.public_z85.encode() == public_z85
    assert theirs.secret_keys.secret_z85.encode() == secret_z85
    assert theirs.metadata == {"name": "Alice"}

    KEYS.save(tmp_path / "ours.key")
    loaded = zmq.auth.load_certificate(tmp_path / "ours.key_secret")
    assert loaded == (KEYS.public_z85.encode(), KEYS.secret_z85.encode())
    assert KEYS.public_z85.encode() in zmq.auth.load_certificates(tmp_path)


def test_public_key_follows_from_the_secret_one(tmp_path: Path) -> None:
    path = private(tmp_path / "me", f"curve\n    secret-key = '{KEYS.secret_z85}'\n")

    assert KeyPair.load(path) == KEYS


def test_public_certificate_has_no_pair(tmp_path: Path) -> None:
    Certificate(KEYS.public).save(tmp_path / "me.cert")

    assert [each.name for each in tmp_path.iterdir()] == ["me.cert"]
    assert Certificate.load(tmp_path / "me.cert").keys is None
    with pytest.raises(CertificateError, match="no secret key"):
        KeyPair.load(tmp_path / "me.cert")


def test_secret_that_others_may_read_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    KEYS.save(tmp_path / "me.cert")
    (tmp_path / "me.cert_secret").chmod(0o640)

    with pytest.raises(CertificateError, match=r"others may read .* chmod 600"):
        KeyPair.load(tmp_path / "me.cert")
    assert Certificate.load_public(tmp_path / "me.cert").public == KEYS.public


@pytest.mark.parametrize(
    "text",
    [
        "",
        "curve\n",
        "curve\n    public-key = 'short'\n",
        f"curve\n    public-key = '{'0' * 40}'\n",
        "{\n",
        f"curve\n    public-key = '{KEYS.public_z85}'\n    secret-key = 'x'\n",
        CZMQ.format(public=KeyPair.generate().public_z85, secret=KEYS.secret_z85),
    ],
)
def test_what_is_no_certificate_is_refused_without_its_secret(tmp_path: Path, text: str) -> None:
    path = private(tmp_path / "me", text)

    with pytest.raises(CertificateError, match="is no certificate") as raised:
        Certificate.load(path)
    assert str(path) in str(raised.value)
    assert KEYS.secret_z85 not in str(raised.value)


def test_large_and_binary_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"#" * (1 << 21))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    with pytest.raises(CertificateError, match="larger"):
        Certificate.load(tmp_path / "large")
    with pytest.raises(CertificateError, match="no text"):
        Certificate.load(tmp_path / "binary")


def test_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        KeyPair.load(tmp_path / "nobody.cert")


def test_keys_of_a_certificate_belong_together() -> None:
    with pytest.raises(zmq4.OptionError, match="not that of its keys"):
        Certificate(KeyPair.generate().public, keys=KEYS)
