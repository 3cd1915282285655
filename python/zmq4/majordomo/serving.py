"""What the workers of both faces share: their settings, and the machines of their sessions."""

from __future__ import annotations

from random import random
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.worker import Worker as Machine
from zmq4.majordomo.messages import dialect_of, service_name
from zmq4.majordomo.settings import addresses, socket_options

if TYPE_CHECKING:
    from zmq4._native import Context
    from zmq4.majordomo.handling import OnError
    from zmq4.majordomo.messages import Version
    from zmq4.options import Backoff, SocketOptions
    from zmq4.security import Security
    from zmq4.types import Addresses

HandlerOfFace = TypeVar("HandlerOfFace")


class WorkerBase(Generic[HandlerOfFace]):
    """A worker of either face.

    Args:
        broker: Where the broker is; of several, the first that is there is used, and the next when
            one is lost.
        service: What the handler serves.
        handler: What works on requests.
        concurrency: Requests that are worked on at once, each in a session of its own: the wire
            has one request at a time in a session.
        on_error: Makes a reply of the request and an exception that the handler raised on it. By
            default there is none: the broker gives the request to another worker, or its client's
            time limit speaks.
        version: The protocol; `"0.1"` for brokers that know no other.
        heartbeat: Seconds between two signs of life, both ways.
        liveness: Intervals of silence after which the broker is gone.
        reconnect: Delays between sessions that come to nothing; `zmq4.Backoff(0.1)` by default.
        handler_timeout: Seconds after which a handler is not waited for any more: its session is
            given up, and the request goes to another worker; None is never.
        security: Who it is to the broker; `zmq4.Null()` by default.
        context: What its sockets belong to; the process's own by default.
        options: Further options of its sockets; those that Majordomo needs are its own.

    Raises:
        ValueError: The service's name is none, or a number is out of range.
        TypeError: The handler is none of those that this face has.
    """

    def __init__(
        self,
        broker: Addresses,
        service: str | bytes,
        handler: HandlerOfFace,
        *,
        concurrency: int = 1,
        on_error: OnError | None = None,
        version: Version = "0.2",
        heartbeat: float = 2.5,
        liveness: int = 3,
        reconnect: Backoff | None = None,
        handler_timeout: float | None = None,
        security: Security | None = None,
        context: Context | None = None,
        options: SocketOptions | None = None,
    ) -> None:
        """Begin at rest."""
        if concurrency < 1:
            raise ValueError(f"a worker works on 1 request at a time or more, not {concurrency}")
        self._brokers = addresses(broker)
        self._service: Final = service_name(service)
        self._handler: Final = handler
        self._concurrency: Final = concurrency
        self._on_error: Final = on_error
        self._dialect: Final = dialect_of(version)
        self._heartbeat: Final = heartbeat
        self._liveness: Final = liveness
        self._reconnect: Final = reconnect
        self._handler_timeout: Final = handler_timeout
        self._context: Final = context
        self._options: Final = socket_options(security, options)
        self._check()

    def _check(self) -> None:
        """Check what only the face can."""
        raise NotImplementedError

    def _machine(self) -> Machine:
        """Make the machine of a session."""
        return Machine(
            Brokers(self._brokers),
            self._service,
            random,
            dialect=self._dialect,
            interval=self._heartbeat,
            liveness=self._liveness,
            backoff=self._reconnect,
            handler_timeout=self._handler_timeout,
        )

    def __repr__(self) -> str:
        """Say whom it serves what."""
        face = "zmq4.majordomo.asyncio" if "asyncio" in type(self).__module__ else "zmq4.majordomo"
        where = " or ".join(self._brokers)
        return f"<{face}.{type(self).__name__} {self._service.decode()!r} at {where}>"
