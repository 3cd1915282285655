"""The brokers that a worker or a client may turn to: one at a time, the next when one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zmq4._kit.machine import Spec
from zmq4.options import Backoff, Heartbeat

if TYPE_CHECKING:
    from collections.abc import Sequence


class Brokers:
    """Addresses in the order of preference; shared by the connections of one client.

    Args:
        addresses: One or more.
    """

    __slots__ = ("_at", "addresses")

    def __init__(self, addresses: Sequence[str]) -> None:
        """Begin with the first."""
        if not addresses:
            raise ValueError("there is no broker without an address")
        self.addresses: Final = tuple(addresses)
        self._at = 0

    @property
    def current(self) -> str:
        """The one to turn to."""
        return self.addresses[self._at]

    @property
    def has_others(self) -> bool:
        """Whether there is another one to turn to."""
        return len(self.addresses) > 1

    def leave(self, address: str) -> None:
        """Turn to the next one, unless that was done already."""
        if self.current == address:
            self._at = (self._at + 1) % len(self.addresses)


def line_to(address: str, *, interval: float, patience: float, reconnect: Backoff) -> Spec:
    """Say what socket a worker or a client talks to a broker with.

    Args:
        address: The broker's.
        interval: Seconds between two questions to a connection that says nothing.
        patience: Seconds without an answer after which it is gone.
        reconnect: Delays between attempts to connect.
    """
    return Spec(
        "DEALER",
        connect=(address,),
        options={"heartbeat": Heartbeat(interval, timeout=patience), "reconnect": reconnect},
        watch=True,
    )
