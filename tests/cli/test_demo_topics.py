"""The stop of topics notices what its processes do wrong."""

from pathlib import Path

from cli.visits import visit


def test_each_subscriber_gets_its_topic_and_the_late_one_the_second_half(
    text_of_400_lines: Path,
) -> None:
    outcome = visit("in_topics", "nothing", text_of_400_lines)

    assert outcome[:4] == ("OK", "600", "each line exactly once", "")
    assert outcome.remark == "the late subscriber's messages, by topic: 67 + 66 + 67"


def test_lost_line_is_named_with_its_subscriber(text_of_400_lines: Path) -> None:
    outcome = visit("in_topics", "loss", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "599", "subscriber 3: 1 lost")
    assert outcome.complaint == "subscriber 3: 1 lost (line 3)"


def test_line_that_comes_in_place_of_another_is_named(text_of_400_lines: Path) -> None:
    outcome = visit("in_topics", "repetition", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "599", "subscriber 1: 1 lost, subscriber 3: 1 doubled")


def test_line_of_another_topic_is_strange(text_of_400_lines: Path) -> None:
    outcome = visit("in_topics", "wrong topic", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "599", "subscriber 1: 1 strange, subscriber 3: 1 lost")


def test_publisher_that_does_not_wait_is_too_early_for_the_late_subscriber(
    text_of_400_lines: Path,
) -> None:
    outcome = visit("in_topics", "haste", text_of_400_lines)

    assert outcome[:3] == ("PARTIAL", "400", "late subscriber: 200 lost")
