"""What the interpreter knows of threads: its thread states, and the system's names of them."""

import ctypes
from pathlib import Path

_TASK = Path("/proc/self/task")


def thread_states() -> set[int]:
    """List the addresses of all thread states.

    A thread of foreign origin that wants to enter the interpreter makes its state first and waits
    then, so whoever holds the interpreter sees it waiting. This lets go of nothing.
    """
    states = set()
    state = _head(_interpreter())
    while state:
        states.add(state)
        state = _next(state)
    return states


def io_threads() -> set[int]:
    """List the system's numbers of the core's I/O threads."""
    return {
        int(task.name)
        for task in _TASK.iterdir()
        if (task / "comm").read_text().startswith("zmq4-io-")
    }


_interpreter = ctypes.pythonapi.PyInterpreterState_Get
_interpreter.restype = ctypes.c_void_p
_head = ctypes.pythonapi.PyInterpreterState_ThreadHead
_head.restype = ctypes.c_void_p
_head.argtypes = [ctypes.c_void_p]
_next = ctypes.pythonapi.PyThreadState_Next
_next.restype = ctypes.c_void_p
_next.argtypes = [ctypes.c_void_p]


class ForeignThread:
    """A thread that the interpreter did not make, and that wants to enter it at once."""

    def __init__(self) -> None:
        """Prepare it."""
        self._number = ctypes.c_ulong()
        self._main = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: None)

    def start(self) -> None:
        """Start it; this does not let go of the interpreter."""
        failed = ctypes.PyDLL(None).pthread_create(
            ctypes.byref(self._number), None, self._main, None
        )
        assert not failed

    def close(self) -> None:
        """Let it enter, and wait for its end."""
        ctypes.CDLL(None).pthread_join(self._number, None)
