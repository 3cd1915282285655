"""Endpoints: the objects that `bind` and `connect` return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zmq4.error import ForkError

if TYPE_CHECKING:
    from zmq4._native import EndpointHandle, Peer
    from zmq4.types import EndpointState


class EndpointBase:
    """What the endpoints of both faces share: everything that does not wait."""

    __slots__ = ("__weakref__", "_address", "_handle")

    _handle: EndpointHandle
    _address: str
    """Kept here so that the child of a fork can still connect to it."""

    def __init__(self, handle: EndpointHandle) -> None:
        """Stand for ``handle``; sockets make endpoints, programs do not."""
        self._handle = handle
        self._address = handle.address

    @property
    def address(self) -> str:
        """The address with the real port or path, as `str()` of the endpoint gives it."""
        return self._address

    @property
    def port(self) -> int | None:
        """The port of a tcp endpoint: the real one, if the system chose it."""
        return self._handle.port

    @property
    def state(self) -> EndpointState:
        """Where the endpoint stands.

        A bound endpoint is `"listening"`. A connecting one is `"connecting"` or `"connected"`, and
        `"stopped"` when it will not try again. Either is `"closed"` in the end.
        """
        return self._handle.state

    @property
    def peers(self) -> list[Peer]:
        """Peers that are connected through the endpoint, their handshake done."""
        return self._handle.peers

    @property
    def failure(self) -> str | None:
        """Why the last attempt to connect, or the last connection, came to its end."""
        return self._handle.failure

    @property
    def attempts(self) -> int:
        """Attempts to connect since the last success."""
        return self._handle.attempts

    def close(self) -> None:
        """Unbind or disconnect; does nothing the second time.

        What is queued for the endpoint's peers is sent as long as the socket's linger time allows;
        what they sent and was not received yet is dropped.
        """
        self._handle.close()

    def __eq__(self, other: object) -> bool:
        """Tell whether both stand for the same endpoint of the same socket."""
        return self._handle == other._handle if isinstance(other, EndpointBase) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._handle)

    def __str__(self) -> str:
        """The address, to be connected to."""
        return self._address

    def __repr__(self) -> str:
        try:
            state: str = self._handle.state
        except ForkError:
            state = "of the process before a fork"
        return f"<{type(self).__name__} {self._address} {state}>"


class Endpoint(EndpointBase):
    """An endpoint of a socket: a place where it listens, or a peer that it connects to.

    ```python
    line = push.connect("tcp://10.0.0.7:5555")
    line.ready(timeout=5)
    ```
    """

    __slots__ = ()

    def ready(self, timeout: float | None = None) -> None:
        """Wait until a peer is connected and its handshake is done.

        Args:
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.

        Raises:
            Timeout: No peer was ready in time; the message has the last failure.
            NoPeers: The endpoint has stopped trying.
            Closed: The endpoint or its socket was closed.
            ForkError: The socket belongs to the process before a fork.
        """
        self._handle.wait_ready(timeout)
