"""What the saboteurs share: a program that visits a stop and prints what that came to.

Arguments: the name of a case, and a text. The bad duties are functions of the program's own file,
so that the child processes, which import it again, find them.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from zmq4.cli.demo.progress import Log
from zmq4.cli.demo.stop import Stop, Trip
from zmq4.cli.demo.text import survey


def show(cases: Mapping[str, tuple[Stop, float]]) -> None:
    """Visit the stop of a case, with its patience in seconds."""
    case, path = sys.argv[1:]
    stop, patience = cases[case]
    text = survey(Path(path))
    trip = Trip(text, excerpt=text, workers=3, deadline=time.monotonic() + patience)
    visit = stop.visit(trip, Log(sys.stderr, case))
    outcome = (visit.exit_code.name, str(visit.lines), visit.verdict, visit.complaint, visit.remark)
    sys.stdout.write("|".join(outcome) + "\n")
