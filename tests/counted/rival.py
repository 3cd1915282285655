"""Proof that the interpreter was not let go: a thread that wants it and does not get it."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = 60.0
"""Seconds after which a thread may demand the interpreter: longer than any test."""


class Rival:
    """A thread that counts whenever it gets hold of the interpreter, and lets go of it at once."""

    def __init__(self) -> None:
        """Begin without a turn."""
        self.turns = 0
        """How often it had the interpreter."""
        self._is_wanted = True
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rival")

    def start(self) -> None:
        """Start it, and wait until it stands in line."""
        self._thread.start()
        self._running.wait()

    def end(self) -> None:
        """End it."""
        self._is_wanted = False
        self._thread.join()

    def _run(self) -> None:
        self._running.set()
        while self._is_wanted:
            self.turns += 1
            time.sleep(0)  # lets go of the interpreter


@contextmanager
def rival() -> Iterator[Rival]:
    """Let a rival wait for the interpreter, which is its own only if somebody lets go of it.

    The interval after which the interpreter is taken away by force is as good as endless meanwhile.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(NEVER)
    started = Rival()
    try:
        started.start()
        yield started
    finally:
        sys.setswitchinterval(interval)
        started.end()
