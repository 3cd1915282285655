"""What a machine tells, for any number of listeners, none of whom can hold it up.

A listener that does not keep up loses the oldest events, and the next one tells how many.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

Event = TypeVar("Event")

CAPACITY: Final = 1000
"""Events that wait to be taken, unless the program says otherwise."""


class Ear(Generic[Event]):
    """One listener's events. Deques may be used by two threads at once.

    Args:
        ring: Called when there is something new, or the end.
        capacity: Events that may wait.
    """

    __slots__ = ("__weakref__", "_ring", "events", "heard", "is_closed", "taken")

    def __init__(self, ring: Callable[[], None], capacity: int) -> None:
        """Begin with nothing heard."""
        self._ring = ring
        self.events: deque[Event] = deque(maxlen=capacity)
        self.heard = 0
        self.taken = 0
        self.is_closed = False

    @property
    def missed(self) -> int:
        """Events that made way for newer ones."""
        return self.heard - self.taken - len(self.events)

    def tell(self, event: Event) -> None:
        """Hear an event."""
        self.events.append(event)
        self.heard += 1
        self._ring()

    def take(self) -> Event | None:
        """Take the oldest event; None if there is none."""
        try:
            event = self.events.popleft()
        except IndexError:
            return None
        self.taken += 1
        return event

    def close(self) -> None:
        """Hear nothing more; what was heard can still be taken."""
        self.is_closed = True
        self._ring()


class Feed(Generic[Event]):
    """Tells every listener that is still there."""

    __slots__ = ("_ears", "_is_over")

    def __init__(self) -> None:
        """Begin with no listener."""
        self._ears: WeakSet[Ear[Event]] = WeakSet()
        self._is_over = False

    def add(self, ear: Ear[Event]) -> None:
        """Begin to tell a listener."""
        self._ears.add(ear)
        if self._is_over:
            ear.close()

    def tell(self, event: Event) -> None:
        """Tell everybody."""
        for ear in [*self._ears]:
            if not ear.is_closed:
                ear.tell(event)

    def close(self) -> None:
        """Tell everybody that there will be no more."""
        self._is_over = True
        for ear in [*self._ears]:
            ear.close()
