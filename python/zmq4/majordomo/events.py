"""What a broker tells of its work: the values that `Broker.events()` yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from zmq4.majordomo.messages import Fault


class Refusal(StrEnum):
    """Why the broker gave a request up; the names are those of counters."""

    QUEUE_FULL = "queue-full"
    TOO_MANY_REQUESTS = "too-many-requests"
    TOO_LARGE = "too-large"
    UNKNOWN_SERVICE = "unknown-service"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    WORKER_LOST = "worker-lost"
    CANCELLED = "cancelled"
    CLIENT_GONE = "client-gone"
    CLIENT_STALLED = "client-stalled"
    STOPPING = "stopping"


class Parting(StrEnum):
    """How a worker session ended."""

    LEFT = "left"
    """It said so."""
    SILENT = "silent"
    """No sign of life came in time."""
    DISCONNECTED = "disconnected"
    """Its connection is gone."""
    MISBEHAVED = "misbehaved"
    """It said what was not its to say."""
    OVERDUE = "overdue"
    """It was busy for longer than its service allows."""
    STALLED = "stalled"
    """It does not read what it is sent."""
    STOPPED = "stopped"
    """The broker stops."""


@dataclass(frozen=True, slots=True)
class WorkerJoined:
    """A worker session began."""

    service: str
    """The service's name."""
    worker: bytes
    """Its routing id."""
    dialect: str
    """Its protocol's version, as in `"0.1"`."""


@dataclass(frozen=True, slots=True)
class WorkerGone:
    """A worker session ended."""

    service: str
    """The service's name."""
    worker: bytes
    """Its routing id."""
    parting: Parting
    """How it ended."""


@dataclass(frozen=True, slots=True)
class WorkerRefused:
    """A worker may not serve what it offered."""

    service: str
    """The service's name."""
    worker: bytes
    """Its routing id."""


@dataclass(frozen=True, slots=True)
class Redispatched:
    """The worker of a request was lost; it is given to another."""

    service: str
    """The service's name."""
    attempts: int
    """How often it was given out before."""


@dataclass(frozen=True, slots=True)
class RequestDropped:
    """A request was given up."""

    service: str
    """The service's name."""
    refusal: Refusal
    """Why."""


@dataclass(frozen=True, slots=True)
class MessageDropped:
    """A peer sent what is not spoken here; told once for each peer and fault."""

    peer: bytes
    """Its routing id."""
    address: str
    """Where it is; empty if that is not known."""
    fault: Fault
    """What is wrong with it."""


BrokerEvent: TypeAlias = (
    WorkerJoined | WorkerGone | WorkerRefused | Redispatched | RequestDropped | MessageDropped
)
"""What a broker may tell."""
