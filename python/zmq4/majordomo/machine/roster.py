"""The broker's workers: who joined, who is alive, and what becomes of who is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zmq4._kit.schedule import Schedule
from zmq4.majordomo.events import Parting, Refusal, WorkerGone, WorkerJoined, WorkerRefused
from zmq4.majordomo.machine.session import Session
from zmq4.majordomo.messages import MANAGEMENT, is_service_name
from zmq4.majordomo.policy import is_allowed

if TYPE_CHECKING:
    from zmq4._kit.machine import Row
    from zmq4.majordomo.classify import Ready
    from zmq4.majordomo.machine.desk import Desk
    from zmq4.majordomo.machine.outbox import Outbox
    from zmq4.majordomo.policy import Limits, Rule


class Roster:
    """Worker sessions by their routing ids.

    Args:
        outbox: Where messages and events go.
        desk: Where requests are.
        heartbeat: Seconds between two signs of life.
        liveness: Intervals of silence after which a worker is gone.
        limits: What bounds the whole.
        may_serve: Who may be a worker of what.
    """

    __slots__ = (
        "_desk",
        "_interval",
        "_joined",
        "_limits",
        "_may_serve",
        "_outbox",
        "_patience",
        "_refused",
        "_schedule",
        "_term",
        "partings",
        "sessions",
    )

    def __init__(
        self,
        outbox: Outbox,
        desk: Desk,
        *,
        heartbeat: float,
        liveness: int,
        limits: Limits,
        may_serve: Rule | None,
    ) -> None:
        """Begin with nobody."""
        self._outbox = outbox
        self._desk = desk
        self._interval = heartbeat
        self._term = heartbeat * liveness
        self._limits = limits
        self._may_serve = may_serve
        self.sessions: dict[bytes, Session] = {}
        self.partings: Counter[Parting] = Counter()
        self._schedule: Schedule[Session] = Schedule(lambda session: session.is_gone)
        self._refused: Schedule[Row] = Schedule()
        self._joined = 0
        self._patience = 0.0

    @property
    def deadline(self) -> float:
        """When to look next."""
        return min(self._schedule.deadline, self._refused.deadline)

    def join(self, address: bytes, ready: Ready, user: str | None, now: float) -> None:
        """Take a worker in that says READY, unless it had said so before, or may not."""
        known = self.sessions.get(address)
        if known is not None:
            is_same = known.dialect is ready.dialect
            self.lose(known, Parting.MISBEHAVED, now, tell=is_same)
            if is_same:
                return
        if not self._is_welcome(ready.service, user):
            self._turn_away(address, ready, now)
            return
        service = self._desk.service(ready.service, now)
        session = self.sessions[address] = Session(address, ready.dialect, service, now)
        # Whoever joins together is heard and told apart: the golden section spreads evenly.
        session.sent -= self._interval / 2 * (self._joined * _GOLDEN_SECTION % 1.0)
        self._joined += 1
        service.was_served = True
        service.idle[session] = None
        self._schedule.put(session.beat_at(self._interval), session)
        self._outbox.events.append(WorkerJoined(service.name.decode(), address, ready.dialect.name))
        self._desk.look_after(service, now)

    def lose(self, session: Session, parting: Parting, now: float, *, tell: bool) -> None:
        """End a session; its request goes to another worker."""
        if session.is_gone:
            return
        session.is_gone = True
        del self.sessions[session.address]
        service, request = session.service, session.request
        if request is None:
            del service.idle[session]
        else:
            session.request = None
            service.busy -= 1
        if not service.workers:
            service.orphaned = now
        self.partings[parting] += 1
        if tell:
            self._outbox.to_workers.append(session.leave())
        self._outbox.events.append(WorkerGone(service.name.decode(), session.address, parting))
        if request is not None:
            self._desk.requeue(request, now)
        self._desk.look_after(service, now)

    def be_patient(self, now: float) -> None:
        """Have no silence count for a while: we were not there to hear."""
        self._patience = now + self._interval

    def tick(self, now: float) -> None:
        """Send what signs of life are owed, and give up who owes us one."""
        for session in self._schedule.due(now):
            if not session.is_gone:
                self._look_at(session, now)
        self._outbox.to_workers.extend(self._refused.due(now))

    def dismiss(self, now: float) -> None:
        """End all sessions, for the broker stops."""
        sessions = [*self.sessions.values()]
        for session in sessions:
            if session.request is not None and session.request.is_open:
                self._desk.drop(session.request, Refusal.STOPPING)
        for session in sessions:
            self.lose(session, Parting.STOPPED, now, tell=True)

    def _look_at(self, session: Session, now: float) -> None:
        silent_at = max(session.silent_at(self._term), self._patience)
        if now >= silent_at:
            self.lose(session, Parting.SILENT, now, tell=True)
            return
        if now >= session.overdue_at():
            self.lose(session, Parting.OVERDUE, now, tell=True)
            return
        if now >= session.beat_at(self._interval):
            session.sent = now
            self._outbox.to_workers.append(session.beat())
        at = min(session.beat_at(self._interval), silent_at, session.overdue_at())
        self._schedule.put(at, session)

    def _is_welcome(self, name: bytes, user: str | None) -> bool:
        return (
            is_service_name(name)
            and not name.startswith(MANAGEMENT)
            and not self._desk.is_closed
            and len(self.sessions) < self._limits.workers
            and is_allowed(self._may_serve, user, name)
        )

    def _turn_away(self, address: bytes, ready: Ready, now: float) -> None:
        """Refuse a worker, after a while: one that obeys comes again at once."""
        self._outbox.events.append(WorkerRefused(ready.service.decode(errors="replace"), address))
        row = (address, *ready.dialect.leave())
        if len(self._refused) < _MOST_REFUSED and not self._desk.is_closed:
            self._refused.put(now + _PAUSE, row)
        else:
            self._outbox.to_workers.append(row)


_GOLDEN_SECTION: Final = 0.6180339887498949

_PAUSE: Final = 1.0
"""Seconds that a worker waits for its refusal."""

_MOST_REFUSED: Final = 1024
"""Workers that wait for their refusals at once; the rest get them sooner."""
