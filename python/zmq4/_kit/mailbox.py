"""A bounded mailbox between faces and a driver: many put, one takes, and a batch is one wake."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

CAPACITY: Final = 100_000
"""Letters that may wait, unless said otherwise."""


class Mailbox(Generic[T]):
    """Letters for one reader.

    The reader is rung for the first letter after it has taken what there was, and for no other
    until it comes again. So no wake is lost, and a batch costs one.

    Args:
        ring: Wakes the reader, in the thread that puts; never after `close` has returned.
        capacity: Letters that may wait.
    """

    __slots__ = ("_capacity", "_is_closed", "_letters", "_lock", "_ring")

    def __init__(self, ring: Callable[[], None], capacity: int = CAPACITY) -> None:
        """Begin empty and open."""
        self._ring = ring
        self._capacity = capacity
        self._letters: list[T] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def put(self, letter: T) -> bool:
        """Put a letter in.

        Returns:
            Whether there was room, and somebody who will read it.
        """
        with self._lock:
            if self._is_closed or len(self._letters) >= self._capacity:
                return False
            self._letters.append(letter)
            if len(self._letters) == 1:
                self._ring()
        return True

    @property
    def has_letters(self) -> bool:
        """Whether there are letters; one more may come the moment after."""
        return bool(self._letters)

    def take(self) -> list[T]:
        """Take all letters, oldest first."""
        with self._lock:
            letters, self._letters = self._letters, []
        return letters

    def close(self) -> list[T]:
        """Take all letters, and no more from now on."""
        with self._lock:
            self._is_closed = True
            letters, self._letters = self._letters, []
        return letters
