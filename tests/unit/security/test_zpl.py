"""ZPL: the language of certificates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmq4.security._zpl import read_zpl, write_zpl

NAMES = st.from_regex(r"[A-Za-z0-9$_@.&+/-]{1,20}", fullmatch=True)
VALUES = st.text(st.characters(codec="utf-8"), max_size=30).filter(
    lambda text: text.isprintable() and not ('"' in text and "'" in text)
)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3))
def test_what_is_written_is_read_back(sections: dict[str, dict[str, str]]) -> None:
    assert read_zpl(write_zpl("a comment\nof two lines", sections)) == sections


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_zpl(text)
    except ValueError as error:
        assert "line" in str(error)  # noqa: PT017 (whether it is raised is the text's business)


def test_values_need_no_quotes() -> None:
    text = "# x\nmetadata\n    name = Alice B.  # a comment\n\tmail='a # b'\n    none =\n"

    assert read_zpl(text) == {"metadata": {"name": "Alice B.", "mail": "a # b", "none": ""}}


def test_first_of_two_counts_and_deeper_sections_are_skipped() -> None:
    text = "curve\n    a = 1\n    a = 2\n    inner\n        a = 3\ncurve\n    b = 4\n"

    assert read_zpl(text) == {"curve": {"a": "1", "b": "4"}}


def test_other_lines_are_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match=r"^line 2 is neither a section nor a value$"):
        read_zpl("curve\n    secret key = JTKVSB\n")


@pytest.mark.parametrize(
    "sections", [{"a": {"b c": "d"}}, {"a": {"": "d"}}, {"a": {"b": "\"'"}}, {"a": {"b": "1\n2"}}]
)
def test_what_cannot_be_read_back_is_not_written(sections: dict[str, dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"has letters|is one line"):
        write_zpl("", sections)
