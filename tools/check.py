"""Run one check of the suite: show its output, keep it, and record what it proved.

Usage: ``python tools/check.py --reports FOLDER NAME -- COMMAND [ARGUMENT …]``; the exit status is
the command's, or 1 if the command succeeded without running a test that it should have run.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from record import Record


def main() -> int:
    """Run the command given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("name")
    border = sys.argv.index("--")  # the command may have a `--` of its own
    arguments = parser.parse_args(sys.argv[1:border])

    arguments.reports.mkdir(parents=True, exist_ok=True)
    log = arguments.reports / f"{arguments.name}.log"
    record = run(arguments.name, sys.argv[border + 1 :], log)
    record.save(arguments.reports)
    return record.status or int(record.failed > 0)


def run(name: str, command: list[str], log: Path) -> Record:
    """Run ``command``, copying its output to standard output and to ``log``."""
    print(f"── {name}", flush=True)
    began = time.monotonic()
    with (
        log.open("w") as kept,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process,
    ):
        for line in process.stdout or ():
            kept.write(line)
            sys.stdout.write(line)
            sys.stdout.flush()

    record = Record(name, status=process.returncode, seconds=time.monotonic() - began)
    record.read(log.read_text().splitlines())
    return record


if __name__ == "__main__":
    sys.exit(main())
