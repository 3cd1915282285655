"""Options of sockets: the keywords that every socket class takes, and values that group a few.

Each keyword is an attribute of the socket too. What is set after the first endpoint was opened
applies to later endpoints; marks, lingering and time limits apply at once.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Final, Literal, TypeAlias, TypedDict

from zmq4.error import OptionError
from zmq4.security import Security

OnFull: TypeAlias = Literal["block", "drop_newest", "drop_oldest", "error"]
"""What a send does that finds no room."""

MinVersion: TypeAlias = Literal["2.0", "3.0", "3.1"]
"""The least version of ZMTP that peers must speak."""

OnUnroutable: TypeAlias = Literal["error", "drop"]
"""What a send to a peer that is not there does: it raises `Unroutable`, or drops the message."""

PeerNotice: TypeAlias = Literal["connect", "disconnect", "both"]
"""Which changes of its peers a ROUTER is told."""

StopReason: TypeAlias = Literal["refused", "handshake_failed", "disconnected"]
"""What may make a connecting endpoint try no more."""


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

    # Written by `make generate` from rust/zmq4-py/options.toml, up to the mark below.
    send_hwm: int
    """Outbound messages queued for one peer; 0 is no limit. Default 1000."""
    recv_hwm: int
    """Inbound messages queued from one peer; 0 is no limit. Default 1000."""
    send_hwm_bytes: int | str
    """Outbound octets queued for one peer; 0 is no limit. Default 0."""
    recv_hwm_bytes: int | str
    """Inbound octets queued from one peer; 0 is no limit. Default 0."""
    on_full: OnFull
    """What a send does when every queue is full. Default "block"."""
    immediate: bool
    """Queue only for peers whose handshake is done. Default False."""
    conflate: bool
    """Keep only the newest message in each direction of each pipe.

    Default False. Only on PAIR, PUB, SUB, DEALER, PULL, PUSH.
    """
    linger: float | None
    """How long unsent messages outlive the socket, in seconds; None is for ever.

    Default 1.0. The end of the interpreter does not wait longer than a minute.
    """
    send_timeout: float | None
    """How long a send waits unless told, in seconds; None is for ever. Default None."""
    recv_timeout: float | None
    """How long a receive waits unless told, in seconds; None is for ever. Default None."""
    heartbeat: Heartbeat | None
    """Ask a silent peer for a sign of life; None is off. Default None."""
    handshake_timeout: float | None
    """From connection to end of handshake, in seconds; None is no limit. Default 10.0."""
    reconnect: Backoff | None
    """Delays between attempts to connect; None is never again. Default Backoff(0.1)."""
    reconnect_stop: Collection[StopReason]
    """What makes a connecting endpoint try no more, whatever `reconnect` says.

    Default frozenset(). "refused": nobody listens; "handshake_failed": a connection was made,
    but no handshake; "disconnected": the endpoint was closed while it had no connection, and
    what is queued is dropped instead of lingering.
    """
    connect_timeout: float | None
    """How long one attempt to connect may take, in seconds; None is the system's limit.

    Default None.
    """
    backlog: int
    """Connections that may wait to be accepted. Default 100."""
    ipv6: bool
    """Whether names and wildcards mean IPv6 too. Default False."""
    tcp_keepalive: TcpKeepalive | None
    """When TCP asks a silent peer for a sign of life; None is off. Default TcpKeepalive()."""
    tcp_user_timeout: float | None
    """How long sent octets may stay unacknowledged, in seconds; None is the system's limit.

    Default 45.0.
    """
    kernel_send_buffer: int | str | None
    """The system's send buffer, in octets; None is the system's choice. Default None."""
    kernel_recv_buffer: int | str | None
    """The system's receive buffer, in octets; None is the system's choice. Default None."""
    tos: int
    """The octet of service (DSCP and ECN) of packets of tcp; 0 is the system's choice.

    Default 0.
    """
    priority: int
    """The priority of packets of tcp on this machine; 0 is the system's choice.

    Default 0. Above 6 the system wants privileges.
    """
    bind_to_device: str | None
    """The only device that connections of tcp may use, as in eth0; None is any.

    Default None. The system may want privileges.
    """
    busy_poll: float
    """How long a read of tcp polls the device first, in seconds; 0 is the system's choice.

    Default 0.0. The system wants privileges for more than its own choice.
    """
    use_fd: int | None
    """The descriptor of a listening socket, which the next bind serves; None is a new one.

    Default None. The address that is bound says which transport it is of. The socket becomes
    non-blocking.
    """
    routing_id: bytes
    """The name told to peers: at most 255 octets, the first not zero. Default b""."""
    metadata: Mapping[str, bytes | str]
    """Application properties told to peers; their names begin with X-. Default {}."""
    min_version: MinVersion
    """The least ZMTP version that a peer must speak.

    Default "3.0". "2.0" is for libzmq 3.2 and its kin; it counts only without security.
    """
    max_message_size: int | str | None
    """The largest frame accepted from a peer, in octets; None is no limit.

    Default None. Whoever sends a larger one is disconnected.
    """
    max_frames: int
    """The most frames accepted in one message.

    Default 65536. Whoever sends more is disconnected.
    """
    max_message_bytes: int | str
    """The most octets accepted in one message, each frame counted with at least 64.

    Default "1GiB". Whoever sends more is disconnected.
    """
    security: Security
    """Who the socket is to its peers, and whom it lets in.

    Default Null(). One of `Null`, `PlainClient`, `PlainServer`, `CurveClient` and
    `CurveServer`. Peers over inproc are of the same process, and are let in without asking.
    """
    on_unroutable: OnUnroutable
    """What a send to a peer that is not there does.

    Default "error". Only on ROUTER.
    """
    handover: bool
    """Give a routing id to the newest peer that claims it.

    Default False. Only on ROUTER.
    """
    notify: PeerNotice | None
    """Receive an empty message for each peer that comes or goes; None is for neither.

    Default None. Only on ROUTER.
    """
    probe: bool
    """Send each new peer an empty message first, which tells a ROUTER our routing id.

    Default False. Only on REQ, DEALER, ROUTER.
    """
    correlate: bool
    """Number requests, and drop replies with another number.

    Default False. Only on REQ.
    """
    relaxed: bool
    """Allow a new request before the reply to the last one.

    Default False. Only on REQ.
    """
    nodrop: bool
    """Let a send wait for full queues instead of dropping for them.

    Default False. Only on PUB, XPUB.
    """
    welcome: bytes
    """What each new subscriber is sent first; empty is nothing.

    Default b"". Only on PUB, XPUB.
    """
    invert_matching: bool
    """Send, and receive, what matches no subscription.

    Default False. Only on PUB, SUB, XPUB. Both sides have to set it.
    """
    only_first_subscribe: bool
    """Take only the first frame of a message for a subscription.

    Default False. Only on PUB, XPUB, XSUB.
    """
    verbose: bool
    """Receive repeated subscriptions too.

    Default False. Only on XPUB.
    """
    verboser: bool
    """Receive repeated subscriptions and cancellations too.

    Default False. Only on XPUB.
    """
    manual: bool
    """Let the program decide what a subscription leads to.

    Default False. Only on XPUB.
    """
    last_value: bool
    """With manual: send the next message to the newest subscriber alone.

    Default False. Only on XPUB.
    """
    verbose_unsubscribe: bool
    """Pass repeated cancellations on too.

    Default False. Only on XSUB.
    """
    max_subscriptions: int
    """The most subscriptions taken from one peer.

    Default 100_000. Only on PUB, XPUB.
    """
    max_subscription_bytes: int | str
    """The most octets that the subscriptions of all peers may hold.

    Default "64MiB". Only on PUB, XPUB.
    """
    # End of what `make generate` writes.


def _check_above_zero(what: str, seconds: float) -> None:
    if not (seconds > 0 and math.isfinite(seconds)):
        raise OptionError(f"{what} is a number of seconds above 0, not {seconds!r}")


_MIN_TTL: Final = 0.1
_MAX_TTL: Final = 6553.5
