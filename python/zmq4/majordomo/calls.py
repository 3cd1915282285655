"""What the client's machine and its face tell each other: requests, and what becomes of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4.types import Part


class Want(Enum):
    """What the caller wants of an answer."""

    WHOLE = auto()
    """All of it at once."""
    PARTS = auto()
    """Each part when it comes."""
    NOTHING = auto()
    """It is dropped."""


class Failure(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "no reply in time"
    NO_SERVICE = "no worker serves it"
    BROKER_GONE = "there is no broker"
    REJECTED = "rejected by the broker"


# ── What it is told ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ask:
    """Request something of a service; one at a time."""

    service: bytes
    body: Sequence[Part]
    timeout: float
    """Seconds for each try; with `Want.PARTS`, for each part."""
    retries: int = 0
    """Tries after the first, each on a connection of its own."""
    limit: float = math.inf
    """Seconds for everything."""
    want: Want = Want.WHOLE
    waits: bool = True
    """Whether to wait for a worker when there is none; else the broker is asked before."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The caller does not wait any more."""


@dataclass(frozen=True, slots=True)
class Close:
    """There will be no more requests."""


ClientCommand: TypeAlias = Ask | GiveUp | Close


# ── What the machine tells ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the answer; more follow."""

    body: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer, or the last part of it; empty if all was said before, or nothing was wanted."""

    body: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no answer, and there will be none."""

    failure: Failure
    detail: str
    """For people."""


ClientEvent: TypeAlias = Piece | Answer | Failed
