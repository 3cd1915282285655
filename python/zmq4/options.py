"""Options of sockets: the keywords that every socket class takes, and values that group a few.

Each keyword is an attribute of the socket too. What is set after the first endpoint was opened
applies to later endpoints; marks, lingering and time limits apply at once.
"""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Final, Literal, TypeAlias, TypedDict

from zmq4.error import OptionError

OnFull: TypeAlias = Literal["block", "drop_newest", "drop_oldest", "error"]
"""What a send does that finds no room."""

MinVersion: TypeAlias = Literal["2.0", "3.0", "3.1"]
"""The least version of ZMTP that peers must speak."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Ask silent peers for a sign of life, and give up those who owe it.

    Only peers that speak ZMTP 3.1 are asked. A peer whose messages are not being received is not
    given up: its answers stand behind them in the queue.

    Args:
        interval: Seconds between two questions, above 0.
        timeout: Seconds of silence after a question that end the connection; `interval` if None.
        ttl: Seconds of our silence after which the peer is told to give us up, in tenths, at most
            6553.5; None leaves that to the peer.

    Raises:
        OptionError: A value is out of its range.

    Source: RFC 37/ZMTP, "Connection Heartbeating".
    """

    interval: float
    _: KW_ONLY
    timeout: float | None = None
    ttl: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_above_zero("Heartbeat: interval", self.interval)
        if self.timeout is not None:
            _check_above_zero("Heartbeat: timeout", self.timeout)
        if self.ttl is not None and not _MIN_TTL <= self.ttl <= _MAX_TTL:
            limits = f"{_MIN_TTL} to {_MAX_TTL} seconds"
            raise OptionError(f"Heartbeat: ttl is {limits}, not {self.ttl!r}")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait between attempts to connect: first a little, then twice as long each time.

    Args:
        initial: Seconds before the second attempt, above 0.
        max: The longest wait in seconds, not below `initial`.
        jitter: Share of each wait, from 0 to 1, by which chance makes it longer or shorter, so that
            the clients of a server that returns do not all return at once.

    Raises:
        OptionError: A value is out of its range.
    """

    initial: float
    _: KW_ONLY
    max: float = 30.0
    jitter: float = 0.25

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_above_zero("Backoff: initial", self.initial)
        _check_above_zero("Backoff: max", self.max)
        if self.max < self.initial:
            raise OptionError(f"Backoff: max ({self.max!r}) is below initial ({self.initial!r})")
        if not 0 <= self.jitter <= 1:
            raise OptionError(f"Backoff: jitter is a share from 0 to 1, not {self.jitter!r}")


@dataclass(frozen=True, slots=True)
class TcpKeepalive:
    """Let the system notice peers that vanished without a word (tcp only).

    Args:
        idle: Seconds of silence before the first probe, 1 or more; the system counts whole ones.
        interval: Seconds between two probes, 1 or more; the system counts whole ones.
        count: Unanswered probes that end the connection, 1 or more.

    Raises:
        OptionError: A value is out of its range.
    """

    idle: float = 15.0
    interval: float = 10.0
    count: int = 3

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, seconds in (("idle", self.idle), ("interval", self.interval)):
            if not 1 <= seconds < math.inf:
                raise OptionError(f"TcpKeepalive: {name} is 1 second or more, not {seconds!r}")
        if self.count < 1:
            raise OptionError(f"TcpKeepalive: count is 1 or more, not {self.count!r}")


class SocketOptions(TypedDict, total=False):
    """The keywords of every socket class beside `bind`, `connect` and `context`.

    Functions that hand options on are typed with it: `**options: Unpack[zmq4.SocketOptions]`.
    """

    send_hwm: int
    """Messages queued for one peer before a send finds no room; 0 is no limit. Default 1000."""
    recv_hwm: int
    """Messages of one peer that may wait to be received; 0 is no limit. Default 1000."""
    send_hwm_bytes: int | str
    """Octets queued for one peer, as 65536 or "64MiB"; 0, the default, is no limit."""
    recv_hwm_bytes: int | str
    """Octets of one peer that may wait to be received; 0, the default, is no limit."""
    linger: float | None
    """Seconds that unsent messages may outlive their socket; None is for ever. Default 1.

    The end of the interpreter does not wait longer than a minute.
    """
    send_timeout: float | None
    """Seconds that a send may wait unless told otherwise; None, the default, is for ever."""
    recv_timeout: float | None
    """Seconds that a receive may wait unless told otherwise; None, the default, is for ever."""
    on_full: OnFull
    """What a send does that finds no room. Default "block": it waits."""
    immediate: bool
    """Queue only for peers that are connected. Default False."""
    conflate: bool
    """Keep only the newest message in each direction. Default False."""
    ipv6: bool
    """Names and wildcards mean IPv6 too. Default False."""
    heartbeat: Heartbeat | None
    """Ask silent peers for a sign of life. Default None: no."""
    reconnect: Backoff | None
    """When a lost connection is made again; None is never. Default `Backoff(0.1)`."""
    connect_timeout: float | None
    """Seconds that one attempt to connect may take; None, the default, is the system's limit."""
    handshake_timeout: float | None
    """Seconds from connection to end of handshake; None is no limit. Default 10."""
    max_message_size: int | str | None
    """Octets of a frame above which its sender is disconnected; None, the default, is no limit."""
    max_frames: int
    """Frames of a message above which its sender is disconnected. Default 65536."""
    max_message_bytes: int | str
    """Octets of a message above which its sender is disconnected. Default "1GiB".

    Each frame counts with at least 64 octets.
    """
    kernel_send_buffer: int | str | None
    """Octets of the system's send buffer; None, the default, is the system's choice."""
    kernel_recv_buffer: int | str | None
    """Octets of the system's receive buffer; None, the default, is the system's choice."""
    backlog: int
    """Connections that may wait to be accepted. Default 100."""
    tcp_keepalive: TcpKeepalive | None
    """Let the system probe silent peers; None is no. Default `TcpKeepalive()`."""
    tcp_user_timeout: float | None
    """Seconds that sent octets may stay unacknowledged; None is the system's limit. Default 45."""
    routing_id: bytes
    """The name told to peers, at most 255 octets; empty, the default, is none."""
    metadata: Mapping[str, bytes | str]
    """Properties told to peers, each by a name that begins with `X-`."""
    min_version: MinVersion
    """The least ZMTP version of peers. Default "3.0"; others are refused, with a reason.

    "2.0" is for libzmq 3 and its kin, which know neither metadata nor heartbeats. It counts only
    without security.
    """


def _check_above_zero(what: str, seconds: float) -> None:
    if not (seconds > 0 and math.isfinite(seconds)):
        raise OptionError(f"{what} is a number of seconds above 0, not {seconds!r}")


_MIN_TTL: Final = 0.1
_MAX_TTL: Final = 6553.5
