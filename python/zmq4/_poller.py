"""Polling: waiting until something can be done at one of several sockets and descriptors."""

from __future__ import annotations

import errno
import operator
from enum import Flag
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeAlias

from zmq4 import _native
from zmq4._socket import ThreadSocket
from zmq4.error import Closed, StateError

if TYPE_CHECKING:
    from typing_extensions import TypeVar
else:
    from typing import TypeVar


class PollEvent(Flag):
    """What can be waited for; combined by ``|``, with the numbers of libzmq."""

    IN = 1
    """There is something to receive, or to read."""
    OUT = 2
    """There is room to send, or to write."""
    ERR = 4
    """It is closed, has failed or has come to its end; told whether it was asked for or not.

    With it comes whatever was asked for: the next call does not wait, but tells what is wrong.
    """
    PRI = 8
    """There is something urgent to read; descriptors only."""


class HasFileno(Protocol):
    """Something with a descriptor, as files and sockets of the system have."""

    def fileno(self) -> int:
        """Return the descriptor."""
        ...


Pollable: TypeAlias = "int | HasFileno"
"""What a poller takes: a socket of its own face, a descriptor, or what has one."""

if TYPE_CHECKING:
    Polled = TypeVar("Polled", bound=Pollable, default=Pollable)
else:
    Polled = TypeVar("Polled")


class PollerBase(Generic[Polled]):
    """What the pollers of both faces share: what is registered, and whose turn it is to be told."""

    __slots__ = ("__weakref__", "_first", "_registered")

    _face: type[_native.Socket]

    def __init__(self) -> None:
        """Begin with nothing registered."""
        self._registered: dict[tuple[bool, int], tuple[Polled, PollEvent]] = {}
        self._first = 0

    def register(self, obj: Polled, events: PollEvent = PollEvent.IN) -> None:
        """Begin to poll something.

        Args:
            obj: A socket of this face, a descriptor, or anything with a `fileno()`.
            events: What to wait for; `ERR` is always told.

        Raises:
            StateError: It is registered already; see `modify`.
            Closed: The socket is closed.
            ForkError: The socket belongs to the process before a fork.
            ValueError: It is no descriptor.
            TypeError: It is a socket of the other face, or nothing that can be polled.
        """
        key = _key_of(obj)
        if key in self._registered:
            raise _misuse(f"{obj!r} is registered already; modify() changes what it is polled for")
        self._check(obj)
        self._registered[key] = (obj, _events(events))

    def modify(self, obj: Polled, events: PollEvent) -> None:
        """Change what is waited for.

        Args:
            obj: What was registered.
            events: What to wait for from now on.

        Raises:
            StateError: It is not registered.
        """
        key = self._known(obj)
        self._registered[key] = (obj, _events(events))

    def unregister(self, obj: Polled) -> None:
        """Poll something no more; it may be closed already.

        Args:
            obj: What was registered.

        Raises:
            StateError: It is not registered.
        """
        del self._registered[self._known(obj)]

    def __len__(self) -> int:
        """Count what is registered."""
        return len(self._registered)

    def __contains__(self, obj: object) -> bool:
        """Tell whether something is registered."""
        return _key_of(obj) in self._registered

    def __repr__(self) -> str:
        face = type(self).__module__.partition("._")[0]
        return f"<{face}.{type(self).__name__} of {len(self)}>"

    def _known(self, obj: Polled) -> tuple[bool, int]:
        key = _key_of(obj)
        if key not in self._registered:
            raise _misuse(f"{obj!r} is not registered")
        return key

    def _check(self, obj: Polled) -> None:
        if isinstance(obj, _native.Socket):
            if not isinstance(obj, self._face):
                raise TypeError(f"{type(self)!r} polls sockets of its own face, not {obj!r}")
            _native.poll([(obj, 0)], 0)  # tells of a fork
            if obj.closed:
                raise Closed(f"{obj!r} cannot be polled")
        elif not 0 <= _descriptor_of(obj) < _TOO_MANY:
            raise ValueError(f"{obj!r} is no open descriptor")

    def _round(self, timeout: float | None, most: int | None) -> Round[Polled]:
        """Begin to poll; what comes first changes when results are cut off."""
        if most is not None and operator.index(most) < 1:
            raise ValueError(f"max is 1 or more, not {most}")
        registered = [*self._registered.values()]
        if not registered and timeout is None:
            raise _misuse("nothing is registered, so that poll() would never return")
        first = self._first % len(registered) if most is not None and registered else 0
        return Round(registered[first:] + registered[:first], first)

    def _result(
        self, turn: Round[Polled], noted: bytes, most: int | None
    ) -> list[tuple[Polled, PollEvent]]:
        """Pair what was registered with what was noted of it."""
        ready = [
            (obj, _FLAGS[bits])
            for (obj, _), bits in zip(turn.registered, noted, strict=False)
            if bits
        ]
        if most is None or len(ready) <= most:
            return ready
        last = [at for at, bits in enumerate(noted) if bits][most - 1]
        self._first = turn.first + last + 1
        return ready[:most]


class Round(Generic[Polled]):
    """What is polled by one call, in the order in which it is told."""

    __slots__ = ("first", "items", "registered")

    def __init__(self, registered: list[tuple[Polled, PollEvent]], first: int) -> None:
        """Look up the descriptors: those of closed files are gone by now."""
        self.registered = registered
        self.first = first
        self.items: list[tuple[_native.Socket | int, int]] = [
            (obj if isinstance(obj, _native.Socket) else _descriptor_of(obj), events.value)
            for obj, events in registered
        ]


class Poller(PollerBase[Polled], Generic[Polled]):
    """Waits in threads until something can be done at one of several sockets and descriptors.

    ```python
    poller = zmq4.Poller()
    poller.register(pull)
    poller.register(sys.stdin)
    for obj, events in poller.poll(timeout=1):
        ...
    ```

    What can be done is told again by each call for as long as it can be done. With several
    receivers at one socket another may be faster: use `try_recv`, or a time limit.
    """

    __slots__ = ()
    _face = ThreadSocket

    def poll(
        self,
        timeout: float | None = None,
        *,
        max: int | None = None,  # noqa: A002 (reads well at the call)
    ) -> list[tuple[Polled, PollEvent]]:
        """Wait until something can be done.

        Args:
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.
            max: The most results; what was left out then comes first in the next call.

        Returns:
            What is ready and for what, in the order of registration; none if the time was over.
            A socket that was closed, or whose context was terminated, is ready with `ERR`.

        Raises:
            StateError: Nothing is registered, and `timeout` is None.
            ForkError: A socket belongs to the process before a fork.
        """
        turn = self._round(timeout, max)
        return self._result(turn, _native.poll(turn.items, timeout), max)


def _key_of(obj: object) -> tuple[bool, int]:
    """Know numbers by their value, and everything else by what it is."""
    return (True, obj) if isinstance(obj, int) else (False, id(obj))


def _descriptor_of(obj: Pollable) -> int:
    """Return the descriptor of something, -1 if it is closed."""
    if isinstance(obj, int):
        return obj
    try:
        fileno = obj.fileno
    except AttributeError:
        raise TypeError(f"{obj!r} is no socket, no descriptor, and has no fileno()") from None
    try:
        return operator.index(fileno())  # pyright: ignore[reportUnknownArgumentType]
    except (OSError, ValueError):  # what closed files and sockets of the system say
        return -1


def _events(events: object) -> PollEvent:
    if not isinstance(events, PollEvent):
        raise TypeError(f"events are zmq4.PollEvents, as PollEvent.IN, not {events!r}")
    return events


def _misuse(text: str) -> StateError:
    error = StateError(text)
    error.errno = errno.EINVAL
    return error


_TOO_MANY: Final = 1 << 31
"""No descriptor has such a number."""

_FLAGS: Final = [PollEvent(bits) for bits in range(16)]
"""All sets of events, by their number: making one takes longer than polling."""
