"""A bell for a thread that waits for descriptors: any thread rings it."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import Final


class Bell:
    """A descriptor that is readable from a ring until it is silenced."""

    __slots__ = ("_lock", "_reader", "_writer")

    def __init__(self) -> None:
        """Make one; the system may have no descriptor left."""
        # Nobody rings a number that is somebody else's by then. A handler of signals may ring too.
        self._lock = threading.RLock()
        if hasattr(os, "eventfd"):
            self._reader = self._writer = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        else:
            self._reader, self._writer = os.pipe()
            os.set_blocking(self._reader, False)
            os.set_blocking(self._writer, False)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._reader

    def ring(self) -> None:
        """Make it readable; it may be so already, or closed."""
        with self._lock:
            if self._writer >= 0:
                with suppress(BlockingIOError):
                    os.write(self._writer, _STROKE)

    def silence(self) -> None:
        """Make it unreadable."""
        with suppress(BlockingIOError):
            os.read(self._reader, _MOST)

    def close(self) -> None:
        """Close it; a ring after that is not heard."""
        with self._lock:
            reader, writer = self._reader, self._writer
            self._reader = self._writer = -1
        for descriptor in {reader, writer} - {-1}:
            os.close(descriptor)


_STROKE: Final = (1).to_bytes(8, "little")
"""What an eventfd wants; a pipe takes it too."""

_MOST: Final = 4096
