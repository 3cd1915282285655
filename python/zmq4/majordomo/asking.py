"""What the clients of both faces share: their settings, and how a call becomes a request."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from zmq4.majordomo.calls import Ask, Want
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client as Machine
from zmq4.majordomo.messages import MAX_FRAMES, dialect_of, service_name
from zmq4.majordomo.settings import addresses, socket_options

if TYPE_CHECKING:
    from zmq4._native import Context
    from zmq4.majordomo.messages import Version
    from zmq4.options import SocketOptions
    from zmq4.security import Security
    from zmq4.types import Addresses, Part


class ClientBase:
    """A client of either face.

    Args:
        broker: Where the broker is; of several, the first that is there is used, and the next when
            a try fails.
        timeout: Seconds that each try may take, unless a call says otherwise.
        retries: Tries after the first, unless a call says otherwise. A request that is tried again
            may be executed again.
        connections: The most requests in flight; others wait for their turn.
        version: The protocol; `"0.1"` for brokers that know no other.
        heartbeat: Seconds between two questions to a connection that says nothing.
        liveness: Such intervals without an answer after which it is gone.
        rejection: What a reply begins with by which the broker rejects a request, if it was given
            the same; others ignore the question. None is not to be told.
        security: Who it is to the broker; `zmq4.Null()` by default.
        context: What its sockets belong to; the process's own by default.
        options: Further options of its sockets; those that Majordomo needs are its own.

    Raises:
        ValueError: There is no address or no connection, or a number is out of range.
    """

    _is_closed = True

    def __init__(
        self,
        broker: Addresses,
        *,
        timeout: float = 30.0,
        retries: int = 0,
        connections: int = 100,
        version: Version = "0.2",
        heartbeat: float = 2.5,
        liveness: int = 3,
        rejection: bytes | None = None,
        security: Security | None = None,
        context: Context | None = None,
        options: SocketOptions | None = None,
    ) -> None:
        """Connect to nothing yet: that is done by the first request."""
        if connections < 1:
            raise ValueError(f"connections are 1 or more, not {connections}")
        self._brokers: Final = Brokers(addresses(broker))
        self._dialect: Final = dialect_of(version)
        self._timeout: Final = _checked_timeout(timeout)
        self._retries: Final = _checked_retries(retries)
        self._size: Final = connections
        self._heartbeat: Final = heartbeat
        self._liveness: Final = liveness
        self._rejection: Final = rejection
        self._context: Final = context
        self._options: Final = socket_options(security, options)
        self._begin()
        self._is_closed = False

    def _begin(self) -> None:
        """Make what the face needs."""
        raise NotImplementedError

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._is_closed

    def _ask(
        self,
        service: str | bytes,
        body: tuple[Part, ...],
        want: Want,
        *,
        timeout: float | None,
        retries: int | None = 0,
        limit: float | None = None,
        waits: bool = True,
    ) -> Ask:
        """Make a request of what a caller gave."""
        if len(body) > MAX_FRAMES - _AROUND:
            raise ValueError(f"a request has at most {MAX_FRAMES - _AROUND} frames")
        return Ask(
            _name_of(service),
            body,
            self._timeout if timeout is None else _checked_timeout(timeout),
            self._retries if retries is None else _checked_retries(retries),
            math.inf if limit is None else _checked_timeout(limit),
            want,
            waits,
        )

    def _machine(self) -> Machine:
        """Make the machine of a connection."""
        return Machine(
            self._brokers,
            dialect=self._dialect,
            interval=self._heartbeat,
            liveness=self._liveness,
            rejection=self._rejection,
        )

    def __repr__(self) -> str:
        """Say where it asks."""
        face = "zmq4.majordomo.asyncio" if "asyncio" in type(self).__module__ else "zmq4.majordomo"
        state = "closed" if self._is_closed else " or ".join(self._brokers.addresses)
        return f"<{face}.{type(self).__name__} {state}>"


@lru_cache(maxsize=1024)
def _name_of(service: str | bytes) -> bytes:
    """Check a name once, not with each request."""
    return service_name(service)


def _checked_timeout(seconds: float) -> float:
    if not seconds >= 0:
        raise ValueError(f"a time limit is seconds, 0 or more, not {seconds}")
    return seconds


def _checked_retries(number: int) -> int:
    if number < 0:
        raise ValueError(f"retries are 0 or more, not {number}")
    return number


_AROUND: Final = 6
"""Frames that the protocol may put around a body."""
