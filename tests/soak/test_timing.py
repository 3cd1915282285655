"""Whether the time that a comparison takes tells anything of a secret."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.soak


@pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo")
def test_comparisons_with_secrets_take_a_time_that_tells_nothing() -> None:
    """Run the statistics of a million samples a class; they also find out a comparison that does tell."""
    command = ["cargo", "test", "--locked", "-p", "zmq4-proto", "--test", "timing"]
    run = subprocess.run(
        [*command, "--", "--ignored", "--test-threads", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout
