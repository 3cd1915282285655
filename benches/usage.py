"""What a process spent: CPU time and voluntary context switches of all its threads."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process spent, since its start or as a difference.

    Args:
        cpu_seconds: User and system time.
        wakeups: Voluntary context switches: how often a thread went to sleep, to be woken.
    """

    cpu_seconds: float
    wakeups: int

    @classmethod
    def now(cls) -> Usage:
        """Take what this process, with all its threads, has spent since its start."""
        spent = resource.getrusage(resource.RUSAGE_SELF)
        return cls(spent.ru_utime + spent.ru_stime, spent.ru_nvcsw)

    def since(self, earlier: Usage) -> Usage:
        """Subtract what had been spent at ``earlier``."""
        return Usage(self.cpu_seconds - earlier.cpu_seconds, self.wakeups - earlier.wakeups)


def resident_kilobytes() -> float:
    """Return how much memory of this process is resident."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def allow_descriptors() -> None:
    """Let this process have as many descriptors as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
