"""What the package owes the process: at its first socket, at a fork, and at its end."""

import atexit
import os
import sys
from typing import Final

from zmq4 import _native


def _begin() -> None:
    """Start the log. Called by the native module at the first socket, and so after a fork."""
    from zmq4 import _log  # noqa: PLC0415 (`logging` would be a sixth of the package's import)

    _log.start()
    if "multiprocessing.util" in sys.modules:
        from multiprocessing import process, util  # noqa: PLC0415 (only if it is there already)

        if process.parent_process() is not None:
            # Its forked children end without `atexit`; what they sent last would be lost.
            util.Finalize(None, _end, exitpriority=-1)


def _end() -> None:
    """Let lingering messages go out, then end every thread of ours, while Python is whole."""
    _native.shutdown(_PATIENCE)
    if "zmq4._gatekeeper" in sys.modules:
        from zmq4 import _gatekeeper  # noqa: PLC0415 (there is nothing to stop otherwise)

        _gatekeeper.stop()
    if "zmq4._log" in sys.modules:
        from zmq4 import _log  # noqa: PLC0415 (there is nothing to stop otherwise)

        _log.stop()


_PATIENCE: Final = 60.0
"""Seconds that the end of the interpreter may be held up by sockets that linger for ever."""

_native.set_log_starter(_begin)
os.register_at_fork(after_in_child=_native.after_fork_in_child)
atexit.register(_end)
