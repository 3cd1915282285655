"""Durations as people write them: `500ms`, `5s`, `2m`, `1h`, or a bare number of seconds."""

import argparse
import re
from collections.abc import Mapping
from typing import Final


def parse_duration(text: str) -> float:
    """Read a duration greater than zero.

    Args:
        text: A decimal number, followed by a unit or by none, which means seconds.

    Returns:
        The duration in seconds.

    Raises:
        argparse.ArgumentTypeError: If ``text`` is not a duration, or is zero.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r} (write 500ms, 5s, 2m or 1h)")
    seconds = float(found["number"]) * _SECONDS[found["unit"] or "s"]
    if seconds == 0:
        raise argparse.ArgumentTypeError("a duration must be greater than zero")
    return seconds


_SECONDS: Final[Mapping[str, float]] = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
_DURATION: Final = re.compile(r"(?P<number>[0-9]{1,9}(\.[0-9]{1,9})?)(?P<unit>ms|s|m|h)?")
