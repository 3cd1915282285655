"""A file of user names and hashed passwords."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, final

from zmq4 import _native
from zmq4.error import OptionError
from zmq4.security._admission import Verdict
from zmq4.security._certificate import read_text
from zmq4.security._reread import Reread

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from zmq4.security._admission import Applicant


@final
class PasswordFile:
    """Lets in whoever has a name and a password in a file, read again when it changes.

    A line is a name, a colon and a hash, as `zmq4 passwd` and `set_password` write it: Argon2id, as
    a PHC string. Lines that begin with `#` are comments; a line that is neither is logged and
    skipped. An unknown name takes as long to refuse as a wrong password.

    Args:
        path: The file.

    Raises:
        CertificateError: It is no such file.
        OSError: It cannot be read.
    """

    __slots__ = ("_complained", "_file", "_stand_in", "path")

    blocks: ClassVar[bool] = True
    """Whether it takes its time: it is not for the thread of an event loop."""

    path: Path
    """Where it is."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Take a file."""
        self.path = Path(path)
        self._complained: frozenset[int] = frozenset()
        self._stand_in = _native.hash_password(os.urandom(16))
        self._file: Reread[dict[str, str]] = Reread(lambda: [self.path], self._read)
        self._file.value()

    def __call__(self, applicant: Applicant) -> Verdict:
        """Let in whoever has the password.

        Raises:
            CertificateError: The file has become something else.
            OSError: It cannot be read.
        """
        username, password = applicant.username, applicant.password
        if username is None or password is None:
            return Verdict(400)
        known = self._file.value().get(username)
        octets = password.encode(errors="surrogateescape")
        is_same = _native.verify_password(octets, known or self._stand_in)
        return Verdict(user_id=username) if is_same and known is not None else Verdict(400)

    @classmethod
    def set_password(cls, path: str | PathLike[str], username: str, password: str) -> None:
        """Write a user's password into a file, which is made if it is not there.

        Args:
            path: The file; only its owner may read it if it is made.
            username: The name: no colon, no line breaks, no `#` in front.
            password: The password; its hash is written.

        Raises:
            OptionError: There cannot be such a name, or the password is too long.
            CertificateError: The file is no text.
            OSError: The file cannot be read or written.
        """
        if _USERNAME.fullmatch(username) is None:
            raise OptionError("a user name has no colon, no line breaks, and no # in front")
        if len(password.encode()) > _LONGEST or len(username.encode()) > _LONGEST:
            raise OptionError(f"names and passwords have at most {_LONGEST} octets")
        line = f"{username}:{_native.hash_password(password.encode())}"
        _rewrite(Path(path), lambda lines: [*_without(lines, username), line])

    @classmethod
    def remove(cls, path: str | PathLike[str], username: str) -> bool:
        """Take a user out of a file; tell whether it was there.

        Raises:
            CertificateError: The file is no text.
            OSError: The file cannot be read or written.
        """
        lines = read_text(Path(path))[0].splitlines()
        if (left := _without(lines, username)) == lines:
            return False
        _rewrite(Path(path), lambda _: left)
        return True

    def _read(self, paths: list[Path]) -> dict[str, str]:
        users: dict[str, str] = {}
        bad: list[int] = []
        for path in paths:
            for number, line in enumerate(read_text(path)[0].splitlines(), 1):
                if not line.strip() or line.startswith("#"):
                    continue
                username, _, phc = line.partition(":")
                if username and _native.is_password_hash(phc.strip()):
                    users.setdefault(username, phc.strip())
                else:
                    bad.append(number)
        self._complain(frozenset(bad))
        return users

    def _complain(self, bad: frozenset[int]) -> None:
        """Log the numbers of lines that are none; what is in them may be a password."""
        news, self._complained = bad - self._complained, bad
        if news:
            from zmq4._log import LOGGER  # noqa: PLC0415 (`logging` is dear to import)

            numbers = ", ".join(map(str, sorted(news)))
            LOGGER.warning("%s: lines skipped, no name and hash: %s", self.path, numbers)

    def __eq__(self, other: object) -> bool:
        """Tell whether both are the same file."""
        return self.path == other.path if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"PasswordFile({str(self.path)!r})"


def _without(lines: list[str], username: str) -> list[str]:
    return [line for line in lines if line.partition(":")[0] != username]


def _rewrite(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Put a changed file in the place of a file at once: nobody reads half of it."""
    try:
        text, about = read_text(path)
        lines, mode = text.splitlines(), about.st_mode & 0o777
    except FileNotFoundError:
        lines, mode = [], 0o600
    beside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join([*change(lines), ""]))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


_LONGEST: Final = 255
_USERNAME: Final = re.compile(r"[^:#\s][^:\r\n]*")
