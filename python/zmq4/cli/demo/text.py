"""The text of the demo: made from a seed or given by the user, and read as numbered lines."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from pathlib import Path
from typing import Final

from zmq4.cli.demo.proof import NUMBER_OCTETS, MultisetDigest

LONGEST_LINE: Final = 60_000
"""Length, in octets without the newline, of the longest line that `write_text` makes."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or the first lines of one."""

    path: Path
    lines: int
    """Number of lines; octets after the last newline count as one more."""
    octets: int
    """Length of all lines without their newlines."""
    digest: int
    """`MultisetDigest` of the numbered lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a text, and what is expected of whoever receives them."""

    numbers: range
    """Their numbers."""
    digest: int
    """`MultisetDigest` of them, numbered."""


def survey(path: Path, most: int | None = None) -> Text:
    """Read a text once, to learn its size and its digest.

    Args:
        path: Where it is.
        most: How many of its first lines count; all by default.

    Raises:
        OSError: If it cannot be read.
    """
    lines = octets = 0
    digest = MultisetDigest()
    for number, line in numbered_lines(path, most):
        lines += 1
        octets += len(line)
        digest.add(number, line)
    return Text(path, lines, octets, digest.value)


def whole(text: Text) -> Part:
    """All lines of a text, as a part of it."""
    return Part(range(1, text.lines + 1), text.digest)


def parts(text: Text, numbers: Sequence[range]) -> list[Part]:
    """Read a text once, to learn the digests of some of its parts.

    Args:
        text: The text.
        numbers: The line numbers of each part; parts may overlap.

    Raises:
        OSError: If it cannot be read.
    """
    digests = [MultisetDigest() for _ in numbers]
    for index, (number, line) in enumerate(numbered_lines(text.path, text.lines), start=1):
        for part, digest in zip(numbers, digests, strict=True):
            if index in part:
                digest.add(number, line)
    return [Part(part, digest.value) for part, digest in zip(numbers, digests, strict=True)]


def numbered_lines(path: Path, most: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Read a text line by line, holding one line at a time.

    Args:
        path: Where it is.
        most: How many lines to read; all by default.

    Yields:
        The line's number, from 1, as it travels, and the line without its newline.

    Raises:
        OSError: If it cannot be read.
    """
    with path.open("rb", buffering=_READ_BUFFER) as file:
        for number, line in enumerate(islice(file, most), start=1):
            yield number.to_bytes(NUMBER_OCTETS), line.removesuffix(b"\n")


def write_text(path: Path, *, lines: int, seed: int) -> None:
    """Write a text of exactly ``lines`` lines, the same for the same arguments.

    The first line is empty and the second has `LONGEST_LINE` octets, so that both extremes are in
    every text. The others are skewed: half are below 140 octets, the mean is about 1,650, and one
    in a hundred is longer than 30,000.

    Raises:
        OSError: If the file cannot be written.
    """
    source = random.Random(seed)  # noqa: S311 - a text for a demo, not a secret
    letters = source.randbytes(_LETTERS + LONGEST_LINE).translate(_PRINTABLE)
    with path.open("wb", buffering=_WRITE_BUFFER) as file:
        for index in range(lines):
            length = _EXTREMES[index] if index < len(_EXTREMES) else _skewed_length(source.random())
            start = int(source.random() * _LETTERS)
            file.write(letters[start : start + length] + b"\n")


def _skewed_length(chance: float) -> int:
    """Map ``chance`` in [0, 1) to a length: a bounded Pareto distribution of exponent one half.

    Between ``_SCALE`` and ``_SCALE + LONGEST_LINE``, its mean is the geometric mean of the two; it
    is then shifted to begin at zero. Only division and a square root: the same on every machine.
    """
    root = 1 - chance * (1 - sqrt(_SCALE / (_SCALE + LONGEST_LINE)))
    return int(_SCALE / (root * root) - _SCALE)


_EXTREMES: Final = (0, LONGEST_LINE)
_SCALE: Final = 48
_LETTERS: Final = 1 << 20
_READ_BUFFER: Final = 1 << 20
_WRITE_BUFFER: Final = 1 << 20

_ALPHABET: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ."
_PRINTABLE: Final = bytes(_ALPHABET[octet % len(_ALPHABET)] for octet in range(256))
"""Table for `bytes.translate`: 256 values onto 64 printable ones, so no newline appears."""
