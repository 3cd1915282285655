"""What a socket did so far, and what it holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stats:
    """A socket's counters, read at one moment."""

    sent: int
    """Messages accepted by send."""
    received: int
    """Messages returned by receive."""
    dropped: int
    """Messages dropped, for whatever reason the socket knows of."""
    queued: int
    """Messages accepted that the kernel has not taken yet."""
    queued_bytes: int
    """Their octets on the wire."""
    unread: int
    """Messages that have arrived and were not received yet."""
    unread_bytes: int
    """Their octets on the wire."""
