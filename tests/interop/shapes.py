"""Messages of all shapes: sizes at which something changes, and many frames."""

SIZES = [0, 1, 255, 256, 8191, 8192, 8193, 65535, 65536, 65537, 1 << 20]
"""Octets around the thresholds of the framing (255), of libzmq's batches (8192), and of ours."""

PATTERN = bytes(range(251)) * (1 + (1 << 20) // 251)
"""Octets whose period divides no power of two, so that a shifted piece is noticed."""


def alternating(count: int) -> list[bytes]:
    """Make as many frames, every third of them empty, the others of many sizes."""
    return [PATTERN[: 37 * at**2 if at % 3 else 0] for at in range(count)]
