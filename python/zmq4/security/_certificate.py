"""Certificates: keys in files, as czmq and pyzmq write and read them.

A certificate is two files: the public one, and with `_secret` behind its name the one for its
owner. czmq's are called `me.cert`, pyzmq's `me.key`; what is in them is the same.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zmq4 import _native
from zmq4.error import CertificateError, OptionError
from zmq4.security._keys import KeyPair, public_key
from zmq4.security._secretive import Secretive
from zmq4.security._zpl import Sections, read_zpl, write_zpl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike


@dataclass(frozen=True, slots=True)
class Certificate(Secretive):
    """Keys, and what is to be known of their owner.

    Args:
        public: The public key, 32 octets.
        keys: Both keys, where the secret one is there.
        metadata: What else is to be known, by name.

    Raises:
        OptionError: The public key is none, or not that of `keys`.
    """

    public: bytes
    _: KW_ONLY
    keys: KeyPair | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def __post_init__(self) -> None:
        """Check that the keys belong together."""
        object.__setattr__(self, "public", public_key(self.public, "public"))
        object.__setattr__(self, "metadata", dict(self.metadata))
        if self.keys is not None and self.keys.public != self.public:
            raise OptionError("the public key of a certificate is not that of its keys")

    @property
    def public_z85(self) -> str:
        """The public key as 40 characters of Z85."""
        return _native.z85_encode(self.public)

    @property
    def secret_keys(self) -> KeyPair:
        """Both keys.

        CertificateError if the secret one is not there.
        """
        if self.keys is None:
            raise CertificateError("the certificate has no secret key; load the file with _secret")
        return self.keys

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Certificate:
        """Read a certificate, the secret file of it if it is there.

        Args:
            path: The public file or the secret one.

        Raises:
            CertificateError: It is no certificate, or others may read the secret key in it.
            OSError: It cannot be read.
        """
        public, secret = Path(path), secret_path(path)
        with contextlib.suppress(FileNotFoundError):
            return _read(secret)
        return _read(public)

    @classmethod
    def load_public(cls, path: str | PathLike[str]) -> Certificate:
        """Read one file, and of it the public key and the metadata alone.

        Raises:
            CertificateError: It is no certificate.
            OSError: It cannot be read.
        """
        return _read(Path(path), needs_secret=False)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the public file, and the secret one if the secret key is there.

        Both are created, never overwritten; only the owner may read the secret one.

        Args:
            path: Where the public one is to be.

        Raises:
            FileExistsError: One of the files is there.
            OptionError: The metadata cannot be written down.
            OSError: One of the files cannot be written.
        """
        public = _text(_PUBLIC, self, {"public-key": self.public_z85})
        if self.keys is None:
            _create(Path(path), public, _OPEN)
            return
        both = {"public-key": self.keys.public_z85, "secret-key": self.keys.secret_z85}
        _create(secret_path(path), _text(_OWN, self, both), _CLOSED)
        try:
            _create(Path(path), public, _OPEN)
        except BaseException:
            secret_path(path).unlink()
            raise


def secret_path(path: str | PathLike[str]) -> Path:
    """Return where the secret file is; itself if the path is its."""
    text = os.fspath(path)
    return Path(text if text.endswith(_SUFFIX) else text + _SUFFIX)


def read_text(path: Path) -> tuple[str, os.stat_result]:
    """Read a small file, and what the system says of just that file.

    Raises:
        CertificateError: It is too large, or no text.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        octets = file.read(_LARGEST + 1)
        about = os.fstat(file.fileno())
    if len(octets) > _LARGEST:
        raise CertificateError(f"{path} is larger than {_LARGEST} octets: no such file is")
    try:
        return octets.decode(), about
    except UnicodeDecodeError:
        raise CertificateError(f"{path} is no text in UTF-8") from None


def _read(path: Path, *, needs_secret: bool = True) -> Certificate:
    text, about = read_text(path)
    try:
        sections = read_zpl(text)
        keys = _keys_of(sections) if needs_secret else None
        public = _public_of(sections, keys)
        made = Certificate(public, keys=keys, metadata=sections.get("metadata", {}))
    except ValueError as error:
        raise CertificateError(f"{path} is no certificate: {error}") from None
    if keys is not None and stat.S_IMODE(about.st_mode) & _OTHERS:
        text = f"others may read the secret key in {path}; run: chmod 600 {path}"
        raise CertificateError(text)
    return made


def _keys_of(sections: Sections) -> KeyPair | None:
    secret = sections.get("curve", {}).get("secret-key")
    return None if secret is None else KeyPair.from_secret(secret)


def _public_of(sections: Sections, keys: KeyPair | None) -> bytes:
    public = sections.get("curve", {}).get("public-key", keys.public_z85 if keys else None)
    if public is None:
        raise ValueError("no public-key in a section curve")
    return public_key(public, "public-key")


def _text(title: str, certificate: Certificate, curve: Mapping[str, str]) -> str:
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    sections = {"metadata": certificate.metadata, "curve": curve}
    try:
        return write_zpl(f"****  Generated on {now} by zmq4  ****\n{title}", sections)
    except ValueError as error:
        raise OptionError(f"metadata: {error}") from None


def _create(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet; nothing is left of it if that fails."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except BaseException:
        path.unlink()
        raise


_PUBLIC: Final = """\
ZeroMQ CURVE Public Certificate
Exchange securely, or use a secure mechanism to verify the contents
of this file after exchange. Store public certificates in your home
directory, in the .curve subdirectory."""
_OWN: Final = """\
ZeroMQ CURVE **Secret** Certificate
DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions."""
_SUFFIX: Final = "_secret"
_LARGEST: Final = 1 << 20
_OPEN: Final = 0o644
_CLOSED: Final = 0o600
_OTHERS: Final = 0o077
"""What the owner's group and everybody else may do with a file."""
