"""Threads that a test starts: what becomes of them, and when they have fallen asleep."""

import platform
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Final, Generic, TypeVar

import pytest

from faces.patience import eventually
from fixtures.clock import DEADLINE

T = TypeVar("T")


class Worker(Generic[T]):
    """A thread that does one piece of work."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Start a thread for ``work``."""
        self._future: Future[T] = Future()
        self.thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self.thread.start()

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._future.set_result(work())
        except BaseException as error:  # raised again where the result is wanted
            self._future.set_exception(error)

    def result(self, timeout: float = DEADLINE) -> T:
        """Return what the work returned, or raise what it raised."""
        return self._future.result(timeout)

    def error(self) -> BaseException | None:
        """Return what the work raised, None if nothing."""
        return self._future.exception(DEADLINE)

    @property
    def is_done(self) -> bool:
        """Whether the work is done."""
        return self._future.done()

    def asleep(self) -> "Worker[T]":
        """Return the worker once its thread sleeps in a wait of ours."""
        eventually(self._is_asleep)
        return self

    def _is_asleep(self) -> bool:
        assert not self.is_done, f"the thread has ended instead: {self._future}"
        file = Path(f"/proc/self/task/{self.thread.native_id}/syscall")
        return file.read_text().split()[0] == _PPOLL


class Crew:
    """Starts threads and sees to it that none outlives the test."""

    def __init__(self) -> None:
        """Begin with no thread."""
        self._workers: list[Worker[object]] = []

    def start(self, work: Callable[[], T]) -> Worker[T]:
        """Start a thread for ``work``."""
        worker = Worker(work)
        self._workers.append(worker)  # type: ignore[arg-type]  # it is only joined
        return worker

    def dismiss(self) -> None:
        """Wait for the end of every thread."""
        for worker in self._workers:
            worker.thread.join(DEADLINE)
        assert not any(worker.thread.is_alive() for worker in self._workers)
        self._workers.clear()  # and with them what their work refers to


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Start threads of the test; all have ended before the next one begins."""
    started = Crew()
    yield started
    started.dismiss()


_PPOLL: Final = {"x86_64": "271", "aarch64": "73"}.get(platform.machine(), "")
"""The number of the system call in which a waiting thread of ours sleeps."""
