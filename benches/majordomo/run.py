"""Majordomo's figures: our broker, workers and clients beside those on pyzmq, in the same minutes.

Three casts play each scenario in turn, a round after the other: `zmq4` is all ours, `pyzmq` all
theirs, `plain` their broker between our clients and workers, so that the broker alone differs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import child  # noqa: E402 (the folder is on the path now)
import machine  # noqa: E402

PART = Path(__file__).with_name("part.py")
CASTS = {"zmq4": ("zmq4", "zmq4"), "plain": ("pyzmq", "zmq4"), "pyzmq": ("pyzmq", "pyzmq")}
"""The broker's library, and that of clients and workers."""
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many workers there are, and how many requests are in flight."""

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
    broker_wakes: float
    """Times that one of its threads went to sleep, per request."""
    others: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A ratio to the cast `pyzmq` that has to be met."""

    scenario: str
    figure: str
    must: float
    more_is_better: bool


SCENARIOS = [
    Scenario(1, 1),
    Scenario(1, 100),
    Scenario(4, 100),
    Scenario(8, 100),
    Scenario(16, 100),
]
MARKS = [
    Mark("1w-1", "p50_us", 0.7, more_is_better=False),
    Mark("1w-100", "per_second", 1.8, more_is_better=True),
    Mark("8w-100", "per_second", 3.0, more_is_better=True),
    Mark("8w-100", "broker_us", 0.4, more_is_better=False),
]


def play(scenario: Scenario, cast: str, number: int, seconds: float) -> Run:
    """Have one cast play a scenario once."""
    broker_library, library = CASTS[cast]
    watch = machine.OthersWatch()
    with ExitStack() as stack:
        deadline = time.monotonic() + PATIENCE

        def start(role: str, which: str) -> child.Child:
            return stack.enter_context(child.start([role, which], deadline, program=PART))

        broker = start("broker", broker_library)
        endpoint = json.loads(broker.answer())["endpoint"]
        client = start("client", library)
        workers = [start("worker", library) for _ in range(scenario.workers)]
        for each in (client, *workers):
            each.order({"connect": endpoint})
        for each in (client, *workers):
            each.answer()
        count, took = 200 * scenario.workers, lap(client, scenario, 200 * scenario.workers)
        while took["seconds"] < seconds:
            count = max(2 * count, int(count * 1.1 * seconds / max(took["seconds"], 1e-3)))
            broker.order({"begin": True})
            broker.answer()
            took = lap(client, scenario, count)
        broker.order({"usage": True})
        usage = json.loads(broker.answer())
    return Run(
        scenario=scenario.name,
        cast=cast,
        round=number,
        requests=count,
        per_second=count / took["seconds"],
        p50_us=took["p50_us"],
        p99_us=took["p99_us"],
        broker_us=usage["cpu_seconds"] / count * 1e6,
        broker_wakes=usage["wakeups"] / count,
        others=watch.share(0.0),
    )


def lap(client: child.Child, scenario: Scenario, count: int) -> dict[str, float]:
    """Have the client make its requests."""
    client.order({"lap": count, "window": scenario.window, "size": 64})
    answer: dict[str, float] = json.loads(client.answer())
    return answer


def report(runs: list[Run]) -> None:
    """Print medians, and ratios of figures of the same round."""
    print(f"{'scenario':10} {'cast':6} {'req/s':>9} {'p50 us':>8} {'p99 us':>8} {'broker us':>10}"
          f" {'wakes':>6}")  # fmt: skip
    for name in dict.fromkeys(run.scenario for run in runs):
        for cast in CASTS:
            mine = [run for run in runs if (run.scenario, run.cast) == (name, cast)]
            if mine:
                middle = [
                    statistics.median(getattr(run, figure) for run in mine)
                    for figure in ("per_second", "p50_us", "p99_us", "broker_us", "broker_wakes")
                ]
                print("{:10} {:6} {:9.0f} {:8.0f} {:8.0f} {:10.1f} {:6.2f}".format(
                    name, cast, *middle))  # fmt: skip
    for mark in MARKS:
        ratio = median_ratio(runs, mark.scenario, mark.figure)
        if ratio is not None:
            met = ratio >= mark.must if mark.more_is_better else ratio <= mark.must
            verdict = "met" if met else "MISSED"
            print(
                f"{mark.scenario} {mark.figure}: {ratio:.2f} of pyzmq, must {mark.must}: {verdict}"
            )


def median_ratio(runs: list[Run], scenario: str, figure: str) -> float | None:
    """Return the median over rounds of our figure over pyzmq's of the same round."""
    found = {
        (run.round, run.cast): float(getattr(run, figure))
        for run in runs
        if run.scenario == scenario
    }
    ratios = [
        value / found[number, "pyzmq"]
        for (number, cast), value in found.items()
        if cast == "zmq4" and (number, "pyzmq") in found
    ]
    return statistics.median(ratios) if ratios else None


def main() -> None:
    """Measure, print, and leave a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--scenarios", default="", help="names, as in 1w-1,8w-100")
    parser.add_argument("--casts", default=",".join(CASTS))
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    names = chosen.scenarios.split(",") if chosen.scenarios else []
    casts = chosen.casts.split(",")
    runs: list[Run] = []
    for scenario in SCENARIOS:
        if names and scenario.name not in names:
            continue
        for number in range(chosen.rounds):
            first = number % len(casts)
            for cast in [*casts[first:], *casts[:first]]:
                run = play(scenario, cast, number, chosen.seconds)
                print(f"{run.scenario} {run.cast} {run.per_second:.0f}/s", file=sys.stderr)
                runs.append(run)
    report(runs)
    if chosen.out:
        found = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "commit": machine.commit(),
            "machine": asdict(machine.describe(["zmq4", "pyzmq"])),
            "runs": [asdict(run) for run in runs],
        }
        chosen.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
