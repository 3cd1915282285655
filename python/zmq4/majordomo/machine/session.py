"""A worker session as the broker sees it: idle, busy with one request, or gone.

```text
            READY                 dispatch                  DISCONNECT, silence,
 unknown ─────────▶ idle ──────────────────────▶ busy ────▶ second READY, wrong reply,
                     ▲  REPLY or FINAL            │         connection lost
                     └────────────────────────────┘                 │
                     │                                              ▼
                     └───────────────────────────────────────────▶ gone
```

Source: RFC 7/MDP, "MDP/Worker"; RFC 18/MDP, likewise.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zmq4._kit.machine import Row
    from zmq4.majordomo.machine.request import Request
    from zmq4.majordomo.machine.service import Service
    from zmq4.majordomo.messages import Dialect


class Session:
    """A worker that said READY, until it is gone."""

    __slots__ = (
        "address",
        "beats_while_busy",
        "dialect",
        "head",
        "is_gone",
        "request",
        "seen",
        "sent",
        "service",
        "since",
    )

    def __init__(self, address: bytes, dialect: Dialect, service: Service, now: float) -> None:
        """Begin idle."""
        self.address = address
        self.dialect = dialect
        self.service = service
        self.head = (address, *dialect.work_head)
        """What stands before the client's address in its requests."""
        self.request: Request | None = None
        """The one that it holds."""
        self.seen = now
        """When it was last heard."""
        self.sent = now
        """When it was last sent something."""
        self.since = now
        """When it was given the request that it holds."""
        self.beats_while_busy = False
        """Whether it ever sent a heartbeat while it worked: many workers of the field cannot."""
        self.is_gone = False

    def beat(self) -> Row:
        """Write a heartbeat."""
        return (self.address, *self.dialect.beat())

    def leave(self) -> Row:
        """Write the end of the session."""
        return (self.address, *self.dialect.leave())

    def beat_at(self, interval: float) -> float:
        """Return when it is owed a sign of life."""
        return self.sent + interval

    def silent_at(self, term: float) -> float:
        """Return when its silence will mean that it is gone; infinity if it does not."""
        if self.request is None or self.beats_while_busy:
            return self.seen + term
        return math.inf

    def overdue_at(self) -> float:
        """Return when it will have been busy for too long; infinity if it may be."""
        timeout = self.service.policy.busy_timeout
        if self.request is None or timeout is None:
            return math.inf
        return self.since + timeout
