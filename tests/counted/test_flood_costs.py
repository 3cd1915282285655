"""A flood of 16-octet messages: what it costs either side in wake-ups and in system calls."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.clock import DEADLINE

WAKEUPS = 10
"""Voluntary context switches of a process for 1,000 messages, at most."""

SYSTEM_CALLS = 50
"""System calls of a process for 1,000 messages, at most."""

BENCHES = Path(__file__).parents[2] / "benches"

COUNT = "import counted, json; print(json.dumps(counted.count_flood(messages=200_000, size=16)))"

Counts = dict[str, dict[str, float | None]]


@pytest.fixture(scope="module")
def counts() -> Counts:
    """Count what either side of one flood does, where the benchmarks are at home."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=BENCHES,
        capture_output=True,
        text=True,
        timeout=6 * DEADLINE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    counted: Counts = json.loads(done.stdout)
    return counted


@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_flood_wakes_a_process_at_most_10_times_for_1000_messages(
    counts: Counts, side: str
) -> None:
    wakeups = counts[side]["wakeups_per_1000"]

    assert wakeups is not None
    assert wakeups <= WAKEUPS


@pytest.mark.requires_peer("strace")
@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_flood_takes_at_most_50_system_calls_for_1000_messages(counts: Counts, side: str) -> None:
    system_calls = counts[side]["syscalls_per_1000"]

    assert system_calls is not None, "strace may not attach to a process here"
    assert system_calls <= SYSTEM_CALLS
