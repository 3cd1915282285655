"""Where and on what a run was made: the machine, the libraries, the commit, and who else was busy.

Ticks of hard and soft interrupts are left out of the others' share: with kernels that account for
them apart, they are our own traffic over loopback.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Machine:
    """What figures depend on beside the code.

    Args:
        cpu: The processor's model.
        cores: Logical processors that this process may use.
        kernel: The kernel's release.
        python: Implementation and version of the interpreter.
        libraries: Version of every candidate's distribution.
    """

    cpu: str
    cores: int
    kernel: str
    python: str
    libraries: dict[str, str]


def describe(candidates: Iterable[str]) -> Machine:
    """Describe this machine and the installed ``candidates``."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return Machine(
        cpu=models[0] if models else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        kernel=platform.release(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries={name: metadata.version(name) for name in candidates},
    )


def commit() -> str:
    """Name the commit that is checked out, with ``-dirty`` if files differ; ``none`` without."""
    git = shutil.which("git")
    if git is None:
        return "none"
    told = subprocess.run(
        [git, "describe", "--always", "--dirty", "--exclude=*"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "none"


class OthersWatch:
    """Watches how much of the machine others use, from its making on."""

    def __init__(self) -> None:
        """Start watching."""
        self._busy = _busy_seconds()
        self._start = time.monotonic()

    def share(self, own_cpu_seconds: float) -> float:
        """Return the others' share of all processors since the start, from 0 to 1.

        Args:
            own_cpu_seconds: What the measured processes spent meanwhile.
        """
        elapsed = time.monotonic() - self._start
        others = _busy_seconds() - self._busy - own_cpu_seconds
        return min(1.0, max(0.0, others / (elapsed * (os.cpu_count() or 1))))


def _busy_seconds() -> float:
    """Sum the seconds in which any processor worked, or was taken by another virtual machine."""
    with Path("/proc/stat").open(encoding="ascii") as stat:
        ticks = stat.readline().split()[1:]
    user, nice, system, _idle, _iowait, _irq, _softirq, steal = (int(tick) for tick in ticks[:8])
    return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")
