"""The handle of a child process with libzmq's sockets, see `peer_pyzmq.py`."""

import sys

from interop.peer import Options, Peer, PeerError, PeerSocket

__all__ = ["LibzmqError", "LibzmqPeer", "LibzmqSocket", "Options"]

COMMAND = (sys.executable, "-m", "interop.peer_pyzmq")

LibzmqError = PeerError
LibzmqSocket = PeerSocket


class LibzmqPeer(Peer):
    """A running child; leaving it as a context manager kills it."""

    def __init__(self) -> None:
        """Start the child; the first answer waits until it is there."""
        super().__init__(COMMAND)
