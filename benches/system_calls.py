"""System calls per message, counted by strace over one lap of a run of its own.

Tracing slows a process down, so nothing else is taken from such a run. strace is attached to the
greeted workers and detached before they end: start-up is not counted. The control of the lap
itself adds about five calls to each side.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios import Scenario


def per_1000(candidate: str, scenario: Scenario, messages: int) -> dict[str, float] | None:
    """Count the system calls of each side per 1,000 messages.

    Args:
        candidate: Name of the library's candidate.
        scenario: What to play.
        messages: How many messages to exchange under the trace.

    Returns:
        System calls per 1,000 messages by side; ``None`` where strace is absent or not allowed.

    Raises:
        RunFailedError: A worker died or took too long.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None
    with tempfile.TemporaryDirectory(prefix="zmq4-strace-") as folder:
        summaries = {}
        with pair.start(candidate, scenario) as workers:
            workers.lap(scenario.probe_count, verified=True)
            with ExitStack() as tracers:
                for role, pid in workers.pids.items():
                    summaries[role.value] = summary = Path(folder) / role.value
                    if not tracers.enter_context(_tracing(strace, pid, summary)):
                        return None
                workers.lap(messages)
        return {
            side: 1000 * total_calls(summary.read_text(encoding="utf-8")) / messages
            for side, summary in summaries.items()
        }


def total_calls(summary: str) -> int:
    """Add up the column ``calls`` of a summary by ``strace -c``.

    The lines of single calls are added, not the line ``total``: that one leaves columns empty in
    some versions.
    """
    calls = 0
    for line in summary.splitlines():
        fields = line.split()
        if len(fields) >= MIN_FIELDS and fields[3].isdigit() and fields[-1] != "total":
            calls += int(fields[3])
    return calls


@contextmanager
def _tracing(strace: str, pid: int, summary: Path) -> Iterator[bool]:
    """Trace all threads of ``pid``; yields whether that is allowed."""
    tracer = subprocess.Popen(
        [strace, "-c", "-f", "-o", str(summary), "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    with tracer:
        first_words = tracer.stderr.readline() if tracer.stderr is not None else ""
        try:
            yield "attached" in first_words
        finally:
            tracer.send_signal(signal.SIGINT)


MIN_FIELDS = 5
"""Share, seconds, microseconds a call, calls, [errors,] name."""
