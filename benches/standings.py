"""From runs to standings: medians, ratios within rounds, and whether a row's marks are met."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING

from candidate import BASELINE
from rows import Metric
from scenarios import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from measure import Run
    from rows import Row


class Verdict(Enum):
    """How a ratio stands to its row's marks."""

    GOAL = "goal"
    MUST = "must"
    MISSED = "MISSED"
    UNJUDGED = "-"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one candidate stands in one row.

    Args:
        row: The row.
        candidate: The library's name.
        figure: Median of the row's figure over the rounds.
        ratio: Median, over the rounds, of the ratio to pyzmq's figure of the same round; ``None``
            without pyzmq.
        verdict: How the ratio stands to the row's marks.
        is_dirty: Whether others used too much of the machine in every round that could be used.
    """

    row: Row
    candidate: str
    figure: float
    ratio: float | None
    verdict: Verdict
    is_dirty: bool


def standing(row: Row, candidate: str, runs: Iterable[Run]) -> Standing | None:
    """Judge ``candidate`` in ``row`` by all ``runs``; ``None`` if it has none there.

    Of a repeated run the cleanest attempt counts. Rounds in which the candidate or pyzmq was
    disturbed are left out, unless no other is left; the standing then says that it is dirty.
    """
    own = cleanest(runs, row.scenario.name, candidate)
    base = cleanest(runs, row.scenario.name, BASELINE)
    rounds = [(run, base.get(number)) for number, run in sorted(own.items())]
    if not rounds:
        return None
    clean = [
        (run, other)
        for run, other in rounds
        if not run.is_dirty and (other is None or not other.is_dirty)
    ]
    used = clean or rounds
    ratios = [
        figure(run, row.metric) / figure(other, row.metric)
        for run, other in used
        if other is not None
    ]
    ratio = median(ratios) if ratios else None
    return Standing(
        row=row,
        candidate=candidate,
        figure=median(figure(run, row.metric) for run, _ in used),
        ratio=ratio,
        verdict=judge(row, ratio),
        is_dirty=not clean,
    )


def figure(run: Run, metric: Metric) -> float:
    """Take the figure that ``metric`` names."""
    match metric:
        case Metric.RATE:
            return run.messages_per_second
        case Metric.CPU:
            return run.cpu_us_per_message
        case Metric.P50:
            return _known(run.p50_us, run)
        case Metric.SETUP:
            return _known(run.setup_per_second, run)
        case Metric.ROUTER_MEMORY:
            return run.peer_kb[Role.SENDER.value]
        case Metric.DEALER_MEMORY:
            return run.peer_kb[Role.RECEIVER.value]


def _known(value: float | None, run: Run) -> float:
    if value is None:
        raise ValueError(run.scenario)
    return value


def judge(row: Row, ratio: float | None) -> Verdict:
    """Hold ``ratio`` against the marks of ``row``."""
    if ratio is None or row.must is None or row.goal is None:
        return Verdict.UNJUDGED
    sign = 1 if row.metric.is_better_high else -1
    if sign * ratio >= sign * row.goal:
        return Verdict.GOAL
    return Verdict.MUST if sign * ratio >= sign * row.must else Verdict.MISSED


def cleanest(runs: Iterable[Run], scenario: str, candidate: str) -> dict[int, Run]:
    """Choose the least disturbed run of every round, by the round's number."""
    chosen: dict[int, Run] = {}
    for run in runs:
        if (run.scenario, run.candidate) == (scenario, candidate):
            rival = chosen.get(run.round, run)
            chosen[run.round] = min(run, rival, key=lambda each: each.others_share)
    return chosen
