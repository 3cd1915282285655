"""Sum up the checks of one run: what failed, what was skipped, and the counts on the last line.

Usage: ``python tools/verdict.py --reports FOLDER NAME …`` with the names of all checks that were
due; the exit status is 1 if any of them failed or did not run.
"""

import argparse
import sys
from pathlib import Path

from record import Record


def main() -> int:
    """Print the verdict on the run whose records lie in the folder given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()

    records = [Record.load(arguments.reports, name) for name in arguments.names]
    for line in verdict(records, arguments.reports):
        print(line)
    return int(any(record.failed for record in records))


def verdict(records: list[Record], reports: Path) -> list[str]:
    """Say in lines what ``records`` amount to; logs are named relative to ``reports``."""
    lines = ["", "── checks"]
    for record in records:
        word = "FAILED" if record.failed else "passed" if record.passed else "skipped"
        lines.append(f"  {record.name:<14} {word:<8} {record.passed:>5} {record.seconds:>8.1f} s")

    if any(record.failed for record in records):
        lines += ["", "── failed"]
        for record in records:
            if record.failed:
                why = record.note or f"{record.failed} failed"
                lines.append(f"  {record.name}: {why}; see {reports / record.name}.log")

    lines += ["", "── skipped"]
    reasons = [f"  {record.name}: {reason}" for record in records for reason in record.skipped]
    lines += reasons or ["  nothing"]

    passed = sum(record.passed for record in records)
    failed = sum(record.failed for record in records)
    skipped = sum(len(record.skipped) for record in records)
    return [*lines, "", f"{passed} passed, {failed} failed, {skipped} skipped"]


if __name__ == "__main__":
    sys.exit(main())
