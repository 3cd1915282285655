"""Questions and answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmq4.cli.demo.stops.dialogue import answer, line_of, sign


@given(number=st.binary(), line=st.binary())
def test_line_comes_back_from_its_answer(number: bytes, line: bytes) -> None:
    assert line_of(answer([number, line], sign(3)), asked=number) == (number, line, b"\x03")


def test_answer_shows_that_the_line_was_worked_on() -> None:
    assert answer([b"1", b"A line, 1"], sign(1)) == (b"1", b"a LINE, 1", b"\x01")


def test_answer_to_another_question_is_none() -> None:
    assert line_of(answer([b"1", b"line"], sign(1)), asked=b"2") == ()


@pytest.mark.parametrize("question", [[], [b"1"], [b"1", b"line", b"more"]])
def test_answer_to_nonsense_is_nonsense(question: list[bytes]) -> None:
    assert line_of(answer(question, sign(1))) == ()
