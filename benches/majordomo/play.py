"""One run of a scenario: its processes are started, led through laps, and ended."""

from __future__ import annotations

import json
import os
import resource
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import child
import machine

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = Path(__file__).parent.with_name("run_majordomo.py")

CASTS: Mapping[str, tuple[str, str]] = {
    "zmq4": ("zmq4", "zmq4"),
    "plain": ("pyzmq", "zmq4"),
    "pyzmq": ("pyzmq", "pyzmq"),
    "tight": ("pyzmq-tight", "pyzmq"),
    "faces": ("zmq4", "faces"),
}
"""The broker's library, and that of clients and workers."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many workers there are, and how many requests one client has in flight."""

    workers: int
    window: int

    @property
    def name(self) -> str:
        return f"{self.workers}w-{self.window}"


@dataclass(frozen=True, slots=True)
class Run:
    """One cast's figures of one round."""

    scenario: str
    cast: str
    round: int
    requests: int
    per_second: float
    p50_us: float
    p99_us: float
    broker_us: float
    """CPU of the broker per request, in microseconds."""
    total_us: float
    """The same of all processes."""
    broker_wakes: float
    """Times that one of its threads went to sleep, per request."""
    others: float
    """The share of the machine that others used."""

    @property
    def is_dirty(self) -> bool:
        """Whether they used too much of it."""
        return self.others > _TOO_MUCH


def play(scenario: Scenario, cast: str, number: int, seconds: float) -> Run:
    """Have one cast play a scenario once; the lap that counts takes at least ``seconds``."""
    broker_library, library = CASTS[cast]
    watch, before = machine.OthersWatch(), _children_seconds()
    with ExitStack() as stack:
        deadline = time.monotonic() + _PATIENCE

        def start(role: str, which: str) -> child.Child:
            arguments = ["--part", role, which]
            return stack.enter_context(child.start(arguments, deadline, program=PROGRAM))

        broker = start("broker", broker_library)
        endpoint = json.loads(broker.answer())["endpoint"]
        others = [start(role, library) for role in ["client", *["worker"] * scenario.workers]]
        for each in others:
            each.order({"connect": endpoint})
        for each in others:
            each.answer()
        count = 200 * scenario.workers
        total = 0.0
        took = _lap(others[0], scenario, count)
        while took["seconds"] < seconds:
            count = max(2 * count, int(count * 1.1 * seconds / max(took["seconds"], 1e-3)))
            broker.order({"begin": True})
            broker.answer()
            total = -_seconds_of(broker, *others)
            took = _lap(others[0], scenario, count)
            total += _seconds_of(broker, *others)
        broker.order({"usage": True})
        usage = json.loads(broker.answer())
    spent = _children_seconds() - before
    return Run(
        scenario=scenario.name,
        cast=cast,
        round=number,
        requests=count,
        per_second=count / took["seconds"],
        p50_us=took["p50_us"],
        p99_us=took["p99_us"],
        broker_us=usage["cpu_seconds"] / count * 1e6,
        total_us=total / count * 1e6,
        broker_wakes=usage["wakeups"] / count,
        others=watch.share(spent),
    )


def _lap(client: child.Child, scenario: Scenario, count: int) -> dict[str, float]:
    client.order({"lap": count, "window": scenario.window, "size": _SIZE})
    answer: dict[str, float] = json.loads(client.answer())
    return answer


def _seconds_of(*processes: child.Child) -> float:
    """Tell how much CPU time processes have had; a worker is in the middle of something else."""
    ticks = 0
    for each in processes:
        stat = Path(f"/proc/{each.pid}/stat").read_text(encoding="utf-8")
        fields = stat.rpartition(")")[2].split()  # from the third on: the second may hold spaces
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


_PATIENCE = 60.0
_TOO_MUCH = 0.2
_SIZE = 64
"""Octets of a body."""
