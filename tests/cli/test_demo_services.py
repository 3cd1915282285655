"""The stop of services notices what its processes do wrong, and what they do about it."""

from pathlib import Path

import pytest

from cli.visits import visit


@pytest.mark.parametrize("case", ["nothing", "nothing-asyncio"])
def test_each_request_is_answered_though_a_worker_is_killed(
    text_of_400_lines: Path, case: str
) -> None:
    outcome = visit("in_services", case, text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    shares, _, again = outcome.remark.partition(": ")[2].partition("; ")
    killed, others = map(int, shares.split(" + "))
    assert killed + others == 400
    assert killed == 400 // 12
    assert again == "1 request given to another worker"


def test_broker_that_gives_requests_up_with_their_worker_is_noticed(
    text_of_400_lines: Path,
) -> None:
    outcome = visit("in_services", "forgetfulness", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("TIMEOUT", "timed out")
    assert int(outcome.lines) < 400


def test_wrong_answer_is_detected(text_of_400_lines: Path) -> None:
    assert visit("in_services", "lie", text_of_400_lines)[:3] == ("PARTIAL", "400", "altered")


def test_answer_to_another_request_is_strange(text_of_400_lines: Path) -> None:
    outcome = visit("in_services", "confusion", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "399", "1 lost, 1 strange")
    assert "1 lost (line 3)" in outcome.complaint


def test_worker_that_dies_unasked_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_services", "death", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("PARTIAL", "broken off")
    assert "worker 2" in outcome.complaint
    assert "was killed by SIGKILL" in outcome.complaint
