"""The native module: what Python's side of the package stands on.

Programs use `zmq4` and `zmq4.asyncio`. Here is the documentation of what they re-export, `Context`,
`Message`, `Frame` and `Peer`, and the contract of the rest. Times are in seconds.
"""

import sys
from asyncio import Future
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Protocol, Self, SupportsIndex, final, overload

from typing_extensions import Buffer, Unpack, disjoint_base

from zmq4.events import Event
from zmq4.options import (
    Backoff,
    Heartbeat,
    MinVersion,
    OnFull,
    OnUnroutable,
    PeerNotice,
    SocketOptions,
    StopReason,
    TcpKeepalive,
)
from zmq4.security import Applicant, Security
from zmq4.security._admission import Mechanism
from zmq4.types import Addresses, EndpointState, Part

__all__ = [
    "OPTIONS",
    "Context",
    "Deadline",
    "EndpointHandle",
    "EventStream",
    "Frame",
    "Inquiry",
    "Keys",
    "LoopSignal",
    "Message",
    "Peer",
    "Proxy",
    "Question",
    "Request",
    "Socket",
    "Subscription",
    "after_fork_in_child",
    "equip",
    "hash_password",
    "is_password_hash",
    "leave_pool",
    "next_log_records",
    "next_question",
    "normal_form",
    "poll",
    "read_public_key",
    "set_log_starter",
    "set_loop_bridge",
    "shutdown",
    "stop_log",
    "stop_questions",
    "verify_password",
    "watch",
    "z85_encode",
]

OPTIONS: Final[tuple[tuple[str, str, object, str, str, tuple[str, ...]], ...]]
"""The options of sockets: name, kind, default, when a change applies, one line of documentation,
and the socket types that have the option, all of them if none is named.

*When* is `"now"`, `"next"` (the next bind or connect), `"fixed"` (never after the first of them) or
`"call"` (each call looks). The default of an option that is a value object is words.
"""

@final
class Message(Sequence[bytes]):
    """A message: an immutable sequence of frames, each `bytes`.

    Messages are equal if their frames are, can be hashed, compared in `match` statements, unpacked
    and pickled; whom they came from plays no part in it.

    Args:
        frames: One or more frames; text is encoded as UTF-8.

    Raises:
        TypeError: There is no frame, or something is no frame.
    """

    def __new__(cls, *frames: Part) -> Self: ...
    @property
    def content(self) -> bytes:
        """The body of a message of one frame; MultipartError if there are several."""
    @property
    def text(self) -> str:
        """The body of a message of one frame, as UTF-8.

        MultipartError if there are several frames, UnicodeDecodeError if the body is no text.
        """
    @property
    def peer(self) -> Peer | None:
        """Who sent the message; None for one that was made here."""
    @property
    def sender(self) -> bytes | None:
        """The routing id of the sender, on messages from a Router."""
    def json(self) -> Any:  # noqa: ANN401 (what JSON holds is known to the program alone)
        """Read the body of a message of one frame as JSON.

        Raises:
            MultipartError: There are several frames.
            ValueError: The body is no JSON.
        """
    def frame(self, index: SupportsIndex, /) -> Frame:
        """Return a frame without copying it.

        Args:
            index: Number of the frame; negative ones count from the end.

        Raises:
            IndexError: There is no such frame.
        """
    def count(self, value: object, /) -> int:
        """Count the frames that equal ``value``."""
    def index(self, value: object, start: int = 0, stop: int = ..., /) -> int:
        """Return the number of the first frame that equals ``value``.

        Raises:
            ValueError: There is none.
        """
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> bytes: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[bytes, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Request(Message):  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    """A message that can be replied to: what a `Rep` receives."""

    def reply(self, first: Part, /, *rest: Part) -> Any:  # noqa: ANN401 (None, or what is awaited)
        """Send the reply; on a `zmq4.asyncio.Rep` it is awaited.

        A reply to a peer that has left is dropped, as in the field.

        Args:
            first: The first frame; text travels as UTF-8.
            rest: More frames of the same reply.

        Raises:
            StateError: It was replied to, or another request was received since.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """

@final
class Subscription:
    """A peer subscribed to a topic, or gave it up: what an `XPub` receives."""

    @property
    def topic(self) -> bytes:
        """What messages are to begin with; an empty one is everything."""
    @property
    def subscribe(self) -> bool:
        """Whether the peer subscribes; otherwise it gives the topic up."""
    @property
    def peer(self) -> Peer | None:
        """Who asks."""
    def allow(self, topic: bytes | str | None = None) -> None:
        """Do what the peer asks for: needed with `manual=True` alone.

        Args:
            topic: Another topic, to be used in place of the one asked for. Text travels as UTF-8.

        Raises:
            StateError: The peer holds as many subscriptions as it may.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
    def deny(self) -> None:
        """Do not do what the peer asks for; everything stays as it is."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Frame(Buffer):
    """A frame of a message, not copied: read-only memory with the buffer protocol.

    It keeps its message alive. It equals `bytes` and frames with the same octets.
    """

    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

    def __bytes__(self) -> bytes: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Peer:
    """Who is on the other side of a connection, as its handshake told."""

    @property
    def address(self) -> str:
        """Where it is, as the system saw it: `tcp://host:port`, `ipc://path`, `inproc://name`."""
    @property
    def routing_id(self) -> bytes:
        """The name that it gave itself; empty if none."""
    @property
    def user_id(self) -> str | None:
        """The user that it was authenticated as."""
    @property
    def socket_type(self) -> str | None:
        """Its socket type, as in `"PUSH"`, where it told."""
    @property
    def version(self) -> tuple[int, int] | None:
        """The version of ZMTP that it speaks, as in `(3, 1)`; None over inproc."""
    @property
    def metadata(self) -> dict[str, bytes]:
        """The properties of its handshake. Source: RFC 37/ZMTP, "Connection Metadata"."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Context:
    """What sockets share: I/O threads, and the names of inproc.

    Sockets that name none share an implicit one; make your own to keep groups of sockets apart. As
    a context manager it is closed at the end.

    Args:
        io_threads: Threads that serve connections, started when the first one is needed; at most
            1024. With 0 only inproc works.

    Raises:
        OptionError: ``io_threads`` is more than that.
        OverflowError: It is below 0.
        TypeError: It is no whole number.
    """

    def __new__(cls, io_threads: int = 1) -> Self: ...
    @staticmethod
    def default() -> Context:
        """Return the context of sockets that name none; there is one a process."""
    @property
    def io_threads(self) -> int:
        """The number of I/O threads."""
    @property
    def closed(self) -> bool:
        """Whether the context was ended, or belongs to the process before a fork."""
    def term(self, timeout: float | None = None) -> None:
        """Refuse new sockets, end every call that waits, and wait until all sockets are done.

        A socket is done when it was closed and what it left behind is sent, or its linger time is
        over. May be called again.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            Timeout: Some sockets are not done; the message names them.
            ForkError: The context belongs to the process before a fork.
        """
    def close(self, linger: float | None = None) -> None:
        """Close all sockets of the context, end it, and wait until they are done.

        Args:
            linger: Seconds that unsent messages get; None leaves it to each socket.
        """
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...

@disjoint_base
class Socket:
    """The state of a socket; base of the classes of both faces, which say what its type can do.

    Args:
        bind: Left to `__init__`, as is `connect`.
        context: The context to belong to; the implicit one by default.
        options: See `zmq4.SocketOptions`.

    Raises:
        OptionError: An option is unknown or out of range.
        ContextTerminated: The context was terminated.
        TypeError: The class is none of those with a socket type.
    """

    _socket_type: ClassVar[str]
    """The type as the wire has it, as in `"PUSH"`; each class says its own."""

    def __new__(
        cls,
        *,
        bind: Addresses | None = None,
        connect: Addresses | None = None,
        context: Context | None = None,
        **options: Unpack[SocketOptions],
    ) -> Self: ...
    @property
    def closed(self) -> bool:
        """Whether the socket was closed, or belongs to the process before a fork."""
    @property
    def context(self) -> Context:
        """The context that the socket belongs to."""
    def fileno(self) -> int:
        """Return a descriptor that is readable while there is something to receive.

        It is for event loops that know nothing of zmq4: `select`, `poll`, `epoll`, and what stands
        on them. On a type that only sends it is readable while there is room to send. It is made at
        the first call, stays readable for as long as there is something, and is closed with the
        socket. It may be readable in vain, until a call that finds nothing: use `try_recv`.

        Raises:
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
    def close(self, linger: float | None = None) -> None:
        """Close the socket; never waits, and does nothing the second time.

        Calls that wait on other threads or tasks end with `Closed`. In the child of a fork it does
        nothing at all.

        Args:
            linger: Seconds that unsent messages may go on being sent in the background; None is the
                socket's `linger`.
        """
    def _bind(self, address: str) -> EndpointHandle:
        """See `zmq4._base.SocketBase.bind`."""
    def _connect(self, address: str, routing_id: bytes | None = None) -> EndpointHandle:
        """See `zmq4._base.SocketBase.connect` and `zmq4.Router.connect`."""
    def _endpoints(self) -> list[EndpointHandle]:
        """Return the endpoints that are open, oldest first."""
    @property
    def _inquiry(self) -> Inquiry | None:
        """Who is asked about peers of later endpoints; None if nobody in Python is."""
    def _stats(
        self,
    ) -> tuple[
        tuple[int, int, int, int, int, int, int, int, int, int, int, float],
        tuple[int, int, int, int, int, int, int],
    ]:
        """Return the fields of `zmq4.Stats` and of `zmq4.Handshakes` in their order."""
    def _events(self, capacity: int) -> EventStream:
        """Listen from now on; see `zmq4._socket.ThreadSocket.events`."""
    def _abandon(self) -> bool:
        """Give up the request in progress, and on a REQ the connection it went out on.

        Returns:
            Whether there was one.
        """
    def _last_request(self) -> int:
        """Return the number of the request that a REP received last."""
    def _subscribe(self, topic: bytes) -> None:
        """See `zmq4.Sub.subscribe`."""
    def _unsubscribe(self, topic: bytes) -> None:
        """See `zmq4.Sub.unsubscribe`."""
    def _topics(self) -> list[bytes]:
        """Return what is subscribed to."""
    def _topic_count(self) -> int:
        """Count the different topics that are held, by the socket or by its peers."""
    def _has_subscribers(self, count: int, topic: bytes | None = None) -> bool:
        """Tell whether so many peers subscribed to messages of a topic, or to anything."""
    def _wait_for_subscribers(
        self, count: int, topic: bytes | None = None, timeout: float | None = None
    ) -> bool:
        """Wait in this thread until they did; tell whether they have."""
    def _watch_subscribers(self, signal: LoopSignal, token: int) -> object:
        """Ring ``signal`` with ``token`` at the next change of peers' subscriptions.

        Returns:
            The wait; it ends when this is dropped.
        """
    def _peer_has_room(self, routing_id: bytes) -> bool | None:
        """Tell whether a peer of a ROUTER has room; None if there is no such peer."""
    def _is_drained(self) -> bool:
        """Tell whether everything sent was handed to the kernel.

        If not, a watch that was registered before is rung when it was.
        """
    def _watch_drain(self, signal: LoopSignal, token: int) -> object:
        """Ring ``signal`` with ``token`` at the next step towards a drained socket.

        Returns:
            The wait; it ends when this is dropped.
        """
    # Written by `make generate` from rust/zmq4-py/options.toml, up to the mark below.
    send_hwm: int
    """Outbound messages queued for one peer; 0 is no limit."""
    recv_hwm: int
    """Inbound messages queued from one peer; 0 is no limit."""
    @property
    def send_hwm_bytes(self) -> int:
        """Outbound octets queued for one peer; 0 is no limit."""
    @send_hwm_bytes.setter
    def send_hwm_bytes(self, value: int | str, /) -> None: ...
    @property
    def recv_hwm_bytes(self) -> int:
        """Inbound octets queued from one peer; 0 is no limit."""
    @recv_hwm_bytes.setter
    def recv_hwm_bytes(self, value: int | str, /) -> None: ...
    on_full: OnFull
    """What a send does when every queue is full."""
    immediate: bool
    """Queue only for peers whose handshake is done."""
    conflate: bool
    """Keep only the newest message in each direction of each pipe."""
    linger: float | None
    """How long unsent messages outlive the socket, in seconds; None is for ever."""
    send_timeout: float | None
    """How long a send waits unless told, in seconds; None is for ever."""
    recv_timeout: float | None
    """How long a receive waits unless told, in seconds; None is for ever."""
    heartbeat: Heartbeat | None
    """Ask a silent peer for a sign of life; None is off."""
    handshake_timeout: float | None
    """From connection to end of handshake, in seconds; None is no limit."""
    reconnect: Backoff | None
    """Delays between attempts to connect; None is never again."""
    @property
    def reconnect_stop(self) -> frozenset[StopReason]:
        """What makes a connecting endpoint try no more, whatever `reconnect` says."""
    @reconnect_stop.setter
    def reconnect_stop(self, value: Collection[StopReason], /) -> None: ...
    connect_timeout: float | None
    """How long one attempt to connect may take, in seconds; None is the system's limit."""
    backlog: int
    """Connections that may wait to be accepted."""
    ipv6: bool
    """Whether names and wildcards mean IPv6 too."""
    tcp_keepalive: TcpKeepalive | None
    """When TCP asks a silent peer for a sign of life; None is off."""
    tcp_user_timeout: float | None
    """How long sent octets may stay unacknowledged, in seconds; None is the system's limit."""
    @property
    def kernel_send_buffer(self) -> int | None:
        """The system's send buffer, in octets; None is the system's choice."""
    @kernel_send_buffer.setter
    def kernel_send_buffer(self, value: int | str | None, /) -> None: ...
    @property
    def kernel_recv_buffer(self) -> int | None:
        """The system's receive buffer, in octets; None is the system's choice."""
    @kernel_recv_buffer.setter
    def kernel_recv_buffer(self, value: int | str | None, /) -> None: ...
    tos: int
    """The octet of service (DSCP and ECN) of packets of tcp; 0 is the system's choice."""
    priority: int
    """The priority of packets of tcp on this machine; 0 is the system's choice."""
    bind_to_device: str | None
    """The only device that connections of tcp may use, as in eth0; None is any."""
    busy_poll: float
    """How long a read of tcp polls the device first, in seconds; 0 is the system's choice."""
    use_fd: int | None
    """The descriptor of a listening socket, which the next bind serves; None is a new one."""
    routing_id: bytes
    """The name told to peers: at most 255 octets, the first not zero."""
    @property
    def metadata(self) -> dict[str, bytes]:
        """Application properties told to peers; their names begin with X-."""
    @metadata.setter
    def metadata(self, value: Mapping[str, bytes | str], /) -> None: ...
    min_version: MinVersion
    """The least ZMTP version that a peer must speak."""
    @property
    def max_message_size(self) -> int | None:
        """The largest frame accepted from a peer, in octets; None is no limit."""
    @max_message_size.setter
    def max_message_size(self, value: int | str | None, /) -> None: ...
    max_frames: int
    """The most frames accepted in one message."""
    @property
    def max_message_bytes(self) -> int:
        """The most octets accepted in one message, each frame counted with at least 64."""
    @max_message_bytes.setter
    def max_message_bytes(self, value: int | str, /) -> None: ...
    security: Security
    """Who the socket is to its peers, and whom it lets in."""
    on_unroutable: OnUnroutable
    """What a send to a peer that is not there does."""
    handover: bool
    """Give a routing id to the newest peer that claims it."""
    notify: PeerNotice | None
    """Receive an empty message for each peer that comes or goes; None is for neither."""
    probe: bool
    """Send each new peer an empty message first, which tells a ROUTER our routing id."""
    correlate: bool
    """Number requests, and drop replies with another number."""
    relaxed: bool
    """Allow a new request before the reply to the last one."""
    nodrop: bool
    """Let a send wait for full queues instead of dropping for them."""
    welcome: bytes
    """What each new subscriber is sent first; empty is nothing."""
    invert_matching: bool
    """Send, and receive, what matches no subscription."""
    only_first_subscribe: bool
    """Take only the first frame of a message for a subscription."""
    verbose: bool
    """Receive repeated subscriptions too."""
    verboser: bool
    """Receive repeated subscriptions and cancellations too."""
    manual: bool
    """Let the program decide what a subscription leads to."""
    last_value: bool
    """With manual: send the next message to the newest subscriber alone."""
    verbose_unsubscribe: bool
    """Pass repeated cancellations on too."""
    max_subscriptions: int
    """The most subscriptions taken from one peer."""
    @property
    def max_subscription_bytes(self) -> int:
        """The most octets that the subscriptions of all peers may hold."""
    @max_subscription_bytes.setter
    def max_subscription_bytes(self, value: int | str, /) -> None: ...
    # End of what `make generate` writes.

@final
class EndpointHandle:
    """What `bind` and `connect` opened; documented at `zmq4.Endpoint`."""

    @property
    def id(self) -> int:
        """The endpoint's number within its socket."""
    @property
    def address(self) -> str:
        """The address, with the real port or path."""
    @property
    def port(self) -> int | None:
        """The port of a tcp endpoint."""
    @property
    def state(self) -> EndpointState:
        """Where the endpoint stands."""
    @property
    def peers(self) -> list[Peer]:
        """The peers whose handshake is done."""
    @property
    def failure(self) -> str | None:
        """Why the last attempt or connection ended."""
    @property
    def attempts(self) -> int:
        """Attempts to connect since the last success."""
    def close(self) -> None:
        """Unbind or disconnect."""
    def watch(self, signal: LoopSignal, token: int) -> object:
        """Ring ``signal`` with ``token`` at the next change; look once more before you wait.

        Returns:
            The wait; it ends when this is dropped.
        """
    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait in this thread until a peer has completed its handshake; see `Endpoint.ready`."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Deadline:
    """The end of a time limit, which calls share that are made one after the other.

    Args:
        limit: Seconds from now; None is no limit.
    """

    def __new__(cls, limit: float | None) -> Self: ...
    def left(self) -> float | None:
        """Return the seconds that are left, 0 if it is over; None if there is no limit."""

@final
class EventStream:
    """What a listener to a socket has heard and not taken yet; see `zmq4.Events`."""

    def take(self) -> Event | None:
        """Take the oldest event; None if there is none now.

        Raises:
            Closed: There will be none: the socket is closed, or the stream.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
    def wait(self, timeout: float | None = None) -> Event | None:
        """Take the oldest event, waiting in this thread for one; None if the time is over.

        Raises:
            Closed: There will be none: the socket is closed, or the stream.
            ContextTerminated: The socket's context was terminated.
            ForkError: The socket belongs to the process before a fork.
        """
    def has_next(self) -> bool:
        """Tell whether there is an event to take, or none will come."""
    def watch(self, signal: LoopSignal, token: int) -> object:
        """Ring ``signal`` with ``token`` at the next event, or when none will come.

        Returns:
            The wait; it ends when this is dropped.
        """
    def close(self) -> None:
        """Stop listening. In the child of a fork it does nothing."""

@final
class LoopSignal:
    """The ready list of an event loop, and the descriptor that says that it has something."""

    def fileno(self) -> int:
        """Return the descriptor, readable while the list has something."""
    def take(self) -> list[int]:
        """Take all tokens, in the order of arrival."""

@final
class Inquiry:
    """A callable of the program that decides about the peers of one socket."""

    @property
    def token(self) -> int:
        """What the pool knows its questions by."""
    @property
    def decide(self) -> Callable[[Applicant], object] | None:
        """The callable; None once the collector has been here."""
    def use_pool(self) -> bool:
        """Have the threads of the pool take the questions from now on.

        Returns:
            Whether the pool needs its first thread, which the caller owes it.

        Raises:
            ForkError: The socket belongs to the process before a fork.
        """
    def use_loop(self, signal: LoopSignal, token: int) -> None:
        """Have an event loop take the questions from now on.

        Args:
            signal: The loop's signal.
            token: What it is rung with for each question.

        Raises:
            ForkError: The socket belongs to the process before a fork.
        """
    def take(self) -> Question | None:
        """Take the oldest question that is still of interest, for a loop.

        Raises:
            ForkError: The socket belongs to the process before a fork.
        """

@final
class Question:
    """Whether a peer is to be let in; one that is forgotten is answered with status 500."""

    @property
    def is_awaited(self) -> bool:
        """Whether an answer is still of interest: the handshake may be over."""
    def facts(
        self,
    ) -> tuple[str, Mechanism, str, str | None, str | None, bytes | None, bytes]:
        """Return what is known of the peer: the fields of `zmq4.Applicant`, in their order."""
    def answer(
        self,
        status: int,
        user_id: str = "",
        metadata: Sequence[tuple[str, bytes]] = ...,
        why: str = "",
    ) -> None:
        """Answer; a second answer is not heard.

        Args:
            status: 200 lets the peer in; 300, 400 and 500 do not.
            user_id: Who it is.
            metadata: What else is known of it.
            why: What our own events and log are to say of a refusal; the peer does not hear it.

        Raises:
            ValueError: There is no such status.
        """

@final
class Keys:
    """What `zmq4.KeyPair` stands on: a pair whose secret stays out of Python's memory.

    Args:
        secret: The secret key: 32 octets, or text.

    Raises:
        OptionError: It is no key.
    """

    def __new__(cls, secret: bytes | str) -> Self: ...
    @staticmethod
    def generate() -> Keys:
        """Make a new pair of the system's randomness."""
    @property
    def public(self) -> bytes:
        """The public key, 32 octets."""
    def secret(self) -> bytes:
        """Return the secret key, 32 octets."""

@final
class Proxy:
    """What `zmq4.Proxy` stands on."""

    def __new__(cls, front: Socket, back: Socket, capture: Socket | None = None) -> Self: ...
    def begin(self) -> None:
        """Claim the proxy for one run; StateError if another is in progress."""
    def serve(self) -> None:
        """Pass messages on in this thread until `stop`; see `zmq4.Proxy.run`."""
    def end(self) -> None:
        """End a run, and forget whatever word to stop it there was."""
    def pause(self) -> None:
        """See `zmq4.Proxy.pause`."""
    def resume(self) -> None:
        """See `zmq4.Proxy.resume`."""
    def stop(self) -> None:
        """See `zmq4.Proxy.stop`."""
    def stats(self) -> tuple[int, int, int, int, int, int, int]:
        """Return the fields of `zmq4.ProxyStats` in their order, those of its flows spread out."""

class _Bridge(Protocol):
    """What an operation that must wait wants of its loop; see `zmq4.asyncio._bridge`."""

    signal: LoopSignal
    def expect(self, timeout: float | None) -> tuple[int, Future[None]]: ...
    def forget(self, token: int) -> None: ...

def normal_form(address: str) -> str:
    """Return an address as endpoints tell theirs; what is no address stays as it is."""

def equip(cls: type[Socket], face: str, names: Sequence[str]) -> None:
    """Put native methods on a class of sockets.

    Args:
        cls: The class.
        face: `"threads"` or `"asyncio"`.
        names: The methods.

    Raises:
        TypeError: The class is none of sockets.
        ValueError: A face or a method has no such name.
    """

def set_loop_bridge(factory: Callable[[], _Bridge]) -> None:
    """Say what gives the bridge of the running event loop to an operation that must wait."""

def set_log_starter(hook: Callable[[], object]) -> None:
    """Say what is called at the first socket of a process, to start a thread for the log."""

def poll(items: Sequence[tuple[Socket | int, int]], timeout: float | None = None) -> bytes:
    """Wait in this thread until something can be done.

    Args:
        items: Sockets and descriptors, each with the number of the `zmq4.PollEvent`s asked for.
        timeout: The longest wait in seconds; None is for ever, 0 does not wait.

    Returns:
        An octet for each item, the number of its events; no octets if the time was over first.

    Raises:
        ForkError: A socket belongs to the process before a fork.
    """

def watch(items: Sequence[tuple[Socket | int, int]], signal: LoopSignal, token: int) -> object:
    """Ring ``signal`` with ``token`` when something may have changed; look once more afterwards.

    Args:
        items: As for `poll`; descriptors are not watched.
        signal: What is rung.
        token: What it is rung with.

    Returns:
        The waits; they end when this is dropped.
    """

def next_log_records() -> list[tuple[int, str]] | None:
    """Wait for records, each the number of a `logging` level and a line; None after `stop_log`."""

def stop_log() -> None:
    """End `next_log_records`, once it has handed over what is there."""

def after_fork_in_child() -> None:
    """Leave everything of the parent's alone from now on."""

def shutdown(timeout: float) -> None:
    """End all contexts, waiting at most ``timeout`` seconds for lingering messages."""

def hash_password(password: bytes) -> str:
    """Hash a password: Argon2id, as a PHC string, at the cost that its authors recommend."""

def is_password_hash(text: str) -> bool:
    """Tell whether a text is a hash that `verify_password` understands."""

def verify_password(password: bytes, phc: str) -> bool:
    """Tell whether a password is the one that was hashed. Other threads run meanwhile.

    Raises:
        OptionError: The text is no hash.
    """

def read_public_key(key: bytes | str) -> bytes:
    """Read a public key: 32 octets, 40 characters of Z85, or 64 hexadecimal digits.

    Raises:
        OptionError: It is no key, or one that protects nothing.
    """

def z85_encode(octets: bytes) -> str:
    """Write octets in Z85.

    Raises:
        OptionError: Their number is no multiple of four.
    """

def next_question() -> tuple[int, Question, bool] | None:
    """Wait for a question to the pool; None when this thread is to end.

    Returns:
        The token of who asks, the question, and whether to start another thread first.
    """

def leave_pool() -> None:
    """Say that a thread of the pool could not be started."""

def stop_questions() -> None:
    """End every thread of the pool, once it is done with what it does."""
