"""Messages of a virtual world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zmq4._kit.machine import Identified, Row


class Parcel(tuple[bytes, ...]):  # noqa: SLOT001 (it has two attributes, and a tuple no slots)
    """A message that arrived: its frames, as a tuple, and whom it came from, as on a `Message`.

    Args:
        frames: The frames.
        sender: The sender's routing id, where a ROUTER received it.
    """

    sender: bytes | None
    """The sender's routing id, on messages that a ROUTER received."""
    peer: Identified | None
    """Nothing is known of the peers of a virtual world."""

    def __new__(cls, frames: Iterable[bytes], sender: bytes | None = None) -> Self:
        """Put frames together."""
        parcel = super().__new__(cls, frames)
        parcel.sender = sender
        parcel.peer = None
        return parcel


def octets_of(row: Row) -> tuple[bytes, ...]:
    """Return the frames of a message on its way out as they travel."""
    return tuple([part.encode() if isinstance(part, str) else bytes(part) for part in row])
