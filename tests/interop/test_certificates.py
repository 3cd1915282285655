"""Certificates that czmq and pyzmq write are read, and those of ours are read by them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from zmq4 import Certificate, CertificateError, KeyPair

SOURCE = Path(__file__).parent / "peers/czmq/zcert.c"
NOBODY = "0" * 40
"""What czmq has for the secret key of a certificate that has none: zeros, in Z85."""


class Told(NamedTuple):
    """What a program says of a certificate."""

    public: str
    secret: str
    name: str


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Build the program over czmq, once it is known to be there."""
    made: list[Path] = []

    def compiled() -> Path:
        if not made:
            program = tmp_path_factory.mktemp("czmq") / "zcert"
            flags = subprocess.run(
                ["pkg-config", "--cflags", "--libs", "libczmq"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
            subprocess.run(["cc", "-o", program, SOURCE, *flags], check=True)
            made.append(program)
        return made[0]

    return compiled


@pytest.fixture
def czmq(
    require_peer: Callable[[str, bool], None], build: Callable[[], Path]
) -> Callable[[str, Path], Told]:
    """Run the program over czmq."""
    require_peer("libczmq-dev", has_czmq())
    program = build()

    def run(order: str, path: Path) -> Told:
        done = subprocess.run(
            [program, order, path], capture_output=True, text=True, check=True, timeout=60
        )
        return Told(*done.stdout.split("\n")[:3])

    return run


def has_czmq() -> bool:
    """Tell whether czmq can be built against."""
    if shutil.which("pkg-config") is None or shutil.which("cc") is None:
        return False
    return subprocess.run(["pkg-config", "--exists", "libczmq"], check=False).returncode == 0


def test_pair_that_czmq_saved_is_loaded(czmq: Callable[[str, Path], Told], tmp_path: Path) -> None:
    told = czmq("save", tmp_path / "theirs.cert")

    keys = KeyPair.load(tmp_path / "theirs.cert")
    certificate = Certificate.load_public(tmp_path / "theirs.cert")

    assert (keys.public_z85, keys.secret_z85) == (told.public, told.secret)
    assert certificate.public == keys.public
    assert certificate.metadata["name"] == "made by czmq"


def test_pair_of_ours_is_loaded_by_czmq(czmq: Callable[[str, Path], Told], tmp_path: Path) -> None:
    keys = KeyPair.generate()
    keys.save(tmp_path / "ours.cert", {"name": "made by zmq4"})

    told = czmq("load", tmp_path / "ours.cert")

    assert told == (keys.public_z85, keys.secret_z85, "made by zmq4")


def test_public_certificate_of_ours_is_loaded_by_czmq(
    czmq: Callable[[str, Path], Told], tmp_path: Path
) -> None:
    keys = KeyPair.generate()
    Certificate(keys.public, metadata={"name": "public"}).save(tmp_path / "ours.cert")

    told = czmq("load", tmp_path / "ours.cert")

    assert told == (keys.public_z85, NOBODY, "public")


@pytest.mark.requires_peer("python:zmq")
def test_pair_that_pyzmq_made_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys, zmq.auth; zmq.auth.create_certificates(sys.argv[1], 'theirs', {'name': 'x'})"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)

    secret = tmp_path / "theirs.key_secret"
    with pytest.raises(CertificateError, match="chmod 600"):
        KeyPair.load(secret)  # it leaves them for all to read
    secret.chmod(0o600)
    keys = KeyPair.load(secret)

    assert pyzmq_loads(tmp_path / "theirs.key_secret") == [keys.public_z85, keys.secret_z85]
    assert Certificate.load_public(tmp_path / "theirs.key").public == keys.public


@pytest.mark.requires_peer("python:zmq")
def test_pair_of_ours_is_loaded_by_pyzmq(tmp_path: Path) -> None:
    keys = KeyPair.generate()
    keys.save(tmp_path / "ours.key", {"name": "made by zmq4"})

    assert pyzmq_loads(tmp_path / "ours.key") == [keys.public_z85]
    assert pyzmq_loads(tmp_path / "ours.key_secret") == [keys.public_z85, keys.secret_z85]


def pyzmq_loads(path: Path) -> list[str]:
    """Return the keys of a certificate, as pyzmq reads them."""
    program = (
        "import sys, zmq.auth\n"
        "for key in zmq.auth.load_certificate(sys.argv[1]):\n"
        "    if key is not None: print(key.decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()
