"""What can happen to a socket: the events that `sock.events()` yields.

```python
for event in sock.events():
    match event:
        case zmq4.Connected(endpoint=endpoint, peer=peer):
            print(f"{peer.address} is there, by way of {endpoint}")
        case zmq4.Disconnected(peer=peer, reason=reason):
            print(f"{peer.address} is gone: {reason}")
```

The life of a connection is told in order: `Connecting` or `Accepted`, then `ConnectFailed`,
`HandshakeFailed` or `Connected`, and after that `Disconnected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from zmq4._native import Peer

Cause: TypeAlias = Literal[
    "refused",
    "timeout",
    "system",
    "ended",
    "protocol",
    "incompatible",
    "denied",
    "address_denied",
    "no_verdict",
    "forged",
    "limit",
    "surplus",
    "crowded",
    "name_taken",
    "replaced",
    "closed",
]
"""Why a connection failed or ended.

- `"refused"`: nobody listens there.
- `"timeout"`: it took too long, or the peer was silent for too long.
- `"system"`: the system's word, other than those.
- `"ended"`: the peer ended the connection.
- `"protocol"`: the peer broke the rules, or says that we did.
- `"incompatible"`: version, mechanism or socket type do not fit.
- `"denied"`: one side refused the other's credentials.
- `"address_denied"`: the peer's address is not let in.
- `"no_verdict"`: nobody said whether the peer is to be let in, so it is not.
- `"forged"`: the peer has other keys than it should, or octets were changed, repeated or reordered on their way.
- `"limit"`: the peer sent more of something than the socket takes.
- `"surplus"`: the socket takes no further peer.
- `"crowded"`: too many handshakes were unfinished.
- `"name_taken"`: another peer has the same routing id.
- `"replaced"`: another peer took over its routing id.
- `"closed"`: the socket or the endpoint was closed.
"""

DropCause: TypeAlias = Literal["full", "unroutable", "gone"]
"""Why messages were dropped.

- `"full"`: a peer's queue was full.
- `"unroutable"`: there was no peer to have them.
- `"gone"`: the peer was gone before they were sent.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a socket; the base of all events."""

    endpoint: str
    """The address of the endpoint at which it happened; empty if at none in particular."""
    time: float
    """When it happened, by the clock of `time.monotonic()`."""
    missed: int = 0
    """Events just before it that this listener has lost, because it did not keep up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Event):
    """An endpoint was bound: peers may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting(Event):
    """An attempt to connect began."""

    attempt: int
    """Its number since the last success, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectFailed(Event):
    """An attempt to connect found nobody to talk to."""

    reason: str
    """Why, for people."""
    cause: Cause
    """Why, for programs."""
    attempt: int
    """The number of the attempt."""
    retry_in: float | None
    """Seconds until the next attempt; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Event):
    """Somebody connected to a bound endpoint; the handshake follows."""

    address: str
    """Where he is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFailed(Event):
    """A bound endpoint could not take a connection."""

    reason: str
    """Why, for people."""
    cause: Cause
    """Why, for programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Event):
    """A peer is connected, its handshake done."""

    peer: Peer
    """Who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeFailed(Event):
    """A connection came to nothing: its handshake failed, or the peer was not welcome after it."""

    address: str
    """Where the other side is."""
    reason: str
    """Why, for people."""
    cause: Cause
    """Why, for programs."""
    retry_in: float | None
    """Seconds until the next attempt; None if there is none, as ever at a bound endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected(Event):
    """A peer that was connected is gone."""

    peer: Peer
    """Who it was."""
    reason: str
    """Why, for people."""
    cause: Cause
    """Why, for programs."""
    retry_in: float | None
    """Seconds until the next attempt; None if there is none, as ever at a bound endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointClosed(Event):
    """An endpoint was closed; its connections end after that, as `linger` allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(Event):
    """Messages were dropped. Told of once a second at most, together."""

    count: int
    """How many."""
    reason: str
    """Why, for people."""
    cause: DropCause
    """Why, for programs."""
    peer: Peer | None
    """For whom they were; None if for several, or nobody."""
    routing_id: bytes | None
    """The routing id of one of them that no peer has; None where there is none."""
