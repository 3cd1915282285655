"""The sockets of a machine, by the names that it gave them; used by the drivers of both faces."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from zmq4._kit.machine import Down, Up
from zmq4.error import Closed
from zmq4.events import Connected, Disconnected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zmq4._kit.machine import Spec
    from zmq4._native import Context, EventStream
    from zmq4.options import SocketOptions

    class Opened(Protocol):
        """What the drivers need of the sockets of both faces, beside sending and receiving."""

        def bind(self, address: str) -> object: ...
        def connect(self, address: str) -> object: ...
        def close(self, linger: float | None = None) -> None: ...
        def _events(self, capacity: int) -> EventStream: ...


Kind: TypeAlias = Literal["DEALER", "ROUTER"]

S = TypeVar("S", bound="Opened")


class Lines(Generic[S]):
    """Open sockets.

    Args:
        kinds: The face's classes, by socket type.
        options: Given to every socket, beside those that its machine wants, which count more.
        context: What they belong to.
    """

    __slots__ = ("_context", "_kinds", "_options", "is_changed", "sockets", "streams")

    def __init__(
        self,
        kinds: Mapping[Kind, Callable[..., S]],
        options: SocketOptions,
        context: Context | None,
    ) -> None:
        """Begin with none."""
        self._kinds = kinds
        self._options = options
        self._context = context
        self.is_changed = False
        """Whether there are others than the driver knows; it says when it has looked."""
        self.sockets: dict[str, S] = {}
        self.streams: dict[str, EventStream] = {}
        """What happens to sockets that are watched."""

    def open(self, name: str, spec: Spec) -> S:
        """Open a socket; it is watched from before its first connection.

        Raises:
            ValueError: The name is taken.
            ZMQError: Whatever bind, connect or an option say.
        """
        if name in self.sockets:
            raise ValueError(f"there is a socket {name!r}")
        socket = self._kinds[spec.type](context=self._context, **{**self._options, **spec.options})
        self.sockets[name] = socket
        self.is_changed = True
        if spec.watch:
            # `events()` waits for one socket; here all of them are waited for at once.
            stream = socket._events(_CAPACITY)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            self.streams[name] = stream
        for address in spec.bind:
            socket.bind(address)
        for address in spec.connect:
            socket.connect(address)
        return socket

    def shut(self, name: str, linger: float) -> None:
        """Close a socket, and forget its name."""
        stream = self.streams.pop(name, None)
        if stream is not None:
            stream.close()
        self.sockets.pop(name).close(linger)
        self.is_changed = True

    def shut_all(self, linger: float) -> None:
        """Close whatever is open."""
        for name in [*self.sockets]:
            self.shut(name, linger)

    def changes(self, name: str) -> list[Up | Down]:
        """Take what happened to the connection of a watched socket."""
        changes: list[Up | Down] = []
        stream = self.streams.get(name)
        with suppress(Closed):
            while stream is not None and (event := stream.take()) is not None:
                match event:
                    case Connected():
                        changes.append(Up(name))
                    case Disconnected():
                        changes.append(Down(name))
                    case _:
                        pass
        return changes


def accepted_before(error: Exception) -> int:
    """Tell how many rows `send_many` had sent before it failed with this."""
    accepted = getattr(error, "accepted", 0)
    return accepted if isinstance(accepted, int) else 0


_CAPACITY: Final = 100
"""Events of one socket that may wait; what is lost is older than what counts."""
