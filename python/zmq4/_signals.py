"""Signals are the main thread's: threads of ours do not take them in its place.

Python's handlers run in the main thread, which a signal has to wake. One that is sent to the
process goes to whichever thread lets it through first, be it by a change of its mask when it comes
back from a wait: the main thread, in `Thread.join` say, would sleep on, and SIGTERM be forgotten.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from collections.abc import Set as AbstractSet


def decline_signals() -> AbstractSet[int]:
    """Let no signal through to this thread any more.

    Returns:
        Those that were not let through before; for `signals_as_before`.
    """
    return _change_mask(signal.SIG_BLOCK, signal.valid_signals())


@contextmanager
def signals_as_before(before: AbstractSet[int]) -> Generator[None]:
    """Let signals through as before: for code of the program's, whose children inherit that."""
    ours = _change_mask(signal.SIG_SETMASK, before)
    try:
        yield
    finally:
        _change_mask(signal.SIG_SETMASK, ours)


_change_mask: Final[Callable[[int, AbstractSet[int]], AbstractSet[int]]] = _signal.pthread_sigmask  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
"""What `signal.pthread_sigmask` wraps. That makes an enum member of each signal that was blocked,
which are all of them, and that around each request of a worker: it led the worker's profile."""
