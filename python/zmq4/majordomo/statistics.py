"""What a broker counts: live values, for the program and for `mmi.stats`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStats:
    """One service: what there is now, and what has been."""

    queued: int
    """Requests that wait for a worker."""
    queued_bytes: int
    """Octets of their bodies; each frame after the first counts as 64 more."""
    oldest: float
    """Seconds that the oldest of them has waited; 0 if there is none."""
    idle: int
    """Workers without a request."""
    busy: int
    """Workers with one."""
    received: int
    """Requests that came."""
    dispatched: int
    """Requests given to workers, each time counted."""
    redispatched: int
    """Those of them that another worker had had."""
    partials: int
    """Partial replies passed on."""
    replied: int
    """Requests answered, up to the end."""
    dropped: Mapping[str, int]
    """Requests given up, by the names of `Refusal`."""
    waited: float
    """Seconds that all dispatched requests have waited for their workers."""
    served: float
    """Seconds that workers have spent on all answered requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStats:
    """A broker as a whole."""

    services: Mapping[str, ServiceStats]
    """Those with workers, those that had some, and those with requests waiting."""
    workers: int
    """Worker sessions."""
    clients: int
    """Connections that have sent requests."""
    queued: int
    """Requests that wait, of all services."""
    queued_bytes: int
    """Octets of their bodies, counted likewise."""
    dropped: Mapping[str, int]
    """Requests refused before they belonged to a service, by the names of `Refusal`."""
    managed: int
    """Questions answered about the broker itself."""
    faults: Mapping[str, int]
    """Messages dropped because they are not spoken here, by the names of `Fault`."""
    ignored: int
    """Messages not read, of peers that had sent too many such."""
    partings: Mapping[str, int]
    """Worker sessions that ended, by the names of `Parting`."""
    uptime: float
    """Seconds since the broker began."""
