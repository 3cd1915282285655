"""What a ROUTER of either face knows of its peers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from zmq4._base import SocketBase
from zmq4._endpoint import EndpointBase
from zmq4.error import Unroutable

if TYPE_CHECKING:
    from zmq4.types import Address

E = TypeVar("E", bound=EndpointBase)


class NamedPeers(SocketBase[E], Generic[E]):
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

    def connect(self, address: Address, *, routing_id: bytes | None = None) -> E:
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
        return self._open(lambda text: self._connect(text, routing_id), address)
