"""The pipeline under CURVE lets workers in, and nobody else."""

import re
from pathlib import Path

import pytest

from cli.visits import visit


@pytest.mark.parametrize("case", ["nothing", "nothing, asyncio"])
def test_workers_carry_each_line_and_the_impostor_is_refused_with_a_reason(
    text_of_400_lines: Path, case: str
) -> None:
    outcome = visit("in_guarded", case, text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    shares, _, refusal = outcome.remark.partition("; ")
    assert re.fullmatch(r"each worker's share of the lines: \d+( \+ \d+)*", shares)
    assert re.fullmatch(r"the impostor was refused: .*400.*", refusal)


def test_impostor_with_the_papers_of_a_worker_is_noticed(text_of_400_lines: Path) -> None:
    outcome = visit("in_guarded", "forgery", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("FAILURE", "broken off")
    assert "PermissionError: the impostor was let in" in outcome.complaint


def test_worker_sends_nothing_to_a_source_without_papers(text_of_400_lines: Path) -> None:
    outcome = visit("in_guarded", "carelessness", text_of_400_lines)

    assert (outcome.exit_code, outcome.lines) != ("OK", "400")
    assert outcome.lines == "0"
