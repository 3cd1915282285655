"""What the process does for the package: forks, ends, and starts the log."""

import atexit
import os
import sys
from typing import Final

from zmq4 import _native


def _start_log() -> None:
    """Start the thread of the log. Called by the native module at a process's first socket."""
    from zmq4 import _log  # noqa: PLC0415 (`logging` would be a sixth of the package's import)

    _log.start()


def _end() -> None:
    """Let lingering messages go out, then end every thread of ours, while Python is whole."""
    _native.shutdown(_PATIENCE)
    if "zmq4._log" in sys.modules:
        from zmq4 import _log  # noqa: PLC0415 (there is nothing to stop otherwise)

        _log.stop()


_PATIENCE: Final = 60.0
"""Seconds that the end of the interpreter may be held up by sockets that linger for ever."""

_native.set_log_starter(_start_log)
os.register_at_fork(after_in_child=_native.after_fork_in_child)
atexit.register(_end)
