"""Types for programs that check theirs: sockets by what they can do, awaited where they wait."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from zmq4.types import Part, Received, Row


class Sender(Protocol):
    """A socket that sends, of whatever pattern."""

    async def send(self, first: Part, /, *rest: Part, timeout: float | None = None) -> None:
        """Send one message; see `Push.send`."""
        ...

    def try_send(self, first: Part, /, *rest: Part) -> bool:
        """Send one message if there is room now; see `Push.try_send`."""
        ...

    async def send_many(self, rows: Iterable[Row], /, *, timeout: float | None = None) -> int:
        """Send a message for each row; see `Push.send_many`."""
        ...

    async def drain(self, timeout: float | None = None) -> None:
        """Wait until everything sent was handed to the kernel; see `Push.drain`."""
        ...


class Receiver(Protocol[Received]):
    """A socket that receives, of whatever pattern."""

    async def recv(self, timeout: float | None = None) -> Received:
        """Receive one message; see `Pull.recv`."""
        ...

    def try_recv(self) -> Received | None:
        """Receive a message if one is there; see `Pull.try_recv`."""
        ...

    async def recv_many(
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
    ) -> AsyncIterator[Sequence[Received]]:
        """Receive batch after batch until the socket is closed; see `Pull.batches`."""
        ...

    def __aiter__(self) -> AsyncIterator[Received]:
        """Receive message after message until the socket is closed."""
        ...
