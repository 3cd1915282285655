"""SIGTERM as an orderly end: what was begun is finished, and nothing new is taken in."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_termination(end: Callable[[], None]) -> Generator[None]:
    """Call ``end`` when the system asks the process to end; the second time it does end."""

    def call(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, before)
        # In a thread: a handler runs between two instructions of whatever was going on.
        threading.Thread(target=end, name="termination", daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, call)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
