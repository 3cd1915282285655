"""A peer that says what a test tells it to, and hears what the test expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from zmq4._kit.machine import Down, Spec, Up
from zmq4.testing._parcel import Parcel, octets_of
from zmq4.testing._socket import VirtualSocket

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import EllipsisType

    from zmq4.testing._network import Network
    from zmq4.types import Part

Expected: TypeAlias = "Part | EllipsisType"
"""A frame that is expected; `...` is any."""


class ScriptedPeer:
    r"""A raw socket in a virtual world, for dialogues; made by `World.peer`.

    ```python
    worker.send(b"MDPW02", b"\1", "echo")
    client.send(b"MDPC02", b"\1", "echo", "hello")
    address = worker.expect(b"MDPW02", b"\2", ..., b"", "hello")[2]
    ```

    Args:
        network: What its socket is part of.
        run_until: Lets the world go on until something is so, or the time is over.
        name: Its name.
        spec: What socket it has.
    """

    def __init__(
        self,
        network: Network,
        run_until: Callable[[Callable[[], bool], float], bool],
        name: str,
        spec: Spec,
    ) -> None:
        """Open the socket."""
        self._network = network
        self._run_until = run_until
        self._spec = spec
        self._unread: list[Parcel] = []
        self.name: Final = name
        self.received: list[Parcel] = []
        """All messages that came, those ignored too."""
        self.ignores: Callable[[Parcel], bool] = lambda _: False
        """Which messages `recv`, `expect` and `expect_silence` pass over, as heartbeats."""
        self._socket = VirtualSocket(network, self, name, spec)

    @property
    def is_connected(self) -> bool:
        """Whether anybody is connected."""
        return self._socket.is_connected

    @property
    def peers(self) -> list[bytes]:
        """The routing ids of those who are connected."""
        return self._socket.peers

    def connected(self, within: float = 10.0) -> None:
        """Let the world go on until somebody is connected.

        Raises:
            AssertionError: Nobody is within so many seconds.
        """
        if not self._run_until(lambda: self.is_connected, within):
            raise AssertionError(f"{self.name}: nobody is connected within {within} s")

    def send(self, *frames: Part) -> None:
        """Send a message; on a ROUTER the first frame is the routing id of whom it is for."""
        if not self._socket.send(octets_of(frames)):
            raise AssertionError(f"{self.name}: there is no room for {frames!r}")

    def has_news(self) -> bool:
        """Tell whether there is a message to take."""
        while self._unread and self.ignores(self._unread[0]):
            del self._unread[0]
        return bool(self._unread)

    def recv(self, within: float = 10.0) -> Parcel:
        """Take the next message, letting the world go on until it is there.

        Raises:
            AssertionError: None came within so many seconds.
        """
        if not self._run_until(self.has_news, within):
            raise AssertionError(f"{self.name}: no message within {within} s")
        return self._unread.pop(0)

    def expect(self, *frames: Expected, within: float = 10.0) -> Parcel:
        """Take the next message, which must have these frames.

        Args:
            frames: What is expected; `...` stands for any one frame.
            within: The longest wait in seconds.

        Raises:
            AssertionError: Another message came, or none.
        """
        parcel = self.recv(within)
        expected = [each if each is ... else octets_of([each])[0] for each in frames]
        fits = len(parcel) == len(expected) and all(
            each is ... or each == frame for each, frame in zip(expected, parcel, strict=True)
        )
        if not fits:
            raise AssertionError(f"{self.name} expected {expected!r}, not {[*parcel]!r}")
        return parcel

    def expect_silence(self, seconds: float) -> None:
        """Let so much time pass; no message may come.

        Raises:
            AssertionError: One came.
        """
        if self._run_until(self.has_news, seconds):
            raise AssertionError(f"{self.name} expected silence, not {[*self._unread[0]]!r}")

    def close(self, *, silently: bool = False) -> None:
        """Close the socket; ``silently``, as a machine does that loses its power."""
        self._socket.close(silently=silently)
        self._unread.clear()

    def reopen(self) -> None:
        """Close the socket and open another: to others, somebody new."""
        self.close()
        self._socket = VirtualSocket(self._network, self, self.name, self._spec)

    def look(self, socket: VirtualSocket) -> None:
        """Take what arrived at once."""
        for item in socket.take():
            if not isinstance(item, (Up, Down)):
                self.received.append(item)
                self._unread.append(item)

    def __repr__(self) -> str:
        return f"<ScriptedPeer {self.name!r}>"
