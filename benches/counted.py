"""Wake-ups and system calls of a flood: the costs that a test can hold a bound against.

Unlike seconds, these counts hardly depend on the machine or on what else runs there.
"""

from __future__ import annotations

from typing import TypedDict

import pair
import system_calls
from scenarios import Scenario, Shape


class SideCounts(TypedDict):
    """What one side of a flood did, per 1,000 messages."""

    wakeups_per_1000: float
    """Voluntary context switches of the whole process."""

    syscalls_per_1000: float | None
    """System calls; ``None`` where strace is absent or not allowed."""


def count_flood(
    candidate: str = "zmq4", *, messages: int = 200_000, size: int = 16
) -> dict[str, SideCounts]:
    """Flood PUSH to PULL over tcp, one call a message, and count what each side does.

    Args:
        candidate: Name of the library's candidate.
        messages: How many messages to send, twice: once for either count.
        size: Octets in a message.

    Returns:
        The counts of ``sender`` and ``receiver``.

    Raises:
        RunFailedError: A worker died, or a flood took longer than 20 seconds.
    """
    scenario = Scenario(f"flood-{size}", Shape.STREAM, size)
    with pair.start(candidate, scenario) as workers:
        workers.lap(scenario.probe_count, verified=True)
        wakeups = workers.lap(messages).wakeups_per_1000()
    calls = system_calls.per_1000(candidate, scenario, messages)
    return {
        side: SideCounts(
            wakeups_per_1000=count, syscalls_per_1000=None if calls is None else calls[side]
        )
        for side, count in wakeups.items()
    }
