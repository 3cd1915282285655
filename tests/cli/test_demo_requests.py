"""The stop of requests notices what its processes do wrong, and what they do about it."""

from pathlib import Path

from cli.visits import visit


def test_each_question_is_answered_though_the_server_is_killed(text_of_400_lines: Path) -> None:
    outcome = visit("in_requests", "nothing", text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    killed, next_one = outcome.remark.partition(": ")[2].split(" + ")
    assert int(killed) + int(next_one) == 400
    assert 0 < int(killed) <= 200


def test_question_that_is_left_unanswered_is_asked_again(text_of_400_lines: Path) -> None:
    outcome = visit("in_requests", "forgetfulness", text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")


def test_wrong_answer_is_detected(text_of_400_lines: Path) -> None:
    assert visit("in_requests", "lie", text_of_400_lines)[:3] == ("PARTIAL", "400", "altered")


def test_answer_to_another_question_is_strange(text_of_400_lines: Path) -> None:
    outcome = visit("in_requests", "confusion", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "399", "1 lost, 1 strange")
    assert "1 lost (line 3)" in outcome.complaint


def test_server_that_dies_unasked_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_requests", "death", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("PARTIAL", "broken off")
    assert "server 2" in outcome.complaint
    assert "was killed by SIGKILL" in outcome.complaint
