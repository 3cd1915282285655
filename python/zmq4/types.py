"""Types for programs that check theirs: what can be sent, and sockets by what they can do.

A helper that takes a `Sender` or a `Receiver` accepts every pattern that fits. `zmq4.asyncio` has
protocols of the same names, whose waiting methods are awaited.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from zmq4._endpoint import EndpointBase

Part: TypeAlias = "Buffer | str"
"""What becomes one frame: any contiguous buffer, or text, which travels as UTF-8."""

Row: TypeAlias = "Part | Sequence[Part]"
"""What becomes one message of a batch: one part, or a list, a tuple or a `Message` of parts."""

Address: TypeAlias = "str | EndpointBase"
"""Where a peer is: `tcp://host:port`, `ipc://path`, `inproc://name`, or an endpoint of a socket."""

Addresses: TypeAlias = "Address | Sequence[Address]"
"""One address or several."""

EndpointState: TypeAlias = Literal["listening", "connecting", "connected", "stopped", "closed"]
"""Where an endpoint stands; "stopped" is not closed, but will not connect again."""

Received = TypeVar("Received", covariant=True)  # noqa: PLC0105 (reads better in signatures)
"""What a receiver yields: a `Message`, or what its pattern makes of one."""


class Sender(Protocol):
    """A socket that sends, of whatever pattern."""

    def send(self, first: Part, /, *rest: Part, timeout: float | None = None) -> None:
        """Send one message; see `Push.send`."""
        ...

    def try_send(self, first: Part, /, *rest: Part) -> bool:
        """Send one message if there is room now; see `Push.try_send`."""
        ...

    def send_many(self, rows: Iterable[Row], /, *, timeout: float | None = None) -> int:
        """Send a message for each row; see `Push.send_many`."""
        ...

    def drain(self, timeout: float | None = None) -> None:
        """Wait until everything sent was handed to the kernel; see `Push.drain`."""
        ...


class Receiver(Protocol[Received]):
    """A socket that receives, of whatever pattern."""

    def recv(self, timeout: float | None = None) -> Received:
        """Receive one message; see `Pull.recv`."""
        ...

    def try_recv(self) -> Received | None:
        """Receive a message if one is there; see `Pull.try_recv`."""
        ...

    def recv_many(
        self,
        *,
        max: int = ...,  # noqa: A002 (reads well at the call)
        timeout: float | None = None,
    ) -> Sequence[Received]:
        """Receive what is there; see `Pull.recv_many`."""
        ...

    def batches(
        self,
        max: int = ...,  # noqa: A002 (reads well at the call)
        timeout: float | None = None,
    ) -> Iterator[Sequence[Received]]:
        """Receive batch after batch until the socket is closed; see `Pull.batches`."""
        ...

    def __iter__(self) -> Iterator[Received]:
        """Receive message after message until the socket is closed."""
        ...
