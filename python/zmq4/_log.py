"""From the core to `logging`: a thread of Python's hands over what the core has to say.

The core's own threads never attach to the interpreter; what they log is queued until this thread
takes it. It starts with the first socket of a process, and again with the first after a fork.
"""

import contextlib
import logging
import threading
from typing import Final

from zmq4 import _native
from zmq4._signals import decline_signals


def start() -> None:
    """Start the thread; called once a process."""
    thread = threading.Thread(target=_hand_over, name="zmq4-log", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        # The interpreter is ending, or the system has no thread left: sockets work without a log.
        return
    _started[:] = [thread]


def stop() -> None:
    """Hand over what is left and end the thread.

    It must be gone before the interpreter is: it waits in native code, where a thread that comes
    back to an interpreter that is no more would take the process down.
    """
    _native.stop_log()
    for thread in _started:
        thread.join(_PATIENCE)


def _hand_over() -> None:
    decline_signals()
    while (records := _native.next_log_records()) is not None:
        for level, text in records:
            # A handler's own fault must not end the thread, not even one that would end a program:
            # whoever logs is not here.
            with contextlib.suppress(BaseException):
                LOGGER.log(level, "%s", text)


LOGGER: Final = logging.getLogger("zmq4")
LOGGER.addHandler(logging.NullHandler())

_started: Final[list[threading.Thread]] = []
"""The thread of this process, if it was started."""

_PATIENCE: Final = 1.0
"""Seconds that a log handler may take at the end of the interpreter."""
