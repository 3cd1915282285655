"""The conversation notices what its processes do wrong."""

import re
from pathlib import Path

from cli.visits import visit


def test_each_dealer_gets_its_own_answers(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "nothing", text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    assert outcome.remark == "each dealer's answers: 134 + 133 + 133"


def test_missing_answer_is_named_with_its_dealer(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "loss", text_of_400_lines)

    assert outcome[:4] == ("PARTIAL", "399", "dealer 3: 1 lost", "dealer 3: 1 lost (line 3)")


def test_answer_that_comes_twice_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "double", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "400", "dealer 3: 1 doubled")


def test_answer_to_another_dealers_question_is_strange(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "confusion", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "399", "dealer 1: 1 strange, dealer 3: 1 lost")


def test_dead_dealer_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "death", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("PARTIAL", "broken off")
    assert re.match(r"dealer 2 \(process \d+\) was killed by SIGKILL", outcome.complaint)


def test_dealer_that_fails_while_it_asks_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_router", "failure", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("FAILURE", "broken off")
    assert "RuntimeError: nothing to ask" in outcome.complaint
