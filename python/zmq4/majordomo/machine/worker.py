"""The worker's machine: one session after the other, one job at a time.

```text
            a while                  Up: READY               REQUEST
 waiting ────────────▶ dialling ────────────────▶ idle ───────────────────▶ busy
    ▲                                              │ ▲       REPLY, FINAL    │
    ├─────────── DISCONNECT, silence, Down ────────┘ └───────────────────────┤
    │                                                                        │
    └────────── its job is done ────────── orphaned ◀────────────────────────┘
                                                      DISCONNECT, Down, overtime
```

Each session has a socket, and so a routing id, of its own: what a broker remembers of the one
before cannot be taken for this one. A job that lost its session is worked on until its handler
returns; there is no way to stop it, and no session before, for there would be nobody to work.

Sources: RFC 7/MDP and RFC 18/MDP, "Worker".
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeAlias

from zmq4._kit.liveness import Lease, Pulse
from zmq4._kit.machine import (
    Deliver,
    Down,
    Finish,
    Input,
    Open,
    Output,
    Received,
    Refused,
    Send,
    Shut,
    Start,
    Tick,
    Up,
)
from zmq4.majordomo.jobs import (
    Abandoned,
    Forgo,
    Job,
    Loss,
    Registered,
    Reply,
    Stop,
    Unregistered,
    WorkerCommand,
    WorkerEvent,
)
from zmq4.majordomo.machine.brokers import line_to
from zmq4.majordomo.machine.recovery import Recovery
from zmq4.majordomo.messages import MDP02, Beat, Dialect, Garbage, Leave, Work
from zmq4.options import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4._kit.machine import Inbound, Row
    from zmq4.majordomo.machine.brokers import Brokers
    from zmq4.types import Part

Outputs: TypeAlias = list[Output[WorkerEvent]]


class Worker:
    """One session at a broker, made again whenever it is lost.

    Args:
        brokers: Where to register.
        service: For what.
        chance: Draws numbers from 0 to 1, for the jitter.
        dialect: The protocol to speak.
        interval: Seconds between two heartbeats, both ways.
        liveness: Intervals of silence after which the broker is gone. Its silence counts only while
            there is no job: brokers in the field send no heartbeats to a worker that is busy.
        backoff: Delays between sessions that came to nothing.
        handler_timeout: Seconds after which a job is given up; None is never.
    """

    def __init__(
        self,
        brokers: Brokers,
        service: bytes,
        chance: Callable[[], float],
        *,
        dialect: Dialect = MDP02,
        interval: float = 2.5,
        liveness: int = 3,
        backoff: Backoff | None = None,
        handler_timeout: float | None = None,
    ) -> None:
        """Wait for `Start`."""
        self._brokers = brokers
        self._service = service
        self._dialect = dialect
        self._backoff = backoff if backoff is not None else Backoff(0.1)
        self._recovery = Recovery(self._backoff, chance)
        self._handler_timeout = math.inf if handler_timeout is None else handler_timeout
        self._now = -math.inf
        self._state = _State.WAITING
        self._sessions = 0
        self._socket = ""
        self._broker = ""
        self._pulse = Pulse(interval, 0.0)
        self._lease = Lease(interval * liveness, 0.0)
        self._registered_at = math.inf
        """When the session began; infinity if there is none."""
        self._open_at = math.inf
        """When to dial; while dialling, when to give that broker up."""
        self._jobs = 0
        self._address = b""
        self._overdue_at = math.inf
        self._held: list[Part] = []
        """Parts of a reply that the dialect can only send as one."""
        self._unsent: list[Row] = []
        """What the broker had no room for."""
        self._resend_at = math.inf
        self._stops = False
        self.dropped = 0
        """Messages from brokers that made no sense."""

    @property
    def is_choked(self) -> bool:
        """Whether the broker does not read what it is sent: more should wait."""
        return bool(self._unsent)

    @property
    def is_registered(self) -> bool:
        """Whether there is a session."""
        return self._state in {_State.IDLE, _State.BUSY}

    def handle(self, event: Input | WorkerCommand, now: float) -> Outputs:
        """See `zmq4._kit.machine.Machine`."""
        self._now = max(self._now, now)
        out: Outputs = []
        match event:
            case Reply():
                self._reply(event, out)
            case Tick():
                self._tick(out)
            case Start():
                self._dial(out)
            case Forgo():
                self._forgo(event.number, out)
            case Stop():
                self._stop(out, drain=event.drain)
            case Received() | Up() | Down() | Refused():
                if event.socket == self._socket:  # else it is of a session that is over
                    self._hear(event, out)
        return out

    def deadline(self) -> float:
        """See `zmq4._kit.machine.Machine`."""
        match self._state:
            case _State.WAITING | _State.DIALLING:
                return self._open_at
            case _State.IDLE:
                return min(self._pulse.deadline, self._lease.deadline, self._resend_at)
            case _State.BUSY:
                return min(self._pulse.deadline, self._overdue_at, self._resend_at)
            case _State.ORPHANED | _State.STOPPED:
                return math.inf

    # Sessions.

    def _dial(self, out: Outputs) -> None:
        """Open a socket for a new session."""
        self._sessions += 1
        self._socket = f"session-{self._sessions}"
        self._broker = self._brokers.current
        self._state = _State.DIALLING
        self._open_at = self._now + _PATIENCE if self._brokers.has_others else math.inf
        beat, patience = self._pulse.interval, self._lease.term
        spec = line_to(self._broker, interval=beat, patience=patience, reconnect=self._backoff)
        out.append(Open(self._socket, spec))

    def _register(self, out: Outputs) -> None:
        """Begin the session that the connection is for."""
        self._state = _State.IDLE
        self._registered_at = self._now
        self._lease.renew(self._now)
        self._send(self._dialect.ready(self._service), out)
        out.append(Deliver(Registered(self._broker)))

    def _lose(self, loss: Loss, out: Outputs, *, linger: float = 0.0) -> None:
        """End the session, and see when to begin another."""
        delay = self._delay(loss)
        if loss is Loss.LINK or loss is Loss.SILENCE:
            self._brokers.leave(self._broker)
        if self.is_registered:
            out.append(Deliver(Unregistered(self._broker, loss, delay)))
        self._hang_up(out, linger)
        self._open_at = self._now + delay
        if self._state is not _State.BUSY:
            self._state = _State.WAITING
            return
        out.append(Deliver(Abandoned(self._jobs, loss)))
        self._state = _State.ORPHANED
        if self._stops:
            self._finish(out)

    def _hang_up(self, out: Outputs, linger: float) -> None:
        """Close the session's socket; nothing that it was to send matters any more."""
        if self._socket:
            out.append(Shut(self._socket, linger))
        self._socket = ""
        self._registered_at = math.inf
        self._unsent.clear()
        self._held.clear()
        self._resend_at = math.inf

    def _delay(self, loss: Loss) -> float:
        """Tell how long to wait before the next session."""
        if loss is Loss.FAILURE or loss is Loss.OVERTIME:
            return 0.0  # no fault of the broker's, and each costs a request: there is no loop
        if self._lease.granted - self._registered_at > self._lease.term:
            self._recovery.forget()  # the broker had been heard for a while
        # After a lost connection, dialling finds out when the broker is back.
        return self._recovery.delay(first=0.0 if loss is Loss.LINK else None)

    # What the broker says.

    def _hear(self, event: Received | Up | Down | Refused, out: Outputs) -> None:
        """Take what happened to the session's socket."""
        match event:
            case Received():
                self._receive(event.messages, out)
            case Up():
                if self._state is _State.DIALLING:
                    self._register(out)
            case Down():
                self._lose(Loss.LINK, out)
            case Refused():
                self._unsent = [*event.rows, *self._unsent]
                self._resend_at = self._now + _RESEND_AFTER

    def _receive(self, messages: Sequence[Inbound], out: Outputs) -> None:
        session = self._sessions
        for message in messages:
            heard = self._dialect.read_at_worker(message)
            match heard:
                case Work():
                    self._lease.renew(self._now)
                    self._begin(heard, out)
                case Beat():
                    self._lease.renew(self._now)
                case Leave():
                    self._lose(Loss.DISMISSAL, out)
                case Garbage():
                    self.dropped += 1
            if not self._socket or self._sessions != session:
                return  # what comes behind belongs to a session that is over

    def _begin(self, work: Work, out: Outputs) -> None:
        if self._state is not _State.IDLE:
            self.dropped += 1  # a second job: no broker may, and its client will ask again
            return
        self._state = _State.BUSY
        self._jobs += 1
        self._address = work.address
        self._overdue_at = self._now + self._handler_timeout
        out.append(Deliver(Job(self._jobs, work.body)))

    # What the handler says.

    def _reply(self, reply: Reply, out: Outputs) -> None:
        if reply.number != self._jobs:
            return
        if self._state is _State.ORPHANED and reply.final:
            self._come_back(out)
        if self._state is not _State.BUSY:
            return
        body = reply.body
        if not reply.final and not self._dialect.has_partial:
            self._held.extend(body)
            return
        if self._held:
            body = [*self._held, *body]
            self._held.clear()
        self._send(self._dialect.answer(self._address, body, final=reply.final), out)
        if reply.final:
            self._state = _State.IDLE
            self._lease.renew(self._now)
            if self._stops:
                self._say_goodbye(out)

    def _forgo(self, number: int, out: Outputs) -> None:
        if number != self._jobs:
            return
        if self._state is _State.BUSY:
            self._send(self._dialect.leave(), out)
            self._state = _State.IDLE  # the job is over: nobody has to be told
            self._lose(Loss.FAILURE, out, linger=_LINGER)
            if self._stops:
                self._finish(out)
                return
            self._dial(out)
        elif self._state is _State.ORPHANED:
            self._come_back(out)

    def _come_back(self, out: Outputs) -> None:
        """Go on after a job that had lost its session."""
        self._state = _State.WAITING
        if self._now >= self._open_at:
            self._dial(out)

    # Time.

    def _tick(self, out: Outputs) -> None:
        now = self._now
        match self._state:
            case _State.WAITING:
                if now >= self._open_at:
                    self._dial(out)
            case _State.DIALLING:
                if now >= self._open_at:
                    self._brokers.leave(self._broker)
                    self._hang_up(out, 0.0)
                    self._dial(out)
            case _State.IDLE:
                if self._lease.is_over(now):
                    self._lose(Loss.SILENCE, out)
                else:
                    self._keep_alive(out)
            case _State.BUSY:
                if now >= self._overdue_at:
                    self._send(self._dialect.leave(), out)
                    self._lose(Loss.OVERTIME, out, linger=_LINGER)
                else:
                    self._keep_alive(out)
            case _:
                pass

    def _keep_alive(self, out: Outputs) -> None:
        if self._now >= self._resend_at:
            rows, self._unsent = self._unsent, []
            self._resend_at = math.inf
            self._pulse.note(self._now)
            out.append(Send(self._socket, rows))
        if self._pulse.is_due(self._now):
            if self._unsent:
                self._pulse.note(self._now)  # what waits to be sent will say that we live
            else:
                self._send(self._dialect.beat(), out)

    def _send(self, row: Row, out: Outputs) -> None:
        if self._unsent:
            self._unsent.append(row)
        else:
            self._pulse.note(self._now)
            out.append(Send(self._socket, (row,)))

    # The end.

    def _stop(self, out: Outputs, *, drain: bool) -> None:
        self._stops = True
        match self._state:
            case _State.BUSY if drain:
                pass
            case _State.IDLE | _State.BUSY:
                self._say_goodbye(out)
            case _:
                self._finish(out)

    def _say_goodbye(self, out: Outputs) -> None:
        """Leave with a word, so that a request sent meanwhile goes to another worker at once."""
        self._send(self._dialect.leave(), out)
        self._finish(out)

    def _finish(self, out: Outputs) -> None:
        self._hang_up(out, _LINGER)
        self._state = _State.STOPPED
        out.append(Finish(_LINGER))


class _State(Enum):
    """Where the machine stands."""

    WAITING = auto()
    DIALLING = auto()
    IDLE = auto()
    BUSY = auto()
    ORPHANED = auto()
    STOPPED = auto()


_PATIENCE: Final = 1.0
"""Seconds that a broker gets to answer the telephone while there are others."""

_LINGER: Final = 1.0
"""Seconds that the last words of a session may take to leave."""

_RESEND_AFTER: Final = 0.05
"""Seconds until what was refused is sent again."""
