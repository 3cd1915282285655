"""The broker: one ROUTER, at which clients and workers of both dialects meet."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from zmq4._kit.machine import (
    Down,
    Finish,
    Inbound,
    Input,
    Open,
    Received,
    Refused,
    Spec,
    Start,
    Tick,
    Up,
)
from zmq4.majordomo.classify import Answer, Call, Ready, Sign, classify
from zmq4.majordomo.events import MessageDropped, Parting, Refusal
from zmq4.majordomo.machine.desk import Desk
from zmq4.majordomo.machine.mmi import FORBIDDEN, Management
from zmq4.majordomo.machine.outbox import Outbox, Step
from zmq4.majordomo.machine.request import Client
from zmq4.majordomo.machine.roster import Roster
from zmq4.majordomo.messages import MANAGEMENT, Beat, Dialect, Fault, Garbage, Leave, service_name
from zmq4.majordomo.policy import Access, Limits, Policy, is_allowed
from zmq4.majordomo.statistics import BrokerStats
from zmq4.options import Heartbeat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Drain:
    """Stop, but in order: take nothing new in, and wait for what workers are at.

    ``limit`` is the longest wait in seconds; whoever is not done then is not heard.
    """

    limit: float


BrokerCommand: TypeAlias = Drain
"""What a face may ask of a broker."""


class Broker:
    """The broker's machine; it uses one socket, `ROUTER`.

    Args:
        bind: Where it is to be reached.
        heartbeat: Seconds between two signs of life, both ways.
        liveness: Intervals of silence after which a worker is gone.
        policy: How requests are kept and given out.
        policies: The same for some services, by their names.
        limits: What bounds the whole.
        access: Who may do what.
        rejection: What a reply begins with by which the broker rejects a request, for clients that
            asked for it in the same words. None is no such reply: their time limits speak.
        label: What `mmi.version` answers.
    """

    def __init__(
        self,
        bind: Sequence[str],
        *,
        heartbeat: float = 2.5,
        liveness: int = 3,
        policy: Policy | None = None,
        policies: Mapping[str, Policy] | None = None,
        limits: Limits | None = None,
        access: Access | None = None,
        rejection: bytes | None = None,
        label: str = "zmq4",
    ) -> None:
        """Begin with nobody; nothing happens before `Start`."""
        self._bind = tuple(bind)
        self._heartbeat = heartbeat
        self._liveness = liveness
        self._limits = limits or Limits()
        self._access = access or Access()
        self._outbox = Outbox()
        by_name = {service_name(name): each for name, each in (policies or {}).items()}
        self._desk = Desk(self._outbox, self._limits, policy or Policy(), by_name, rejection)
        self._roster = Roster(
            self._outbox,
            self._desk,
            heartbeat=heartbeat,
            liveness=liveness,
            limits=self._limits,
            may_serve=self._access.may_serve,
        )
        self._management = Management(self._desk, self.stats, label)
        self._faults: Counter[Fault] = Counter()
        self._ignored: set[bytes] = set()
        self._unread = 0
        self._now = self._began = -math.inf
        self._ends = math.inf
        self._is_over = False

    # The contract.

    def handle(self, event: Input | BrokerCommand, now: float) -> Step:
        """See `zmq4._kit.machine.Machine`."""
        if self._is_over:
            return []
        if now - self._now > _ABSENCE * self._heartbeat:
            self._roster.be_patient(now)
        self._now = now = max(now, self._now)
        match event:
            case Received():
                for message in event.messages:
                    self._read(message, now)
            case Tick():
                self._roster.tick(now)
                self._desk.expire(now)
            case Refused():
                for row in event.rows:
                    self._not_taken(row[0], now)
            case Start():
                return self._start(now)
            case Drain():
                self._ends = now + event.limit
                self._desk.close()
            case Up() | Down():
                pass
        if now >= self._ends or (self._desk.is_closed and not self._is_busy()):
            return self._finish(now)
        return self._outbox.take(ROUTER)

    def deadline(self) -> float:
        """See `zmq4._kit.machine.Machine`."""
        if self._is_over:
            return math.inf
        return min(self._roster.deadline, self._desk.schedule.deadline, self._ends)

    def stats(self, now: float) -> BrokerStats:
        """Count, as of ``now``."""
        desk = self._desk
        return BrokerStats(
            services={name.decode(): each.stats(now) for name, each in desk.services.items()},
            workers=len(self._roster.sessions),
            clients=len(desk.clients),
            queued=desk.queued,
            queued_bytes=desk.queued_bytes,
            dropped={str(name): count for name, count in desk.dropped.items()},
            managed=self._management.answered,
            faults={str(name): count for name, count in self._faults.items()},
            ignored=self._unread,
            partings={str(name): count for name, count in self._roster.partings.items()},
            uptime=now - self._began,
        )

    # Messages.

    def _read(self, message: Inbound, now: float) -> None:
        sender = message.sender
        if sender is None:
            return
        heard = classify(message)
        if self._ignored and sender in self._ignored and not _is_farewell(message):
            self._unread += 1
            return
        match heard:
            case Call():
                self._take_call(sender, message, heard, now)
            case Answer():
                self._take_answer(sender, heard, now)
            case Sign():
                self._take_sign(sender, heard, now)
            case Ready():
                self._roster.join(sender, heard, _user(message), now)
            case Garbage() if _is_farewell(message):
                self._lose_connection(sender, now)
            case Garbage():
                self._note_fault(sender, message, heard.fault)

    def _take_call(self, sender: bytes, message: Inbound, call: Call, now: float) -> None:
        if call.service.startswith(MANAGEMENT):
            self._manage(sender, message, call, now)
        elif self._access.may_call is not None and not is_allowed(
            self._access.may_call, _user(message), call.service
        ):
            self._desk.refuse(sender, call, Refusal.FORBIDDEN)
        elif not self._desk.call(sender, call, now):
            self._note_fault(sender, message, Fault.BAD_SERVICE)

    def _take_answer(self, sender: bytes, answer: Answer, now: float) -> None:
        session = self._roster.sessions.get(sender)
        if session is None:
            self._dismiss_stranger(sender, answer.dialect)
            return
        request = session.request
        if (
            request is None
            or request.client.address != answer.address
            or session.dialect is not answer.dialect
        ):
            self._roster.lose(session, Parting.MISBEHAVED, now, tell=True)
            return
        session.seen = now
        self._desk.answer(session, answer.body, now, final=answer.final)

    def _take_sign(self, sender: bytes, sign: Sign, now: float) -> None:
        session = self._roster.sessions.get(sender)
        if session is None:
            if not isinstance(sign.sign, Leave):
                self._dismiss_stranger(sender, sign.dialect)
            return
        match sign.sign:
            case Beat() if session.dialect is sign.dialect:
                session.seen = now
                if session.request is not None:
                    session.beats_while_busy = True
            case Leave():
                self._roster.lose(session, Parting.LEFT, now, tell=False)
            case _:
                self._roster.lose(session, Parting.MISBEHAVED, now, tell=True)

    def _dismiss_stranger(self, sender: bytes, dialect: Dialect) -> None:
        """Tell whoever believes to be a worker here that it is not: it is to say READY again."""
        self._outbox.to_workers.append((sender, *dialect.leave()))

    def _manage(self, sender: bytes, message: Inbound, call: Call, now: float) -> None:
        body: Sequence[bytes] = (FORBIDDEN,)
        if is_allowed(self._access.may_manage, _user(message), call.service):
            body = self._management.answer(sender, call, now)
        head = call.dialect.final_head
        self._outbox.to_clients.append((sender, *call.path, *head, call.service, *body))

    def _note_fault(self, sender: bytes, message: Inbound, fault: Fault) -> None:
        """Count a message that is not spoken here; who sends many is listened to no more."""
        self._faults[fault] += 1
        client = self._desk.clients.get(sender)
        if client is None:
            client = self._desk.clients[sender] = Client(sender)
        client.nonsense += 1
        if client.nonsense >= self._limits.faults:
            self._ignored.add(sender)
        if fault not in client.faults:
            client.faults.add(fault)
            address = message.peer.address if message.peer is not None else ""
            self._outbox.events.append(MessageDropped(sender, address, fault))

    # Connections, and the end.

    def _lose_connection(self, sender: bytes, now: float) -> None:
        self._ignored.discard(sender)
        session = self._roster.sessions.get(sender)
        if session is not None:
            self._roster.lose(session, Parting.DISCONNECTED, now, tell=False)
        self._desk.forget_client(sender, now)

    def _not_taken(self, address: object, now: float) -> None:
        """Give up a peer that does not read what it is sent."""
        if not isinstance(address, bytes):
            return
        session = self._roster.sessions.get(address)
        if session is not None:
            self._roster.lose(session, Parting.STALLED, now, tell=False)
        self._desk.stall_client(address)

    def _start(self, now: float) -> Step:
        self._began = now
        spec = Spec(
            type="ROUTER",
            bind=self._bind,
            options={
                "on_unroutable": "error",  # or a peer that does not read would be one, too
                "notify": "disconnect",
                "backlog": _CROWD,
                "send_hwm": self._limits.unread,
                "send_hwm_bytes": self._limits.unread_bytes,
                "heartbeat": Heartbeat(self._heartbeat * self._liveness),
            },
        )
        return [Open(ROUTER, spec)]

    def _is_busy(self) -> bool:
        return any(service.busy for service in self._desk.services.values())

    def _finish(self, now: float) -> Step:
        self._desk.close()
        self._roster.dismiss(now)
        self._is_over = True
        return [*self._outbox.take(ROUTER), Finish(linger=_FAREWELL)]


def _is_farewell(message: Inbound) -> bool:
    """Tell whether this is how the ROUTER says that a peer is gone; who forges it harms itself."""
    return len(message) == 1 and not message[0]


def _user(message: Inbound) -> str | None:
    peer = message.peer
    return None if peer is None else peer.user_id


ROUTER: Final = "broker"
"""The name of the broker's socket."""

_CROWD: Final = 4096
"""Connections that may wait to be let in: after a restart everybody comes back at once, and whom
the system turns away tries again seconds later."""

_ABSENCE: Final = 1.5
"""Heartbeats without any event, after which the broker was away: it has one in each."""

_FAREWELL: Final = 1.0
"""Seconds for the last messages to leave."""
