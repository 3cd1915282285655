"""A service at the broker: who serves it, what waits for it, and who is next.

Requests go in their order to the worker that has been idle longest, at once whenever there are
both: after a request, after READY, after a final reply, after a worker was lost.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from zmq4.majordomo.machine.queue import FairQueue, Queue
from zmq4.majordomo.statistics import ServiceStats

if TYPE_CHECKING:
    from zmq4._kit.machine import Row
    from zmq4.majordomo.events import Refusal
    from zmq4.majordomo.machine.request import Request
    from zmq4.majordomo.machine.session import Session
    from zmq4.majordomo.policy import Policy


class Service:
    """One service, by its name."""

    __slots__ = (
        "_busy_limit",
        "busy",
        "dispatched",
        "dropped",
        "idle",
        "is_scheduled",
        "name",
        "orphaned",
        "partials",
        "policy",
        "queue",
        "received",
        "redispatched",
        "replied",
        "served",
        "waited",
        "was_served",
    )

    def __init__(self, name: bytes, policy: Policy, now: float) -> None:
        """Begin with nobody."""
        self.name = name
        self.policy = policy
        self.queue = FairQueue() if policy.fair else Queue()
        self.idle: OrderedDict[Session, None] = OrderedDict()
        """Workers without a request; the first has been idle longest."""
        self.busy = 0
        """Workers with one."""
        self.was_served = False
        """Whether it ever had a worker: what never had one is forgotten with its last request."""
        self.orphaned = now
        """Since when it has had no worker, if it has none."""
        self.is_scheduled = False
        """Whether the broker looks after its queue's age."""
        self._busy_limit = math.inf if policy.max_busy is None else policy.max_busy
        self.received = 0
        self.dispatched = 0
        self.redispatched = 0
        self.partials = 0
        self.replied = 0
        self.dropped: Counter[Refusal] = Counter()
        self.waited = 0.0
        self.served = 0.0

    @property
    def workers(self) -> int:
        """Its worker sessions."""
        return len(self.idle) + self.busy

    @property
    def is_forgettable(self) -> bool:
        """Whether nobody serves it and nothing waits for it."""
        return not self.busy and not self.idle and not self.queue.length

    def can_dispatch(self) -> bool:
        """Tell whether a worker is idle and may be given something."""
        return self.busy < self._busy_limit and len(self.idle) > 0

    def give(self, request: Request, now: float) -> Row:
        """Give a request to the worker that has been idle longest; `can_dispatch` has said yes."""
        session, _ = self.idle.popitem(last=False)
        self.busy += 1
        self.dispatched += 1
        self.waited += now - request.arrived
        if request.attempts:
            self.redispatched += 1
        request.attempts += 1
        session.request = request
        session.since = session.sent = now
        return (*session.head, request.client.address, b"", *request.body)

    def free(self, session: Session) -> None:
        """Take the request from a worker, which is idle then."""
        session.request = None
        self.busy -= 1
        self.idle[session] = None

    def expires_at(self) -> float:
        """Return when the oldest request will have waited too long; infinity if never."""
        ttl = self.policy.ttl
        if ttl is None or self.workers:
            return math.inf
        oldest = self.queue.oldest()
        return math.inf if oldest is None else max(oldest.arrived, self.orphaned) + ttl

    def stats(self, now: float) -> ServiceStats:
        """Count."""
        oldest = self.queue.oldest()
        return ServiceStats(
            queued=self.queue.length,
            queued_bytes=self.queue.octets,
            oldest=0.0 if oldest is None else now - oldest.arrived,
            idle=len(self.idle),
            busy=self.busy,
            received=self.received,
            dispatched=self.dispatched,
            redispatched=self.redispatched,
            partials=self.partials,
            replied=self.replied,
            dropped={str(name): count for name, count in self.dropped.items()},
            waited=self.waited,
            served=self.served,
        )
