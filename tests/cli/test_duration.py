"""Durations as people write them."""

import argparse

import pytest

from zmq4.cli.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120s", 120.0), ("500ms", 0.5), ("2m", 120.0), ("1h", 3600.0), ("7", 7.0), ("0.25s", 0.25)],
)
def test_duration_is_read_in_its_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1s", "5 s", "5d", "1e9", "nan", "inf", "0", "0ms"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse_duration(text)
