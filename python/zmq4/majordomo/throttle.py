"""Holding back lines of the log that peers can cause as often as they like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

LINES: Final = 10
"""Lines of a kind in a second, as the core has it."""


class Throttle:
    """Lets some lines of each kind through in a second, and counts the others."""

    __slots__ = ("_kinds",)

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._kinds: dict[Hashable, tuple[float, int]] = {}

    def admit(self, kind: Hashable, now: float) -> int | None:
        """Take a line in.

        Args:
            kind: One of a few.
            now: The time in seconds.

        Returns:
            How many lines of the kind were held back since one was let through; None if this one is
            held back too.
        """
        began, count = self._kinds.get(kind, (-math.inf, 0))
        if now - began >= 1.0:
            self._kinds[kind] = (now, 1)
            return max(count - LINES, 0)
        self._kinds[kind] = (began, count + 1)
        return 0 if count < LINES else None
