"""The tour: get a text, carry it through every stop, and say how it went."""

import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zmq4.cli.demo.itinerary import STOPS
from zmq4.cli.demo.progress import progress_on
from zmq4.cli.demo.stop import Stop, Trip, Visit
from zmq4.cli.demo.table import render_table
from zmq4.cli.demo.text import survey, write_text
from zmq4.cli.exit_code import ExitCode

EXCERPT_LINES: Final = 5_000
"""Most lines for the stops that go step by step: enough to see, and over in a second or two."""


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text of the user's."""

    path: Path


@dataclass(frozen=True, slots=True)
class MadeText:
    """A text to be made, in a directory that goes away with the tour."""

    lines: int
    seed: int


def take_tour(origin: GivenText | MadeText, *, workers: int, timeout: float) -> ExitCode:
    """Visit every stop, print the table on standard output and complaints on standard error.

    Args:
        origin: Where the text comes from.
        workers: How many work at the same time.
        timeout: Longest duration of the whole tour, in seconds.

    Returns:
        `ExitCode.OK` if every stop proved that everything arrived, else the first failure's code.

    Raises:
        OSError: If the text could not be made or read.
    """
    deadline = time.monotonic() + timeout
    with _text_at_hand(origin) as path:
        text = survey(path)
        print(f"text: {_describe(origin)}, {text.lines:,} lines, {text.octets / 1e6:,.1f} MB")
        excerpt = survey(path, EXCERPT_LINES)
        print(
            "each stop: processes of its own, over tcp on 127.0.0.1; "
            f"pipelines carry all lines, the others the first {excerpt.lines:,}",
            flush=True,
        )
        visits = travel(STOPS, Trip(text, excerpt, workers, deadline))

    print(f"\n{render_table(visits)}\n")
    for visit in visits:
        if visit.remark:
            print(f"{visit.stop}: {visit.remark}")
    sys.stdout.flush()
    for visit in visits:
        if visit.complaint:
            print(f"zmq4 demo: {visit.stop}: {visit.complaint}", file=sys.stderr)
    return next((visit.exit_code for visit in visits if visit.exit_code), ExitCode.OK)


def travel(stops: Iterable[Stop], trip: Trip) -> list[Visit]:
    """Visit the stops in order; one that ran out of time is the last."""
    visits: list[Visit] = []
    for stop in stops:
        with progress_on(stop.name) as progress:
            visit = stop.visit(trip, progress)
        visits.append(visit)
        if visit.exit_code is ExitCode.TIMEOUT:
            break
    return visits


@contextmanager
def _text_at_hand(origin: GivenText | MadeText) -> Generator[Path]:
    match origin:
        case GivenText(path):
            yield path
        case MadeText(lines, seed):
            with tempfile.TemporaryDirectory(prefix="zmq4-demo-") as directory:
                path = Path(directory, "text")
                write_text(path, lines=lines, seed=seed)
                yield path


def _describe(origin: GivenText | MadeText) -> str:
    match origin:
        case GivenText(path):
            return repr(str(path))
        case MadeText(_, seed):
            return f"made from seed {seed}"
