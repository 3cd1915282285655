"""What subscribers and publishers of both faces have in common: everything that does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from zmq4._base import SocketBase
from zmq4._endpoint import EndpointBase
from zmq4.error import Timeout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self, Unpack

    from zmq4._native import Context
    from zmq4.options import SocketOptions
    from zmq4.types import Addresses

E = TypeVar("E", bound=EndpointBase)


def octets_of(topic: bytes | str) -> bytes:
    """Read a topic: octets, or text, which travels as UTF-8."""
    if isinstance(topic, str):
        return topic.encode()
    if isinstance(topic, (bytes, bytearray, memoryview)):  # pyright: ignore[reportUnnecessaryIsInstance]
        return bytes(topic)
    raise TypeError(f"a topic is bytes or text, not {type(topic).__name__}")


class SubscriberBase(SocketBase[E], Generic[E]):
    """A socket that subscribes."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __new__(
            cls,
            *,
            bind: Addresses | None = None,
            connect: Addresses | None = None,
            topics: Iterable[bytes | str] | bytes | str = (),
            context: Context | None = None,
            **options: Unpack[SocketOptions],
        ) -> Self: ...

    def __init__(
        self,
        *,
        bind: Addresses | None = None,
        connect: Addresses | None = None,
        topics: Iterable[bytes | str] | bytes | str = (),
        context: Context | None = None,
        **options: Unpack[SocketOptions],
    ) -> None:
        """Make a socket, subscribe it, bind it and connect it.

        Args:
            bind: Address to bind, or several, or an endpoint of another socket.
            connect: Address to connect to, or several, or an endpoint of another socket.
            topics: What to subscribe to: a topic, or several. An empty one is everything.
            context: The context to belong to; the process's own by default.
            options: See `SocketOptions`. Each is an attribute too.

        Raises:
            OptionError: An option is unknown or out of range.
            InvalidEndpoint: An address breaks its grammar.
            AddressInUse: An address to bind is taken.
            EndpointError: The system refuses an address for another reason.
            ContextTerminated: The context was terminated.
        """
        super().__init__(context=context, **options)
        try:
            for topic in [topics] if isinstance(topics, (bytes, str)) else topics:
                self.subscribe(topic)
            self._open_all(bind, connect)
        except BaseException:
            self.close(linger=0)
            raise

    def subscribe(self, topic: bytes | str) -> None:
        """Ask all publishers, now and later, for messages whose first frame begins with ``topic``.

        A topic is held until it was given up as often as it was asked for.

        Args:
            topic: A prefix; an empty one is everything. Text travels as UTF-8.

        Raises:
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        self._subscribe(octets_of(topic))

    def unsubscribe(self, topic: bytes | str) -> None:
        """Take back one `subscribe`; for a topic that is not held it does nothing.

        Args:
            topic: What was subscribed to.

        Raises:
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        self._unsubscribe(octets_of(topic))

    @property
    def topics(self) -> list[bytes]:
        """What is subscribed to, each topic once, in order."""
        return sorted(self._topics())


class PublisherBase(SocketBase[E], Generic[E]):
    """A socket that publishes."""

    __slots__ = ()

    @property
    def topic_count(self) -> int:
        """How many different topics its peers have subscribed to."""
        return self._topic_count()

    def _too_few(self, count: int, topic: bytes | None) -> Timeout:
        """Make the error of a wait for subscribers that was in vain."""
        what = "" if topic is None else f" to {topic!r}"
        there = "fewer than" if count > 1 else "not even"
        return Timeout(f"{self!r}: {there} {count} subscribed{what} in time")
