"""How a thread waits for its next message: it looks again for a moment before it sleeps.

A sleeping thread costs two switches, and on a virtual machine an interrupt to another processor:
as long as all the rest of a short dialogue. So a thread whose waits have been short lately keeps
its eyes open. At each look it gives way to whoever wants its processor, and the moment is shorter
than any turn that the interpreter gives a thread. Where waits are long it sleeps at once, so that
whoever has nothing to do costs nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class Patience:
    """What the last waits have been like.

    Args:
        clock: Seconds that never go back.
    """

    __slots__ = ("_clock", "_luck")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without an expectation."""
        self._clock = clock
        self._luck = 0

    def look_out(self, look: Callable[[float], bool]) -> bool:
        """Look again and again for a moment, if that has paid lately.

        Args:
            look: Is told the time; tells whether there was something.

        Returns:
            Whether there was.
        """
        if self._luck <= 0:
            return False
        now = self._clock()
        until = now + _MOMENT
        while now < until:
            os.sched_yield()
            now = self._clock()
            if look(now):
                self._luck = _MOST_LUCK
                return True
        self._luck -= 1
        return False

    def sleep(self, sleep: Callable[[], object]) -> None:
        """Sleep, and remember whether it was worth it."""
        began = self._clock()
        sleep()
        if self._clock() - began < _SHORT:
            self._luck = min(self._luck + 1, _MOST_LUCK)


_MOMENT: Final = 60e-6
"""Seconds that are spent on looking out: less than it takes to fall asleep and to be woken."""

_SHORT: Final = 250e-6
"""Seconds; a sleep of less might have been none."""

_MOST_LUCK: Final = 8
"""Moments in vain until the next sleep."""
