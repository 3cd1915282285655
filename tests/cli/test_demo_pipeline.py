"""The pipeline stop notices what its processes do wrong; see `saboteur.py`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.clock import DEADLINE
from zmq4.cli.demo.text import write_text

SABOTEUR = Path(__file__).with_name("saboteur.py")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "text"
    write_text(path, lines=400, seed=4)
    return path


def visit(case: str, text: Path) -> list[str]:
    """Run a case; returns exit code's name, lines arrived, verdict and complaint."""
    done = subprocess.run(
        [sys.executable, str(SABOTEUR), case, str(text)],
        capture_output=True,
        text=True,
        timeout=6 * DEADLINE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.rstrip("\n").split("|")


def test_good_pipeline_delivers_each_line_exactly_once(text: Path) -> None:
    assert visit("nothing", text) == ["OK", "400", "each line exactly once", ""]


def test_lost_line_is_named(text: Path) -> None:
    assert visit("loss", text) == ["PARTIAL", "399", "1 lost", "1 lost (line 3)"]


def test_doubled_line_is_named(text: Path) -> None:
    assert visit("double", text) == ["PARTIAL", "400", "1 doubled", "1 doubled (line 3)"]


def test_altered_line_is_detected(text: Path) -> None:
    assert visit("alteration", text)[:3] == ["PARTIAL", "400", "altered"]


def test_dead_worker_is_named(text: Path) -> None:
    exit_code, lines, verdict, complaint = visit("death", text)

    assert (exit_code, lines, verdict) == ("PARTIAL", "0", "broken off")
    assert re.fullmatch(
        r"worker 2 \(process \d+\) was killed by SIGKILL; 400 of 400 lines had not arrived",
        complaint,
    )


def test_failed_worker_is_named_with_its_error(text: Path) -> None:
    exit_code, _, verdict, complaint = visit("failure", text)

    assert (exit_code, verdict) == ("FAILURE", "broken off")
    assert re.match(r"worker 2 \(process \d+\) failed: RuntimeError: out of paper;", complaint)


def test_workers_that_do_nothing_run_out_of_time(text: Path) -> None:
    assert visit("laziness", text) == [
        "TIMEOUT",
        "0",
        "timed out",
        "the time allowed ran out; 400 of 400 lines had not arrived",
    ]


def test_crash_at_the_end_is_a_failure_though_all_arrived(text: Path) -> None:
    exit_code, lines, _, complaint = visit("crash at exit", text)

    assert (exit_code, lines) == ("FAILURE", "400")
    assert "was killed by SIGSEGV after its work" in complaint
