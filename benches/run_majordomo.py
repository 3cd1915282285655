"""Majordomo's figures: our broker, workers and clients beside those on pyzmq, in the same minutes.

Five casts play each scenario in turn, a round after the other: `zmq4` is all ours, `pyzmq` all
theirs, with a broker that polls before it receives as those of the field do; `plain` is that broker
between our clients and workers, so that the broker alone differs; `tight` is all theirs with a
broker that does not poll; `faces` is our `Worker` and our `Client`, where the others have DEALERs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import machine
from majordomo import part
from majordomo.play import CASTS, Run, Scenario, play

SCENARIOS = [
    Scenario(1, 1),
    Scenario(1, 100),
    Scenario(4, 100),
    Scenario(8, 100),
    Scenario(16, 100),
]


@dataclass(frozen=True, slots=True)
class Mark:
    """A ratio to the cast `pyzmq` that has to be met."""

    scenario: str
    figure: str
    must: float
    more_is_better: bool


MARKS = [
    Mark("1w-1", "p50_us", 0.7, more_is_better=False),
    Mark("1w-100", "per_second", 1.8, more_is_better=True),
    Mark("8w-100", "per_second", 3.0, more_is_better=True),
    Mark("8w-100", "broker_us", 0.4, more_is_better=False),
]

REPEATS = 2

FIGURES = ("per_second", "p50_us", "p99_us", "broker_us", "total_us", "broker_wakes")


def main() -> None:
    """Measure, print, and leave a file; or be one process of that."""
    if sys.argv[1:2] == ["--part"]:
        part.play(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="the least that a lap takes")
    parser.add_argument("--scenarios", help="names, as in 1w-1,8w-100")
    parser.add_argument("--casts", default=",".join(CASTS))
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    wanted = chosen.scenarios.split(",") if chosen.scenarios else None
    casts = chosen.casts.split(",")
    runs: list[Run] = []
    for scenario in SCENARIOS:
        if wanted is None or scenario.name in wanted:
            for number in range(chosen.rounds):
                first = number % len(casts)
                for cast in [*casts[first:], *casts[:first]]:
                    runs += play_until_clean(scenario, cast, number, chosen.seconds)
    report(runs)
    if chosen.out:
        found = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "commit": machine.commit(),
            "machine": asdict(machine.describe(["zmq4", "pyzmq"])),
            "runs": [asdict(run) for run in runs],
        }
        chosen.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def play_until_clean(scenario: Scenario, cast: str, number: int, seconds: float) -> list[Run]:
    """Play, and again at most twice while others take too much of the machine; return all runs."""
    runs: list[Run] = []
    while not runs or (runs[-1].is_dirty and len(runs) <= REPEATS):
        run = play(scenario, cast, number, seconds)
        line = f"{run.scenario} {cast} {run.per_second:.0f}/s, others {run.others:.0%}"
        print(line, file=sys.stderr)
        runs.append(run)
    return runs


def report(runs: list[Run]) -> None:
    """Print medians, and ratios of figures of the same round; dirty runs count for neither."""
    print(f"{'':14}" + "".join(f"{figure:>14}" for figure in FIGURES))
    for name in dict.fromkeys(run.scenario for run in runs):
        for cast in CASTS:
            mine = [run for run in runs if (run.scenario, run.cast) == (name, cast)]
            mine = [run for run in mine if not run.is_dirty] or mine
            if mine:
                middles = (
                    statistics.median(getattr(run, each) for run in mine) for each in FIGURES
                )
                print(f"{name:8}{cast:6}" + "".join(f"{middle:14.1f}" for middle in middles))
    for mark in MARKS:
        for theirs in ("pyzmq", "tight"):
            ratio = median_ratio(runs, mark, theirs)
            if ratio is None:
                print(f"{mark.scenario} {mark.figure}: no round was clean")
            else:
                met = ratio >= mark.must if mark.more_is_better else ratio <= mark.must
                verdict = ("met" if met else "MISSED") if theirs == "pyzmq" else "recorded"
                print(f"{mark.scenario} {mark.figure}: {ratio:.2f} of {theirs}, "
                      f"must {mark.must}: {verdict}")  # fmt: skip


def median_ratio(runs: list[Run], mark: Mark, theirs: str) -> float | None:
    """Return the median over rounds of our figure over theirs of the same round."""
    found = {
        (run.round, run.cast): float(getattr(run, mark.figure))
        for run in runs
        if run.scenario == mark.scenario and not run.is_dirty
    }
    ratios = [
        value / found[number, theirs]
        for (number, cast), value in found.items()
        if cast == "zmq4" and (number, theirs) in found
    ]
    return statistics.median(ratios) if ratios else None


if __name__ == "__main__":
    main()
