"""What the worker's machine and its face tell each other: jobs, what becomes of them, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4.types import Part


class Loss(StrEnum):
    """Why a session is over."""

    LINK = "the connection was lost"
    SILENCE = "the broker was silent for too long"
    DISMISSAL = "the broker told us to leave"
    OVERTIME = "the handler took too long"
    FAILURE = "the handler gave no reply"


# ── What the machine tells ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Job:
    """A request to be worked on: the only one until its last reply was given."""

    number: int
    """Goes back with everything that is said about the job."""
    body: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Nobody waits for the replies to this job any more; they are not sent.

    The machine takes part in nothing until it is told of the job's end.
    """

    number: int
    loss: Loss


@dataclass(frozen=True, slots=True)
class Registered:
    """A session began: the broker may send requests."""

    broker: str


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A session is over; another follows."""

    broker: str
    loss: Loss
    retry_in: float
    """Seconds until then, at the earliest."""


WorkerEvent: TypeAlias = Job | Abandoned | Registered | Unregistered


# ── What it is told ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a job, or a part of it: the job is done with the one that is ``final``."""

    number: int
    body: Sequence[Part]
    final: bool = True


@dataclass(frozen=True, slots=True)
class Forgo:
    """A job ended without a reply: the session is given up, and the broker decides what follows."""

    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Take no more jobs; finish when the one in hand is done, or at once."""

    drain: bool = True


WorkerCommand: TypeAlias = Reply | Forgo | Stop
