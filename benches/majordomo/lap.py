"""What a client's watch says of a lap, and whom all clients ask."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE = b"echo"


@dataclass(frozen=True, slots=True)
class Lap:
    """How long a lap took, and the requests in it."""

    seconds: float
    p50_us: float
    p99_us: float

    @classmethod
    def of(cls, seconds: float, took: list[int]) -> Lap:
        """Sum up a lap whose requests took so many nanoseconds each."""
        took = sorted(took)
        return cls(seconds, took[len(took) // 2] / 1e3, took[len(took) * 99 // 100] / 1e3)
