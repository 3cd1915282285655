"""Proxies: messages pass between two sockets without Python's help."""

from __future__ import annotations

from typing import Generic, TypeVar

from zmq4 import _native
from zmq4._socket import ThreadSocket
from zmq4.stats import Flow, ProxyStats

Face = TypeVar("Face", bound=_native.Socket)
"""The sockets of one face."""


class ProxyBase(Generic[Face]):
    """What the proxies of both faces share: everything but the run."""

    __slots__ = ("__weakref__", "_handle", "_sockets")

    _face: type[Face]

    def __init__(
        self,
        front: Face,
        back: Face,
        capture: Face | None = None,
    ) -> None:
        """Join two sockets.

        Args:
            front: One end, to which clients or publishers connect as a rule.
            back: The other; it may be the same socket, which then sends back what it receives.
            capture: A `Pub`, `Push`, `Dealer` or `Pair` that is sent a copy of every message, as
                far as it has room.

        Raises:
            TypeError: The sockets do not go together, or belong to the other face.
            ForkError: One belongs to the process before a fork.
        """
        for socket in (front, back, *(() if capture is None else (capture,))):
            if not isinstance(socket, self._face):
                raise TypeError(f"{type(self)!r} joins sockets of its own face, not {socket!r}")
        self._sockets = (front, back)
        self._handle = _native.Proxy(front, back, capture)

    def pause(self) -> None:
        """Stop passing messages on; they stay with whoever sent them.

        When this returns no message is on its way, and none will be until `resume`.
        """
        self._handle.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._handle.resume()

    def stop(self) -> None:
        """Let `run` return; if nobody is in it, the next one returns at once."""
        self._handle.stop()

    def stats(self) -> ProxyStats:
        """Count what was passed on so far, in all runs."""
        *flows, uncaptured = self._handle.stats()
        return ProxyStats(Flow(*flows[:3]), Flow(*flows[3:]), uncaptured)

    def __repr__(self) -> str:
        face = type(self).__module__.partition("._")[0]
        front, back = self._sockets
        return f"<{face}.{type(self).__name__} between {front!r} and {back!r}>"


class Proxy(ProxyBase[ThreadSocket]):
    """Passes messages on between two sockets, whole and in both directions.

    ```python
    with (
        zmq4.Router(bind="tcp://*:5559") as front,
        zmq4.Dealer(bind="tcp://*:5560") as back,
    ):
        zmq4.Proxy(front, back).run()
    ```

    The usual pairs are `Router` and `Dealer`, `XSub` and `XPub`, `Pull` and `Push`. A direction is
    read only while the other end has room, so that nothing is lost and senders feel it; what a
    peer of a `Router` does not read is dropped, so that it does not hold up the others. Everything
    may be called from any thread, `run` by one at a time.
    """

    __slots__ = ()
    _face = ThreadSocket

    def run(self) -> None:
        """Pass messages on until `stop`.

        A message that was taken and found no room is the first to go in the next run.

        Raises:
            Closed: One of the sockets was closed.
            ContextTerminated: The context of one of them was terminated.
            StateError: The proxy is running already.
            ForkError: The sockets belong to the process before a fork.
        """
        self._handle.begin()
        try:
            self._handle.serve()
        finally:
            self._handle.end()
