"""What the asking and answering sockets of both faces say and check."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from zmq4._endpoint import EndpointBase
from zmq4.error import Timeout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4._base import SocketBase
    from zmq4._native import Socket
    from zmq4.types import Part

E = TypeVar("E", bound=EndpointBase)


def attempts(retries: int) -> range:
    """Count the attempts of a request: one, and so many more."""
    if retries < 0:
        raise ValueError(f"retries is 0 or more, not {retries}")
    return range(retries + 1)


def silence(socket: SocketBase[E]) -> str:
    """Say what is known of the reason why no reply came."""
    if socket.peers():
        return "a peer is connected, and silent"
    failures = [f"{each}: {each.failure}" for each in socket.endpoints if each.failure]
    return "; ".join(["no peer is connected", *failures])


def no_reply(socket: SocketBase[E], limit: float | None, retries: int, reason: str) -> Timeout:
    """Make the error of a request that nobody answered."""
    asked = "once" if retries == 0 else f"{retries + 1} times"
    return Timeout(f"{socket!r}: no reply within {limit} s, asked {asked}: {reason}")


def unanswered(socket: Socket) -> str:
    """Say that the program asks for the next request before it replied to the last."""
    return f"{socket!r}: a request was not replied to; its peer waits in vain"


def not_answered(socket: Socket) -> str:
    """Say that it is too late to reply to a request."""
    return f"{socket!r}: another request was received since; only the last can be replied to"


def reply_frames(frames: Sequence[Part]) -> Sequence[Part]:
    """Check the frames of a reply."""
    if not frames:
        raise TypeError("reply() takes at least one frame")
    return frames
