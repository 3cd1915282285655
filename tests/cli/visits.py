"""What a saboteur's program prints."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from fixtures.clock import DEADLINE


class Outcome(NamedTuple):
    """What a visit came to."""

    exit_code: str
    lines: str
    verdict: str
    complaint: str
    remark: str


def visit(saboteur: str, case: str, text: Path) -> Outcome:
    """Let a saboteur visit its stop."""
    program = Path(__file__).parent / "saboteurs" / f"{saboteur}.py"
    done = subprocess.run(
        [sys.executable, str(program), case, str(text)],
        capture_output=True,
        text=True,
        timeout=9 * DEADLINE,
        check=False,
    )
    # A visit that takes its time, on a machine that is busy, tells how far it is.
    progress = f"{case}: "
    errors = [line for line in done.stderr.splitlines() if not line.startswith(progress)]
    assert (done.returncode, errors) == (0, [])
    return Outcome(*done.stdout.rstrip("\n").split("|"))
