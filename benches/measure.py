"""One measured run: calibrated, measured, and written down with all its circumstances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pair
from machine import OthersWatch

if TYPE_CHECKING:
    from pair import Lap
    from scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Run:
    """A measured run of one scenario with one library.

    Args:
        scenario: The scenario's name.
        candidate: The library's name.
        round: Number of the round, from 0.
        date: When it ended, UTC, ISO 8601.
        messages: Messages that were exchanged (round trips count once).
        seconds: From the first to the last message.
        cpu_seconds: User and system time of all processes.
        wakeups_per_1000: Voluntary context switches per 1,000 messages, by side.
        others_share: Share of the machine that others used meanwhile, from 0 to 1.
        p50_us: Median round trip in microseconds; ``None`` in streams.
        p99_us: 99th percentile of the same.
        peer_kb: Memory that each peer took, by side; empty where there is but one.
        setup_per_second: Peers connected and greeted a second; ``None`` where there is but one.
    """

    scenario: str
    candidate: str
    round: int
    date: str
    messages: int
    seconds: float
    cpu_seconds: float
    wakeups_per_1000: dict[str, float]
    others_share: float
    p50_us: float | None
    p99_us: float | None
    peer_kb: dict[str, float]
    setup_per_second: float | None

    @property
    def messages_per_second(self) -> float:
        """Throughput; in round trips, how many were made a second."""
        return self.messages / self.seconds

    @property
    def cpu_us_per_message(self) -> float:
        """CPU time of all processes per message, in microseconds."""
        return 1e6 * self.cpu_seconds / self.messages

    @property
    def is_dirty(self) -> bool:
        """Whether others used too much of the machine for the figures to count."""
        return self.others_share > DIRTY_SHARE


def measure(candidate: str, scenario: Scenario, *, round_number: int, seconds: float) -> Run:
    """Make one measured run with workers of its own.

    A first lap compares every message; the laps after it grow until one is long enough, and that
    one is the measurement. So everything is warm by then, and the count follows the speed that
    the machine has at this moment.

    Args:
        candidate: Name of the library's candidate.
        scenario: What to play.
        round_number: Number of the round, from 0.
        seconds: How long the measured lap should be; it is at least half of that.

    Raises:
        RunFailedError: A worker died, or the whole run took longer than 20 seconds.
    """
    with pair.start(candidate, scenario) as workers:
        workers.lap(scenario.probe_count, verified=True)
        count = scenario.probe_count
        while True:
            others = OthersWatch()
            lap = workers.lap(count)
            share = others.share(lap.cpu_seconds)
            count = min(next_count(lap, seconds), scenario.most)
            if lap.timing.seconds >= seconds / 2 or count <= lap.messages:
                break
    return Run(
        scenario=scenario.name,
        candidate=candidate,
        round=round_number,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        messages=lap.messages,
        seconds=lap.timing.seconds,
        cpu_seconds=lap.cpu_seconds,
        wakeups_per_1000=lap.wakeups_per_1000(),
        others_share=share,
        p50_us=lap.timing.p50_us,
        p99_us=lap.timing.p99_us,
        peer_kb=lap.peer_kb,
        setup_per_second=lap.timing.setup_per_second,
    )


def next_count(lap: Lap, seconds: float) -> int:
    """Choose how many messages should fill ``seconds``, judging by ``lap``, within bounds."""
    wanted = lap.messages * seconds / max(lap.timing.seconds, 1e-6)
    return int(min(wanted, lap.messages * GROWTH))


DIRTY_SHARE = 0.30
GROWTH = 8
