"""A torrent: many messages that both processes can make, and one digest of them all."""

import hashlib
import random
from collections.abc import Iterable, Iterator

LONGEST = 300
"""Octets in the longest message of a torrent."""


def torrent(count: int, *, seed: int) -> Iterator[bytes]:
    """Yield ``count`` messages of 0 to 300 octets, the same for the same ``seed``."""
    chance = random.Random(seed)  # noqa: S311 (no secret: the same again is what is wanted)
    octets = chance.randbytes(1 << 16)
    for _ in range(count):
        start = chance.randrange(len(octets) - LONGEST)
        yield octets[start : start + chance.randint(0, LONGEST)]


def digest(messages: Iterable[bytes]) -> str:
    """Return a digest of ``messages``, their order and where each of them ends."""
    sha256 = hashlib.sha256()
    for message in messages:
        sha256.update(len(message).to_bytes(4))
        sha256.update(message)
    return sha256.hexdigest()
