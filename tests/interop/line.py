"""A line between a socket of ours and one of theirs: which face, which transport, who binds."""

from dataclasses import dataclass
from typing import Any, Literal

from interop.faces import Face, OurSocket
from interop.peer import Options, Peer, PeerSocket


@dataclass(slots=True)
class Line:
    """Where a socket of ours and one of theirs meet."""

    face: Face
    peer: Peer
    address: str
    """An address that either side can bind."""
    binder: Literal["we", "they"]
    """Who binds; the others connect."""
    theirs: PeerSocket | None = None

    def open(
        self,
        ours: str,
        theirs: str,
        our_options: dict[str, Any] | None = None,
        their_options: Options | None = None,
    ) -> tuple[OurSocket, PeerSocket]:
        """Open a socket of our class ``ours``, and one of their type ``theirs`` beside it."""
        if self.binder == "we":
            opened = self.face.open(ours, bind=self.address, **our_options or {})
            self.theirs = self.peer.open(
                theirs, connect=str(opened.native.endpoint), options=their_options
            )
        else:
            self.theirs = self.peer.open(theirs, bind=self.address, options=their_options)
            opened = self.face.open(ours, connect=self.theirs.endpoint, **our_options or {})
        opened.make_ready()
        return opened, self.theirs

    def close(self) -> None:
        """Close the sockets of both sides."""
        self.face.close()
        if self.theirs is not None:
            self.theirs.close()
