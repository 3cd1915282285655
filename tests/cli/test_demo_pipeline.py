"""The pipeline stop notices what its processes do wrong."""

import re
from pathlib import Path

from cli.visits import Outcome, visit


def test_good_pipeline_delivers_each_line_exactly_once(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "nothing", text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    assert re.fullmatch(r"each worker's share of the lines: \d+( \+ \d+)*", outcome.remark)


def test_lost_line_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "loss", text_of_400_lines)

    assert outcome[:4] == ("PARTIAL", "399", "1 lost", "1 lost (line 3)")


def test_doubled_line_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "double", text_of_400_lines)

    assert outcome[:4] == ("PARTIAL", "400", "1 doubled", "1 doubled (line 3)")


def test_altered_line_is_detected(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "alteration", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "400", "altered")


def test_dead_worker_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "death", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "0", "broken off")
    assert re.fullmatch(
        r"worker 2 \(process \d+\) was killed by SIGKILL; 400 of 400 lines had not arrived",
        outcome.complaint,
    )


def test_failed_worker_is_named_with_its_error(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "failure", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("FAILURE", "broken off")
    assert re.match(
        r"worker 2 \(process \d+\) failed: RuntimeError: out of paper;", outcome.complaint
    )


def test_workers_that_do_nothing_run_out_of_time(text_of_400_lines: Path) -> None:
    assert visit("in_pipeline", "laziness", text_of_400_lines) == Outcome(
        "TIMEOUT",
        "0",
        "timed out",
        "the time allowed ran out; 400 of 400 lines had not arrived",
        "",
    )


def test_crash_at_the_end_is_a_failure_though_all_arrived(text_of_400_lines: Path) -> None:
    outcome = visit("in_pipeline", "crash at exit", text_of_400_lines)

    assert (outcome.exit_code, outcome.lines) == ("FAILURE", "400")
    assert "was killed by SIGSEGV after its work" in outcome.complaint
