"""What the process does for the package: forks, ends, and starts the log."""

import atexit
import os
from typing import Final

from zmq4 import _log, _native


def _end() -> None:
    """Let lingering messages go out, then end every thread of ours, while Python is whole."""
    _native.shutdown(_PATIENCE)
    _log.stop()


_PATIENCE: Final = 60.0
"""Seconds that the end of the interpreter may be held up by sockets that linger for ever."""

_native.set_log_starter(_log.start)
os.register_at_fork(after_in_child=_native.after_fork_in_child)
atexit.register(_end)
