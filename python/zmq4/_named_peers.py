"""What a ROUTER of either face knows of its peers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from zmq4 import _native
from zmq4.error import Unroutable, ZMQError

if TYPE_CHECKING:
    from zmq4._endpoint import EndpointBase
    from zmq4.types import Address


class NamedPeers(_native.Socket):
    """A socket whose peers have names."""

    __slots__ = ()

    def peer_state(self, routing_id: bytes) -> Literal["ready", "full"]:
        """Tell whether a peer has room for a message.

        Args:
            routing_id: The peer's routing id, as in `message.sender`.

        Raises:
            Unroutable: No peer has that routing id.
        """
        has_room = self._peer_has_room(routing_id)
        if has_room is None:
            raise Unroutable(f"{self!r}: no peer has the routing id {routing_id!r}")
        return "ready" if has_room else "full"

    def connect(self, address: Address, *, routing_id: bytes | None = None) -> EndpointBase:
        """Connect to an address; the connection is made, and made again, in the background.

        Args:
            address: As in `tcp://10.0.0.7:5555`, or an endpoint of another socket.
            routing_id: How the peer there is to be named, whatever it says itself: messages can be
                sent to it at once. 1 to 255 octets.

        Returns:
            The endpoint; `ready()` waits until a peer is there.

        Raises:
            InvalidEndpoint: The address breaks its grammar, or can only be bound.
            AddressInUse: Another peer has that routing id.
            OptionError: The routing id is empty or too long.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        try:
            return self._endpoint_of(self._connect(str(address), routing_id))
        except ZMQError as error:
            error.socket = type(self).__name__
            raise

    def _endpoint_of(self, handle: _native.EndpointHandle) -> EndpointBase:
        raise NotImplementedError
