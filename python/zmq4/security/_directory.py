"""A directory of certificates: whoever has one there is let in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, final

from zmq4.error import CertificateError, OptionError
from zmq4.security._admission import Verdict
from zmq4.security._certificate import Certificate
from zmq4.security._reread import Reread, mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from zmq4.security._admission import Applicant
    from zmq4.security._reread import Mark


@final
class CertificateDirectory:
    """Lets in whoever's public certificate is in a directory, read again when it changes.

    It is what `CurveServer` makes of a path given as `allow=`. Every file counts but those for
    their owners (`_secret`), hidden ones and backups (`~`); what is no certificate is logged and
    skipped. The user id is the public key in Z85, the metadata that of the certificate.

    Args:
        path: The directory.

    Raises:
        OptionError: It is no directory.
    """

    __slots__ = ("_complained", "_files", "path")

    blocks: ClassVar[bool] = True
    """Whether it waits for the system: it is not for the thread of an event loop."""

    path: Path
    """Where it is."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Take a directory."""
        self.path = Path(path)
        if not self.path.is_dir():
            raise OptionError(f"{self.path} is no directory of certificates")
        self._files: Reread[dict[bytes, Verdict]] = Reread(self._list, self._read)
        self._complained: frozenset[Mark] = frozenset()

    def __call__(self, applicant: Applicant) -> Verdict:
        """Let in whoever has a certificate here.

        Raises:
            OSError: The directory cannot be read.
        """
        if applicant.public_key is None:
            return Verdict(400)
        return self._files.value().get(applicant.public_key, Verdict(400))

    def _list(self) -> list[Path]:
        with os.scandir(self.path) as entries:
            names = [each.name for each in entries if _counts(each.name) and each.is_file()]
        return [self.path / name for name in sorted(names)]

    def _read(self, paths: list[Path]) -> dict[bytes, Verdict]:
        bad: dict[Mark, str] = {}
        allowed: dict[bytes, Verdict] = {}
        for path in paths:
            try:
                certificate = Certificate.load_public(path)
                allowed.setdefault(certificate.public, _let_in(certificate))
            except FileNotFoundError:
                continue  # it was removed meanwhile
            except (CertificateError, OSError) as error:
                bad[_mark_or_nothing(path)] = str(error)
        self._complain(bad)
        return allowed

    def _complain(self, bad: dict[Mark, str]) -> None:
        """Log each bad file once for each of its states."""
        news = [text for each, text in bad.items() if each not in self._complained]
        self._complained = frozenset(bad)
        if news:
            from zmq4._log import LOGGER  # noqa: PLC0415 (`logging` is dear to import)

            for text in news:
                LOGGER.warning("certificate skipped: %s", text)

    def __eq__(self, other: object) -> bool:
        """Tell whether both are the same directory."""
        return self.path == other.path if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"CertificateDirectory({str(self.path)!r})"


def _counts(name: str) -> bool:
    return not (name.startswith(".") or name.endswith(("_secret", "~")))


def _let_in(certificate: Certificate) -> Verdict:
    """Make the verdict for the owner of a certificate."""
    return Verdict(user_id=certificate.public_z85, metadata=dict(_properties(certificate)))


def _properties(certificate: Certificate) -> Iterator[tuple[str, str]]:
    """Yield what can be a property of a peer."""
    for name, value in certificate.metadata.items():
        try:
            Verdict(metadata={name: value})
        except OptionError:
            continue
        yield name, value


def _mark_or_nothing(path: Path) -> Mark:
    try:
        return mark(path)
    except OSError:
        return path.name, 0, 0, 0
