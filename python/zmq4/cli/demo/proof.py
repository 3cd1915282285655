"""The proof that every line arrived exactly once, in whatever order.

Two witnesses that do not trust each other. The *digest* of a multiset of numbered lines is the sum
of their hashes modulo 2^256: it is the same for every order of arrival, and differs if a line is
missing, comes twice, or has changed. The *ledger* of numbers names the lines that were lost or
doubled, which a digest cannot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Final

NUMBER_OCTETS: Final = 8
"""A line's number as it travels: big-endian, the first line is number 1."""


class MultisetDigest:
    """The digest of the numbered lines added so far."""

    __slots__ = ("value",)

    value: int
    """The digest, below 2^256."""

    def __init__(self) -> None:
        """Start with the empty multiset, whose digest is zero."""
        self.value = 0

    def add(self, number: bytes, line: bytes) -> None:
        """Add one line.

        Args:
            number: The line's number as `NUMBER_OCTETS` octets, so that no number can be read as
                part of a line.
            line: The line without its newline.
        """
        hasher = blake2b(number, digest_size=_DIGEST_OCTETS)
        hasher.update(line)
        self.value = (self.value + int.from_bytes(hasher.digest())) % _MODULUS


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """A set of line numbers, of which only the lowest few are kept by name."""

    count: int
    """How many there are."""
    lowest: tuple[int, ...]
    """The lowest of them, at most `NAMED`."""

    def __str__(self) -> str:
        """The numbers as people read them: `line 17`, or `lines 3, 17 and 4 more`."""
        noun = "line" if self.count == 1 else "lines"
        named = ", ".join(str(number) for number in self.lowest)
        more = self.count - len(self.lowest)
        return f"{noun} {named} and {more:,} more" if more else f"{noun} {named}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which what arrived is not what was expected."""

    what: str
    """A few words with the count, such as `2 lost`."""
    details: str
    """Which lines, or how it shows."""

    def __str__(self) -> str:
        """The fault in full: `2 lost (lines 17, 4711)`."""
        return f"{self.what} ({self.details})"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a ledger says at the end."""

    digest: int
    """Digest of everything that arrived, doubles included."""
    lost: LineNumbers
    """Lines that never arrived."""
    doubled: LineNumbers
    """Lines that arrived more than once."""
    strangers: int
    """Messages that were not expected: of a wrong shape, or with a number of no expected line."""

    def faults(self, expected_digest: int) -> tuple[Fault, ...]:
        """Compare with the digest of the text; an empty answer is the proof.

        Args:
            expected_digest: Digest of the text's lines, each once.
        """
        found: list[Fault] = []
        if self.lost.count:
            found.append(Fault(f"{self.lost.count:,} lost", str(self.lost)))
        if self.doubled.count:
            found.append(Fault(f"{self.doubled.count:,} doubled", str(self.doubled)))
        if self.strangers:
            found.append(Fault(f"{self.strangers:,} strange", "messages that were not expected"))
        if not found and self.digest != expected_digest:
            found.append(Fault("altered", "every number came once, but the digests differ"))
        return tuple(found)


class Ledger:
    """Enters arriving lines; knows which numbers have been seen, and which more than once."""

    def __init__(self, numbers: range) -> None:
        """Open a ledger.

        Args:
            numbers: Numbers of the lines expected; two bits of memory are taken for each.
        """
        self._numbers = numbers
        self._seen = _Bitmap(len(numbers))
        self._doubled = _Bitmap(len(numbers))
        self._strangers = 0
        self._digest = MultisetDigest()

    @property
    def arrived(self) -> int:
        """Number of different lines that have arrived."""
        return self._seen.count

    @property
    def is_complete(self) -> bool:
        """Whether every line has arrived at least once."""
        return self._seen.count == len(self._numbers)

    def enter(self, number: bytes, line: bytes) -> bool:
        """Enter one line that has arrived, with its number as it travelled.

        Returns:
            Whether the line is one of those expected and arrived for the first time.
        """
        value = int.from_bytes(number)
        if len(number) != NUMBER_OCTETS or value not in self._numbers:
            self.enter_stranger()
            return False
        self._digest.add(number, line)
        index = self._numbers.index(value)
        is_first = self._seen.mark(index)
        if not is_first:
            self._doubled.mark(index)
        return is_first

    def enter_stranger(self) -> None:
        """Enter a message that does not have the shape of a numbered line."""
        self._strangers += 1

    def evidence(self) -> Evidence:
        """Close the ledger with what it has seen."""
        return Evidence(
            digest=self._digest.value,
            lost=self._named(len(self._numbers) - self._seen.count, self._seen.unmarked()),
            doubled=self._named(self._doubled.count, self._doubled.marked()),
            strangers=self._strangers,
        )

    def _named(self, count: int, indices: Iterator[int]) -> LineNumbers:
        """Name the lowest; looks no further than it must."""
        lowest = islice(indices, min(count, NAMED))
        return LineNumbers(count, tuple(self._numbers[index] for index in lowest))


class _Bitmap:
    """One bit for each of ``size`` indices, and the number of those that are set."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._octets = bytearray((size + 7) // 8)
        self.count = 0

    def mark(self, index: int) -> bool:
        """Set a bit; returns whether it was clear."""
        octet, bit = index >> 3, 1 << (index & 7)
        if self._octets[octet] & bit:
            return False
        self._octets[octet] |= bit
        self.count += 1
        return True

    def marked(self) -> Iterator[int]:
        """The set indices, in order."""
        return (index for index in range(self._size) if self._octets[index >> 3] >> (index & 7) & 1)

    def unmarked(self) -> Iterator[int]:
        """The clear indices, in order."""
        return (
            index for index in range(self._size) if not self._octets[index >> 3] >> (index & 7) & 1
        )


NAMED: Final = 10
"""How many line numbers a complaint names."""

_DIGEST_OCTETS: Final = 32
_MODULUS: Final = 1 << 256
