"""What a broker allows: limits of the whole, policies of its services, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zmq4.error import OptionError

Rule: TypeAlias = Callable[[str | None, str], bool]
"""Tells whether a user (None: nobody asked who it is) may use a service; it must not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the requests of one service are kept, given out and given up.

    Args:
        queue_length: Requests that may wait for a worker.
        queue_bytes: Octets of their bodies; each frame after the first counts as 64 more.
        on_full: What happens to a request that finds the queue full: it is rejected, or the oldest
            makes way.
        ttl: Seconds that a request waits while the service has no worker; None is for ever.
        max_attempts: How often a request is given to a worker before it is given up; 1 for services
            that must not do anything twice.
        max_busy: Workers that may be busy at once; None is all of them.
        busy_timeout: Seconds after which a busy worker is given up that sends no heartbeats while
            it works; None is never, since many workers of the field send none.
        restartable: Whether a request may begin anew of which a part was answered already.
        partials: What a client of 0.1 gets of an answer in parts: all of them in one reply, or the
            last.
        joined_bytes: Octets that are kept for such a reply, counted as for `queue_bytes`; an answer
            with more is given up.
        fair: Whether clients take turns. Otherwise requests do, whoever sent them.

    Raises:
        OptionError: A value is out of its range.
    """

    queue_length: int = 10_000
    queue_bytes: int = 64 << 20
    on_full: Literal["reject", "drop_oldest"] = "reject"
    ttl: float | None = 60.0
    max_attempts: int = 2
    max_busy: int | None = None
    busy_timeout: float | None = None
    restartable: bool = False
    partials: Literal["join", "last"] = "join"
    joined_bytes: int = 16 << 20
    fair: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_counts(self, "queue_length", "queue_bytes", "max_attempts", "joined_bytes")
        for name in ("ttl", "max_busy", "busy_timeout"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise OptionError(f"Policy: {name} is above 0, not {value!r}")
        if self.on_full not in {"reject", "drop_oldest"}:
            raise OptionError(f"Policy: on_full is 'reject' or 'drop_oldest', not {self.on_full!r}")
        if self.partials not in {"join", "last"}:
            raise OptionError(f"Policy: partials is 'join' or 'last', not {self.partials!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What bounds a broker's memory, whatever its peers do.

    Args:
        queue_length: Requests that may wait for workers, of all services.
        queue_bytes: Octets of their bodies; each frame after the first counts as 64 more.
        requests_per_client: Requests of one connection that may be open, waiting or being served.
        request_bytes: Octets of the body of one request; None leaves it to `max_message_bytes`.
        services: Services that requests can make known. Workers can, too, and are not kept out by
            names that somebody has asked for.
        workers: Worker sessions at once.
        unread: Messages that one peer may leave unread before it is given up.
        unread_bytes: Octets of them; a single message may have more.
        faults: Messages that cannot be read before a connection's messages are read no more.

    Raises:
        OptionError: A value is out of its range.
    """

    queue_length: int = 100_000
    queue_bytes: int = 256 << 20
    requests_per_client: int = 10_000
    request_bytes: int | None = None
    services: int = 10_000
    workers: int = 100_000
    unread: int = 20_000
    unread_bytes: int = 64 << 20
    faults: int = 100

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_counts(
            self,
            "queue_length",
            "queue_bytes",
            "requests_per_client",
            "services",
            "workers",
            "unread",
            "unread_bytes",
            "faults",
        )
        if self.request_bytes is not None and self.request_bytes < 1:
            raise OptionError(f"Limits: request_bytes is 1 or more, not {self.request_bytes!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may do what, by the user id that the socket's security gave; a rule of None lets all.

    A rule that raises has refused.

    Args:
        may_serve: Whether a user may be a worker of a service.
        may_call: Whether a user may send requests to a service.
        may_manage: Whether a user may ask the broker about itself, by names that begin `mmi.`.
    """

    may_serve: Rule | None = None
    may_call: Rule | None = None
    may_manage: Rule | None = None


def is_allowed(rule: Rule | None, user: str | None, service: bytes) -> bool:
    """Ask a rule."""
    if rule is None:
        return True
    try:
        return bool(rule(user, service.decode()))
    except Exception:
        return False


def _check_counts(values: object, *names: str) -> None:
    for name in names:
        value = getattr(values, name)
        if value < 1:
            raise OptionError(f"{type(values).__name__}: {name} is 1 or more, not {value!r}")
