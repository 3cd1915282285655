"""Building the program of a library: once, and again when its source has changed."""

import fcntl
import functools
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from interop.libraries.library import Library, Words

LIMIT = 600
"""Seconds for each command; registries may be slow, and compilers on a cold machine are."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a program could not be built."""

    library: Library
    command: str
    output: str
    offline: bool
    """Whether it failed at fetching what others have made, which is no fault of the program's."""

    @property
    def last_line(self) -> str:
        """What the command said last."""
        return self.output.splitlines()[-1] if self.output else "it said nothing"

    def __str__(self) -> str:
        return f"the program of {self.library} cannot be built: {self.command}\n{self.output}"


@functools.cache
def build(library: Library) -> Failure | None:
    """Build the program of ``library``, unless it is there, and return what went wrong.

    Another process that builds it too is waited for.
    """
    if not library.folder:
        return None
    stamp = library.build / ".built"
    fingerprint = fingerprint_of(library)
    with locked(library):
        if stamp.is_file() and stamp.read_text() == fingerprint:
            return None
        shutil.rmtree(library.build, ignore_errors=True)
        library.build.mkdir(parents=True)
        for commands, offline in [(library.fetch, True), (library.compile, False)]:
            for words in commands:
                output = run(library, words)
                if output is not None:
                    return Failure(library, " ".join(library.fill(words)), output, offline)
        stamp.write_text(fingerprint)
    return None


def fingerprint_of(library: Library) -> str:
    """Return what changes when the source or the commands do."""
    sha256 = hashlib.sha256(repr(library).encode())
    for file in sorted(path for path in library.source.rglob("*") if path.is_file()):
        sha256.update(file.relative_to(library.source).as_posix().encode())
        sha256.update(hashlib.sha256(file.read_bytes()).digest())
    return sha256.hexdigest()


@contextmanager
def locked(library: Library) -> Iterator[None]:
    """Keep other processes from building it at the same time."""
    library.build.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{library.build}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(library: Library, words: Words) -> str | None:
    """Run a command in the folder of the source; what it said is returned if it failed."""
    command = library.fill(words)
    try:
        ended = subprocess.run(
            command,
            cwd=library.source,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {LIMIT} s"
    return ended.stdout.strip() if ended.returncode else None
