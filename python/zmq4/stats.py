"""What a socket did so far, and what it holds; what passed through a proxy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handshakes:
    """How the handshakes of a socket went, in either direction."""

    barred: int = 0
    """Connections from or to an address that is not let in: there was no handshake."""
    begun: int = 0
    """Handshakes that began."""
    completed: int = 0
    """Of these, those that were completed."""
    refused: int = 0
    """Of these, those of peers that we did not let in, or about which nobody said whether to."""
    failed: int = 0
    """Of these, those that came to nothing otherwise: by a fault, a silence, the peer's will."""
    crowded_out: int = 0
    """Of these, those that were given up because too many were unfinished."""
    delayed: int = 0
    """Of these, those that waited because others had taken all the time that handshakes get."""


@dataclass(frozen=True, slots=True)
class Stats:
    """A socket's counters, read at one moment."""

    sent: int
    """Messages accepted by send."""
    received: int
    """Messages returned by receive."""
    dropped: int
    """Messages dropped, for whatever reason the socket knows of: the sum of the four below."""
    queued: int
    """Messages accepted that the kernel has not taken yet."""
    queued_bytes: int
    """Their octets on the wire."""
    unread: int
    """Messages that have arrived and were not received yet."""
    unread_bytes: int
    """Their octets on the wire."""
    dropped_full: int = 0
    """Dropped because a peer's queue was full, or to make room in it."""
    dropped_unroutable: int = 0
    """Dropped because there was no peer to have them."""
    dropped_gone: int = 0
    """Queued for a peer that left, or for an endpoint that was closed, before they were sent."""
    dropped_replaced: int = 0
    """Replaced by a newer message, as `conflate=True` has it."""
    blocked_seconds: float = 0.0
    """How long calls have waited to send, all threads and tasks together; those that still wait are
    not in it."""
    handshakes: Handshakes = Handshakes()
    """How its handshakes went."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What passed one way through a proxy."""

    messages: int
    """Messages passed on."""
    bytes: int
    """Octets of their frames."""
    dropped: int
    """Messages for a peer of a `Router` that has left or does not keep up."""


@dataclass(frozen=True, slots=True)
class ProxyStats:
    """A proxy's counters, read at one moment."""

    forward: Flow
    """From the front to the back."""
    backward: Flow
    """From the back to the front."""
    uncaptured: int
    """Copies for which the capture socket had no room, or no peer."""
