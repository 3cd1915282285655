"""Sockets for asyncio that publish and subscribe: PUB, SUB, XPUB, XSUB."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from zmq4._native import Message, Subscription
from zmq4._subscriber import PublisherBase, SubscriberBase, octets_of
from zmq4.asyncio._endpoint import Endpoint
from zmq4.asyncio._socket import ReceivingSocket, SendingSocket
from zmq4.asyncio._wait import wait_until

Told: TypeAlias = "Message | Subscription"
"""What an XPUB receives."""


class PublishingSocket(SendingSocket, PublisherBase[Endpoint]):
    """A socket that publishes."""

    __slots__ = ()

    async def wait_for_subscribers(
        self,
        count: int = 1,
        topic: bytes | str | None = None,
        timeout: float | None = None,
    ) -> None:
        """Wait until peers have subscribed: what is published then reaches them.

        Args:
            count: How many peers.
            topic: Only those that would get a message that begins so; None is any subscription.
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.

        Raises:
            Timeout: Too few subscribed in time.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        octets = None if topic is None else octets_of(topic)

        def is_done() -> bool:
            return self._has_subscribers(count, octets)

        if not await wait_until(is_done, self._watch_subscribers, timeout):
            raise self._too_few(count, octets)


class Pub(PublishingSocket):
    """Sends each message to every peer that has subscribed to it; they are `Sub`s and `XSub`s.

    ```python
    async with zmq4.asyncio.Pub(bind="tcp://*:5556") as pub:
        await pub.wait_for_subscribers(1, timeout=5)
        await pub.send("weather.berlin", b"12")
    ```

    A peer that does not keep up misses messages; `stats().dropped` counts them.

    Source: RFC 29/PUBSUB, "The PUB Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "PUB"


class Sub(ReceivingSocket[Message], SubscriberBase[Endpoint]):
    """Receives what it has subscribed to, from all of its peers; they are `Pub`s and `XPub`s.

    ```python
    async with zmq4.asyncio.Sub(connect="tcp://10.0.0.7:5556", topics="weather.") as sub:
        async for topic, body in sub:
            print(topic, body)
    ```

    Source: RFC 29/PUBSUB, "The SUB Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "SUB"


class XPub(PublishingSocket, ReceivingSocket[Told]):
    """A `Pub` that is told of subscriptions, and receives what subscribers send.

    Source: RFC 29/PUBSUB, "The XPUB Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "XPUB"


class XSub(SendingSocket, ReceivingSocket[Message], SubscriberBase[Endpoint]):
    """A `Sub` that receives all that its peers send it, and can send to them.

    A message that begins with the octet 1 or 0 subscribes to the rest of it, or gives it up.

    Source: RFC 29/PUBSUB, "The XSUB Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "XSUB"
