"""One record a scenario and candidate: the medians of its rounds, with all their costs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from standings import cleanest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measure import Run
    from rounds import CallCount


@dataclass(frozen=True, slots=True)
class Record:
    """What one library does in one scenario; medians over the rounds.

    Args:
        scenario: The scenario's name.
        candidate: The library's name.
        date: When the last round ended, UTC.
        rounds: How many rounds the medians are of.
        dirty_rounds: In how many of them others used too much of the machine.
        messages_per_second: Throughput; round trips count once.
        cpu_us_per_message: CPU time of both sides.
        wakeups_per_1000: Voluntary context switches per 1,000 messages, by side.
        syscalls_per_1000: System calls per 1,000 messages, by side; ``None`` if not counted.
        others_share: Share of the machine that others used, from 0 to 1.
        p50_us: Median round trip; ``None`` in streams.
        p99_us: 99th percentile of the same.
    """

    scenario: str
    candidate: str
    date: str
    rounds: int
    dirty_rounds: int
    messages_per_second: float
    cpu_us_per_message: float
    wakeups_per_1000: dict[str, float]
    syscalls_per_1000: dict[str, float] | None
    others_share: float
    p50_us: float | None
    p99_us: float | None


def records(runs: Sequence[Run], calls: Sequence[CallCount]) -> list[Record]:
    """Sum up ``runs`` and ``calls``, in the order in which the runs were made."""
    counted = {(call.scenario, call.candidate): call.per_1000 for call in calls}
    measured = dict.fromkeys((run.scenario, run.candidate) for run in runs)
    return [_record(list(cleanest(runs, *key).values()), counted.get(key)) for key in measured]


def _record(rounds: Sequence[Run], syscalls: dict[str, float] | None) -> Record:
    runs = [run for run in rounds if not run.is_dirty] or rounds
    return Record(
        scenario=runs[0].scenario,
        candidate=runs[0].candidate,
        date=max(run.date for run in runs),
        rounds=len(runs),
        dirty_rounds=sum(run.is_dirty for run in runs),
        messages_per_second=median(run.messages_per_second for run in runs),
        cpu_us_per_message=median(run.cpu_us_per_message for run in runs),
        wakeups_per_1000={
            side: median(run.wakeups_per_1000[side] for run in runs)
            for side in runs[0].wakeups_per_1000
        },
        syscalls_per_1000=syscalls,
        others_share=median(run.others_share for run in runs),
        p50_us=_median_or_none([run.p50_us for run in runs]),
        p99_us=_median_or_none([run.p99_us for run in runs]),
    )


def _median_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
