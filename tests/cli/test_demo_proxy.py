"""The stop with the proxy notices what its processes do wrong."""

import re
from pathlib import Path

from cli.visits import visit


def test_each_question_is_answered_through_the_proxy(text_of_400_lines: Path) -> None:
    outcome = visit("in_proxy", "nothing", text_of_400_lines)

    assert outcome[:4] == ("OK", "400", "each line exactly once", "")
    carried = re.search(r"the proxy carried (\d+) messages", outcome.remark)
    assert carried is not None
    assert int(carried[1]) >= 800


def test_wrong_answers_are_detected(text_of_400_lines: Path) -> None:
    assert visit("in_proxy", "lie", text_of_400_lines)[:3] == ("PARTIAL", "400", "altered")


def test_dead_worker_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_proxy", "death", text_of_400_lines)

    assert (outcome.exit_code, outcome.verdict) == ("PARTIAL", "broken off")
    assert re.match(r"worker 2 \(process \d+\) was killed by SIGKILL", outcome.complaint)
