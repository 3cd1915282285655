"""A series of messages that every peer can make, in whatever language, and a digest of messages."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence


def messages(count: int) -> Iterator[list[bytes]]:
    """Yield the first ``count`` messages of the series."""
    return map(message, range(count))


def message(number: int) -> list[bytes]:
    """Make the message with the given number: the number itself, then up to two frames more."""
    return [
        b"%d" % number,
        *(
            bytes([(number + more) % 256]) * (number * more * 37 % 300)
            for more in range(1, number % 3 + 1)
        ),
    ]


def digest(received: Iterable[Sequence[bytes]]) -> str:
    """Return a digest of messages, their order, and where each of them and of their frames ends."""
    sha256 = hashlib.sha256()
    for frames in received:
        sha256.update(len(frames).to_bytes(4))
        for frame in frames:
            sha256.update(len(frame).to_bytes(4))
            sha256.update(frame)
    return sha256.hexdigest()
