"""What a program may put into the mailbox of a driver's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Command = TypeVar("Command")

Look: TypeAlias = Callable[[float], None]
"""A look at the machine, taken between two of its steps; it is told the time."""


@dataclass(frozen=True, slots=True)
class Order(Generic[Command]):
    """A command for the machine."""

    command: Command


@dataclass(frozen=True, slots=True)
class Abort:
    """The end."""


Letter: TypeAlias = Order[Command] | Abort | Look


def take_late(letter: Letter[Command], now: float) -> None:
    """See to a letter that comes after the end: looks are still taken, for they change nothing."""
    if not isinstance(letter, Order | Abort):
        letter(now)
