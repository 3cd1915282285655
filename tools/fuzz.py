"""Search for new inputs with cargo-fuzz, a while for each target, where the tool is present.

Usage: ``python tools/fuzz.py --seconds N``. Without cargo-fuzz, a nightly toolchain or targets it
says so in a line that begins with ``skipped: ``; replaying the corpora needs none of them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

_FUZZ = Path(__file__).resolve().parent.parent / "rust" / "fuzz"


def main() -> int:
    """Fuzz every target; the exit status is 1 if any of them found a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    arguments = parser.parse_args()

    if obstacle := missing():
        print(f"skipped: coverage-guided fuzzing: {obstacle}")
        return 0
    statuses = [fuzz(target, arguments.seconds) for target in targets()]
    return int(any(statuses))


def missing() -> str | None:
    """Name what stands in the way of fuzzing, or ``None``."""
    if not (_FUZZ / "Cargo.toml").is_file():
        return "there are no fuzz targets"
    for command, lack in (
        (["cargo", "+nightly", "--version"], "no nightly toolchain"),
        (["cargo", "fuzz", "--version"], "cargo-fuzz is not installed"),
    ):
        if not succeeds(command):
            return lack
    return None


def succeeds(command: list[str]) -> bool:
    """Tell whether ``command`` exists and exits with 0; its output is not shown."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def targets() -> list[str]:
    """Ask cargo-fuzz for the names of its targets."""
    listing = subprocess.run(
        ["cargo", "+nightly", "fuzz", "list", "--fuzz-dir", str(_FUZZ)],
        check=True,
        capture_output=True,
        text=True,
    )
    return listing.stdout.split()


def fuzz(target: str, seconds: int) -> int:
    """Fuzz one target for ``seconds`` and return the exit status."""
    print(f"{target}: {seconds} s", flush=True)
    command = ["cargo", "+nightly", "fuzz", "run", "--fuzz-dir", str(_FUZZ), target]
    limits = [f"-max_total_time={seconds}", "-rss_limit_mb=2048"]
    return subprocess.run([*command, "--", *limits], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
