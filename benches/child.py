"""A worker process as the harness sees it: orders in, answers out, and an end in any case."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from socket import SHUT_WR, socket, socketpair
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios import Role


class RunFailedError(Exception):
    """A run did not come to its end: a worker died, or took too long."""


class Child:
    """A running worker; :func:`start` makes it.

    Args:
        process: The worker, with the other end of ``line`` as its input and output.
        line: Our end.
        complaints: Where the worker's standard error goes.
        deadline: Time of :func:`time.monotonic` after which no answer is awaited any more.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        *,
        line: socket,
        complaints: IO[bytes],
        deadline: float,
    ) -> None:
        """Take over a worker that has just been started."""
        self.pid = process.pid
        self._process = process
        self._line = line
        self._complaints = complaints
        self.deadline = deadline
        self._unread = b""

    def order(self, order: Mapping[str, object]) -> None:
        """Send an order; a worker that is gone is noticed by the answer that does not come."""
        with suppress(ConnectionError):
            self._line.sendall(json.dumps(order).encode() + b"\n")

    def answer(self) -> bytes:
        """Await the next answer, a line of JSON.

        Raises:
            RunFailedError: The worker is gone, or the time is up.
        """
        while not self.has_answer:
            try:
                self._line.settimeout(max(1e-3, self.deadline - time.monotonic()))
                octets = self._line.recv(4096)
            except TimeoutError:
                raise RunFailedError(f"worker {self.pid} took too long") from None
            except ConnectionResetError:  # it died with an order unread
                octets = b""
            if not octets:
                raise RunFailedError(f"worker {self.pid} ended early: {self._last_words()}")
            self._unread += octets
        answer, _, self._unread = self._unread.partition(b"\n")
        return answer

    @property
    def has_answer(self) -> bool:
        """Whether an answer has come along with an earlier one; the descriptor is silent then."""
        return b"\n" in self._unread

    def fileno(self) -> int:
        """The descriptor that becomes readable with an answer, or when the worker is gone."""
        return self._line.fileno()

    def end(self) -> None:
        """End the worker: by the end of its input, or else by a kill."""
        with suppress(OSError):
            self._line.shutdown(SHUT_WR)
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}"


@contextmanager
def start(args: Sequence[str], deadline: float, program: Path | None = None) -> Iterator[Child]:
    """Start ``worker.py`` with ``args``; on leaving, it is ended.

    Args:
        args: The worker's arguments.
        program: Another one than ``worker.py``.
        deadline: Time of :func:`time.monotonic` after which no answer is awaited any more.
    """
    ours, theirs = socketpair()
    with ours, tempfile.TemporaryFile() as complaints:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, str(program or WORKER), *args],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=complaints,
            )
        child = Child(process, line=ours, complaints=complaints, deadline=deadline)
        try:
            yield child
        finally:
            child.end()


def answers(children: Mapping[Role, Child]) -> dict[Role, bytes]:
    """Await an answer from each of ``children``, all of which owe one.

    They are heard in the order in which they speak, so that the worker that dies is named, and
    not the one that waits for it.

    Returns:
        The answers, in the order of ``children``.

    Raises:
        RunFailedError: A worker is gone, or the time is up.
    """
    heard = {role: child.answer() for role, child in children.items() if child.has_answer}
    while owing := {role: child for role, child in children.items() if role not in heard}:
        patience = max(0.0, min(child.deadline for child in owing.values()) - time.monotonic())
        ready, _, _ = select(owing.values(), [], [], patience)
        for role, child in owing.items():
            if child in ready or not ready:
                heard[role] = child.answer()
    return {role: heard[role] for role in children}


GRACE_SECONDS = 2.0
WORKER = Path(__file__).with_name("worker.py")
