"""A request on its way through the broker, and the client that it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4.majordomo.classify import Call
    from zmq4.majordomo.machine.service import Service
    from zmq4.majordomo.messages import Dialect, Fault
    from zmq4.types import Part


class Client:
    """A connection that has sent requests, or nonsense."""

    __slots__ = ("address", "faults", "is_told", "nonsense", "requests")

    def __init__(self, address: bytes) -> None:
        """Begin with a clean sheet."""
        self.address = address
        self.requests: set[Request] = set()
        """Those that are open: waiting, or at a worker."""
        self.faults: set[Fault] = set()
        """What was told of it already."""
        self.nonsense = 0
        """Messages of it that could not be read."""
        self.is_told = False
        """Whether it asked to be told when a request of it is rejected."""


class Request:
    """A request, from its arrival to its last reply."""

    __slots__ = (
        "arrived",
        "attempts",
        "body",
        "client",
        "dialect",
        "has_partial",
        "held",
        "held_size",
        "is_open",
        "is_waiting",
        "path",
        "service",
        "size",
    )

    def __init__(self, client: Client, service: Service, call: Call, now: float) -> None:
        """Take a call over."""
        self.client = client
        self.service = service
        self.path = call.path
        self.dialect: Dialect = call.dialect
        self.body: Sequence[bytes] = call.body
        self.arrived = now
        self.attempts = 0
        """How often it was given to a worker."""
        self.size = 0
        """What its body takes, as `weigh` has it, once it has to wait."""
        self.is_waiting = False
        """Whether it is in its service's queue."""
        self.is_open = True
        """Whether somebody waits for its answer."""
        self.has_partial = False
        """Whether its client has a part of the answer already."""
        self.held: list[bytes] = []
        """Parts kept for a client that takes exactly one reply."""
        self.held_size = 0

    def close(self) -> None:
        """End it: nothing more is said to the client, and its body is let go."""
        self.client.requests.discard(self)
        self.is_open = False
        self.body = ()
        self.held = []

    def reply(self, body: Sequence[Part], *, final: bool = True) -> tuple[Part, ...]:
        """Write a reply as the client wants it, with everything in front that has to be."""
        dialect = self.dialect
        head = dialect.final_head if final else dialect.partial_head
        return (self.client.address, *self.path, *head, self.service.name, *body)


def weigh(body: Sequence[bytes]) -> int:
    """Count what a body takes: its octets, and something for each frame after the first."""
    return sum(map(len, body)) + FRAME_COST * (len(body) - 1)


FRAME_COST: Final = 64
"""Octets that a frame takes beside its own: many small ones are not cheaper than a large one."""
