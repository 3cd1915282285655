"""What is read from files, and again when they change."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

T = TypeVar("T")

Mark = tuple[str, int, int, int]
"""One state of one file: its name, when it was changed, its size, and its number."""


class Reread(Generic[T]):
    """Keeps what was read as long as the files are what they were.

    No lock guards it: threads that find a change at the same time read twice, which does no harm,
    and the child of a fork has no lock that a thread of its parent holds.
    """

    __slots__ = ("_known", "_look", "_read")

    def __init__(self, look: Callable[[], list[Path]], read: Callable[[list[Path]], T]) -> None:
        """Take what lists the files, and what reads them."""
        self._look = look
        self._read = read
        self._known: tuple[tuple[Mark, ...], T] | None = None

    def value(self) -> T:
        """Return what is in the files now."""
        paths = self._look()
        marks = tuple(mark(path) for path in paths)
        known = self._known
        if known is not None and known[0] == marks:
            return known[1]
        value = self._read(paths)
        # A file that was changed a moment ago may change again without looking any different.
        newest = max((changed for _, changed, _, _ in marks), default=0)
        if newest < time.time_ns() - _SETTLED:
            self._known = marks, value
        return value


def mark(path: Path) -> Mark:
    """Tell the state of a file."""
    about = os.stat(path)
    return path.name, about.st_mtime_ns, about.st_size, about.st_ino


_SETTLED: Final = 2_000_000_000
"""Nanoseconds, more than any file system counts as one moment."""
