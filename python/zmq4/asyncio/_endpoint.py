"""Endpoints of the asyncio face."""

from __future__ import annotations

from zmq4._endpoint import EndpointBase
from zmq4.asyncio._wait import wait_until
from zmq4.error import Timeout


class Endpoint(EndpointBase):
    """An endpoint of a socket: a place where it listens, or a peer that it connects to.

    ```python
    line = push.connect("tcp://10.0.0.7:5555")
    await line.ready(timeout=5)
    ```
    """

    __slots__ = ()

    async def ready(self, timeout: float | None = None) -> None:
        """Wait until a peer is connected and its handshake is done.

        Args:
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.

        Raises:
            Timeout: No peer was ready in time; the message has the last failure.
            NoPeers: The endpoint has stopped trying.
            Closed: The endpoint or its socket was closed.
            ForkError: The socket belongs to the process before a fork.
        """
        if not await wait_until(self._is_ready, self._handle.watch, timeout):
            self._handle.wait_ready(0)  # raises what a thread would get

    def _is_ready(self) -> bool:
        try:
            self._handle.wait_ready(0)
        except Timeout:
            return False
        return True
