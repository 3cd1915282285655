"""What a process spent: CPU time and voluntary context switches of all its threads."""

from __future__ import annotations

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
