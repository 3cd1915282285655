"""The client's machine: one connection at a time, and one request in flight on it.

```text
          Ask                 Up                     REQUEST sent             reply
 idle ──────────▶ dialling ────────▶ [ probing ] ─────────────────▶ asking ─────────▶ clean
   ▲                 ▲                                                 │                │ Ask
   │                 └──────────── time over, Down: next try ──────────┤                ▼
   └──────────────────────────────── no try is left ───────────────────┘             asking
```

The wire has no request number. A connection is used again only if nothing more can come on it; a
request that is given up takes its connection with it, so that a late reply has nowhere to arrive.
Another try is another connection, to the next broker if there are several.

Sources: RFC 7/MDP, RFC 8/MMI and RFC 18/MDP, "Client".
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeAlias

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
from zmq4.majordomo.calls import (
    Answer,
    Ask,
    ClientCommand,
    ClientEvent,
    Close,
    Failed,
    Failure,
    GiveUp,
    Piece,
    Want,
)
from zmq4.majordomo.machine.brokers import line_to
from zmq4.majordomo.messages import MANAGEMENT, MDP02, REJECTIONS, Dialect, Garbage, Reply
from zmq4.options import Backoff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4._kit.machine import Inbound
    from zmq4.majordomo.machine.brokers import Brokers

Outputs: TypeAlias = list[Output[ClientEvent]]


class Client:
    """One of a client's connections, made when it is needed.

    Args:
        brokers: Where to ask; the client's connections share it.
        dialect: The protocol to speak.
        interval: Seconds between two questions to a connection that says nothing.
        liveness: Such intervals after which the connection is gone.
        rejection: What a reply begins with by which the broker rejects a request; the broker is
            asked for such replies on each connection. None is to be told nothing.
    """

    def __init__(
        self,
        brokers: Brokers,
        *,
        dialect: Dialect = MDP02,
        interval: float = 2.5,
        liveness: int = 3,
        rejection: bytes | None = None,
    ) -> None:
        """Wait for `Start`."""
        self._brokers = brokers
        self._dialect = dialect
        self._interval = interval
        self._liveness = liveness
        self._rejection = rejection
        self._now = -math.inf
        self._state = _State.IDLE
        self._connections = 0
        self._socket = ""
        self._broker = ""
        self._is_up = False
        self._ask = _NOTHING
        self._tries_left = 0
        self._try_ends = math.inf
        self._all_ends = math.inf
        self._moves_on = math.inf
        """When a broker that does not answer is left for another."""
        self._probes_at = math.inf
        self._probes = 0
        """Questions about the service on this connection that were not answered yet."""
        self._is_unserved = False
        """Whether the broker said in this try that nobody serves it."""
        self._parts: list[bytes] = []
        self._has_part = False
        self.dropped = 0
        """Messages from brokers that made no sense."""

    @property
    def is_free(self) -> bool:
        """Whether a request may be made."""
        state = self._state
        return state is _State.CLEAN or state is _State.IDLE or state is _State.MUTE

    def handle(self, event: Input | ClientCommand, now: float) -> Outputs:
        """See `zmq4._kit.machine.Machine`."""
        self._now = max(self._now, now)
        out: Outputs = []
        match event:
            case Ask():
                self._begin(event, out)
            case Tick():
                self._tick(out)
            case Received() | Up() | Down() | Refused():
                if event.socket == self._socket:  # else it is of a connection that is given up
                    self._hear(event, out)
            case GiveUp():
                if not self.is_free:
                    self._hang_up(out)
            case Close():
                self._hang_up(out)
                self._state = _State.CLOSED
                out.append(Finish())
            case Start():
                pass
        return out

    def deadline(self) -> float:
        """See `zmq4._kit.machine.Machine`."""
        match self._state:
            case _State.DIALLING:
                return min(self._try_ends, self._all_ends, self._moves_on)
            case _State.PROBING | _State.ASKING:
                return min(self._try_ends, self._all_ends, self._probes_at)
            case _State.IDLE | _State.CLEAN | _State.MUTE | _State.CLOSED:
                return math.inf

    # A request and its tries.

    def _begin(self, ask: Ask, out: Outputs) -> None:
        if not self.is_free:
            raise RuntimeError("a connection carries one request at a time")
        self._ask = ask
        self._tries_left = ask.retries if ask.timeout > 0 else 0  # who has no time, tries once
        self._all_ends = self._now + ask.limit
        is_fit = (
            self._is_up
            and not self._probes
            and (self._state is _State.CLEAN or ask.want is Want.NOTHING)
        )
        if not is_fit:
            self._hang_up(out)
        self._try(out)

    def _try(self, out: Outputs) -> None:
        """Ask, on the connection that there is or on a new one."""
        self._try_ends = self._now + self._ask.timeout
        self._is_unserved = False
        self._parts = []
        self._has_part = False
        if self._is_up:
            self._speak(out)
        else:
            self._dial(out)

    def _dial(self, out: Outputs) -> None:
        self._connections += 1
        self._socket = f"connection-{self._connections}"
        self._broker = self._brokers.current
        self._state = _State.DIALLING
        self._moves_on = self._now + _PATIENCE if self._brokers.has_others else math.inf
        spec = line_to(
            self._broker,
            interval=self._interval,
            patience=self._interval * self._liveness,
            reconnect=_RECONNECT,
        )
        out.append(Open(self._socket, spec))

    def _speak(self, out: Outputs) -> None:
        """Send the request, or ask first whether anybody serves it."""
        is_managed = self._ask.service.startswith(MANAGEMENT)
        if not self._ask.waits and not is_managed:
            self._state = _State.PROBING
            self._probes_at = math.inf
            self._probe(out)
            return
        self._send_request(out)

    def _send_request(self, out: Outputs) -> None:
        ask = self._ask
        out.append(Send(self._socket, (self._dialect.request(ask.service, ask.body),)))
        if ask.want is Want.NOTHING:
            self._state = _State.MUTE
            out.append(Deliver(Answer(())))
            return
        self._state = _State.ASKING
        is_managed = ask.service.startswith(MANAGEMENT)
        left = self._try_ends - self._now
        self._probes_at = math.inf if is_managed else self._now + left / 2

    def _probe(self, out: Outputs) -> None:
        """Ask whether anybody serves it. The answer has another name than the service's."""
        self._probes += 1
        question = self._dialect.request(_SERVICE, (self._ask.service,))
        out.append(Send(self._socket, (question,)))

    def _fail_try(self, failure: Failure, detail: str, out: Outputs) -> None:
        """Give up a try, and with it the connection."""
        if self.is_free or self._state is _State.CLOSED:
            return
        self._brokers.leave(self._broker)
        self._hang_up(out)
        has_told = self._has_part and self._ask.want is Want.PARTS
        if has_told or not self._tries_left or self._now >= self._all_ends:
            out.append(Deliver(Failed(failure, detail)))
            return
        self._tries_left -= 1
        self._try(out)

    def _hang_up(self, out: Outputs) -> None:
        """Close the connection; what comes late comes to nobody."""
        if self._socket:
            linger = _LINGER if self._state is _State.MUTE else 0.0
            out.append(Shut(self._socket, linger))
        self._socket = ""
        self._is_up = False
        self._probes = 0
        self._state = _State.IDLE

    # What happens.

    def _hear(self, event: Received | Up | Down | Refused, out: Outputs) -> None:
        """Take what happened to the connection."""
        match event:
            case Received():
                self._receive(event.messages, out)
            case Up():
                self._is_up = True
                if self._rejection is not None:
                    wish = self._dialect.request(REJECTIONS, (self._rejection,))
                    out.append(Send(self._socket, (wish,)))
                if self._state is _State.DIALLING:
                    self._speak(out)
            case Down():
                self._is_up = False
                self._lose(out)
            case Refused():
                detail = f"{self._broker} does not read"
                if self._state is _State.MUTE:
                    out.append(Deliver(Failed(Failure.TIMEOUT, detail)))
                self._fail_try(Failure.TIMEOUT, detail, out)

    def _lose(self, out: Outputs) -> None:
        """Have lost the connection, which goes on trying."""
        match self._state:
            case _State.ASKING:
                detail = f"{self._broker} was lost, and whether it has the request is not known"
                self._fail_try(Failure.BROKER_GONE, detail, out)
            case _State.PROBING:
                self._hang_up(out)  # it has no request yet: this was no try
                self._brokers.leave(self._broker)
                self._dial(out)
            case _State.CLEAN | _State.MUTE:
                self._hang_up(out)
                self._brokers.leave(self._broker)
            case _State.IDLE | _State.DIALLING | _State.CLOSED:
                pass

    def _tick(self, out: Outputs) -> None:
        if self.is_free or self._state is _State.CLOSED:
            return
        now = self._now
        if now >= min(self._try_ends, self._all_ends):
            self._run_out_of_time(out)
        elif self._state is _State.DIALLING:
            if now >= self._moves_on:
                self._brokers.leave(self._broker)
                self._hang_up(out)
                self._dial(out)
        elif now >= self._probes_at:
            self._probes_at = math.inf
            self._probe(out)

    def _run_out_of_time(self, out: Outputs) -> None:
        if self._state is _State.DIALLING:
            detail = f"no connection to {' or '.join(self._brokers.addresses)}"
            self._fail_try(Failure.BROKER_GONE, detail, out)
        elif self._is_unserved:
            self._fail_try(Failure.NO_SERVICE, f"{self._broker} knows no worker for it", out)
        else:
            self._fail_try(Failure.TIMEOUT, f"{self._broker} is there", out)

    # What the broker says.

    def _receive(self, messages: Sequence[Inbound], out: Outputs) -> None:
        for message in messages:
            heard = self._dialect.read_at_client(message)
            if isinstance(heard, Garbage):
                self.dropped += 1
            elif heard.service == REJECTIONS and self._ask.service != REJECTIONS:
                pass  # whether we are told or not, we ask
            elif self._probes and heard.service == _SERVICE:
                self._hear_of_service(heard, out)
            elif self._state is _State.ASKING and heard.service == self._ask.service:
                self._hear_reply(heard, out)
            elif self._state is _State.CLEAN:
                self._hang_up(out)  # an answer more than questions: nothing fits together here
            else:
                self.dropped += 1
            if not self._socket:
                return

    def _hear_reply(self, reply: Reply, out: Outputs) -> None:
        body = reply.body
        if self._rejection is not None and reply.final and body[0] == self._rejection:
            self._state = _State.CLEAN
            why = body[-1].decode(errors="replace")
            out.append(Deliver(Failed(Failure.REJECTED, why)))
        elif reply.final:
            if self._has_part and len(body) == 1 and not body[0]:
                body = ()  # nothing but the end
            if self._parts:
                body = (*self._parts, *body)
                self._parts = []
            self._state = _State.CLEAN
            out.append(Deliver(Answer(body)))
        else:
            self._hear_part(body, out)

    def _hear_part(self, body: Sequence[bytes], out: Outputs) -> None:
        self._has_part = True
        self._probes_at = math.inf
        if self._ask.want is Want.PARTS:
            self._try_ends = self._now + self._ask.timeout
            out.append(Deliver(Piece(body)))
        else:
            self._parts.extend(body)

    def _hear_of_service(self, reply: Reply, out: Outputs) -> None:
        self._probes -= 1
        self._is_unserved = reply.body[-1][:3] == _NOT_FOUND
        if self._state is not _State.PROBING:
            return
        if self._is_unserved:
            self._tries_left = 0
            self._fail_try(Failure.NO_SERVICE, f"{self._broker} knows no worker for it", out)
        else:
            self._send_request(out)


class _State(Enum):
    """Where the machine stands."""

    IDLE = auto()
    """No connection."""
    DIALLING = auto()
    PROBING = auto()
    ASKING = auto()
    CLEAN = auto()
    """A connection on which nothing is outstanding."""
    MUTE = auto()
    """A connection whose replies nobody wants, and which is good for no others."""
    CLOSED = auto()


_NOTHING: Final = Ask(b"", (), 0.0)

_SERVICE: Final = MANAGEMENT + b"service"
"""The broker's own service that knows who serves what. Source: RFC 8/MMI."""

_NOT_FOUND: Final = b"404"

_RECONNECT: Final = Backoff(0.1, max=2.0)
"""Between attempts to connect: while somebody waits for an answer, there is no long wait."""

_PATIENCE: Final = 0.5
"""Seconds that a broker gets to let us in while there are others."""

_LINGER: Final = 1.0
"""Seconds that requests whose answers nobody wants may take to leave."""
