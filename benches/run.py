"""Measure zmq4 beside pyzmq and pyomq: ``python benches/run.py --help``.

Prints a line a run to standard error and the tables to standard output, and keeps everything in a
JSON file. The exit code is 0 when every run came to its end, whatever the ratios are.
"""

from __future__ import annotations

import argparse
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import candidate
from machine import commit, describe
from measure import Run
from results import Results
from rounds import CallCount, Failure, Plan, play
from rows import ROWS
from table import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rows import Row


def main(arguments: Sequence[str]) -> int:
    """Measure what ``arguments`` ask for.

    Returns:
        The exit code: 0, or 1 if a run failed.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    plan = Plan(
        candidates=options.candidates,
        rounds=options.rounds or (2 if options.quick else 5),
        seconds=0.3 if options.quick else 1.0,
        repeats=0 if options.quick else 2,
    )
    try:
        machine = describe(plan.candidates)
    except metadata.PackageNotFoundError as error:
        parser.error(f"{error.name} is not installed; install it, or choose by --candidates")
    results = Results(options.scenarios, plan, machine, commit())
    for scenario in dict.fromkeys(row.scenario for row in options.scenarios):
        for measured in play(scenario, plan):
            results.add(measured)
            sys.stderr.write(_sentence(measured) + "\n")
    path = options.out or RESULTS / results.file_name
    results.write(path)
    sys.stdout.write(f"{report(results)}\nKept in {path}\n")
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benches/run.py", description="Measure zmq4 beside pyzmq and pyomq."
    )
    parser.add_argument(
        "--scenarios",
        type=_rows,
        default=ROWS,
        metavar="A,B",
        help=f"rows of the table, by commas (all): {', '.join(row.name for row in ROWS)}",
    )
    parser.add_argument(
        "--candidates",
        type=_candidates,
        default=candidate.NAMES,
        metavar="A,B",
        help=f"libraries, by commas (all): {', '.join(candidate.NAMES)}",
    )
    parser.add_argument("--rounds", type=positive_number, metavar="N", help="rounds (5; quick: 2)")
    parser.add_argument(
        "--quick", action="store_true", help="short runs, never repeated: a look, not a measurement"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where the record goes (a new file in results/)"
    )
    return parser


def _rows(text: str) -> list[Row]:
    names = _names(text, [row.name for row in ROWS])
    return [row for row in ROWS if row.name in names]


def _candidates(text: str) -> list[str]:
    return _names(text, candidate.NAMES)


def _names(text: str, known: Sequence[str]) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in known:
            complaint = f"{name!r} is none of {', '.join(known)}"
            raise argparse.ArgumentTypeError(complaint)
    return names


def positive_number(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _sentence(measured: Run | CallCount | Failure) -> str:
    match measured:
        case Run():
            return (
                f"{measured.scenario} {measured.candidate} round {measured.round + 1}: "
                f"{measured.messages_per_second:,.0f}/s in {measured.seconds:.2f} s, others "
                f"{measured.others_share:.0%}{' (dirty)' if measured.is_dirty else ''}"
            )
        case CallCount(per_1000=None):
            return f"{measured.scenario} {measured.candidate}: no strace, calls not counted"
        case CallCount():
            return f"{measured.scenario} {measured.candidate}: calls counted"
        case Failure():
            return f"{measured.scenario} {measured.candidate}: FAILED, {measured.reason}"


RESULTS = Path(__file__).with_name("results")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
