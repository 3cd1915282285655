"""A man in the middle who knows the protocol: each frame of a dialogue passes through his hands."""

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from typing import Final, Self

from hostile import wire

Meddle = Callable[[list[bytes]], Iterable[bytes]]
"""Takes the frames that one side sent so far and returns what is passed on for the last of them."""


def honestly(frames: list[bytes]) -> Iterable[bytes]:
    """Pass on what came."""
    return frames[-1:]


class Tap:
    """Stands between clients that connect to it, one at a time, and a server of this machine."""

    def __init__(self, port: int) -> None:
        """Serve on a port of its own, for the server at ``port``."""
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: Final = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.from_client = Side()
        self.from_server = Side()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def meddle(self, *, client: Meddle = honestly, server: Meddle = honestly) -> None:
        """Say what becomes of the frames of the next connection."""
        self.from_client = Side(client)
        self.from_server = Side(server)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            sides = self.from_client, self.from_server
            with closing(client), socket.create_connection(("127.0.0.1", self._server)) as server:
                back = threading.Thread(target=sides[1].pass_on, args=(server, client))
                back.start()
                sides[0].pass_on(client, server)
                back.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


class Side:
    """What one side of a connection says."""

    def __init__(self, meddle: Meddle = honestly) -> None:
        """Nothing so far."""
        self.frames: list[bytes] = []
        """The frames behind the greeting, header and body, as they were sent."""
        self._meddle = meddle

    def pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Pass everything on, frame for frame, until either end is closed; then close both."""
        greeting, unread = len(wire.GREETING), b""
        with suppress(OSError):
            while piece := source.recv(65536):
                # The parts of a greeting answer each other: each is passed on at once.
                target.sendall(piece[:greeting])
                unread += piece[greeting:]
                greeting -= len(piece[:greeting])
                while (length := length_of(unread)) <= len(unread):
                    self.frames.append(unread[:length])
                    unread = unread[length:]
                    target.sendall(b"".join(self._meddle(self.frames)))
        for end in (source, target):
            with suppress(OSError):  # it may be over by now
                end.shutdown(socket.SHUT_RDWR)


def header_of(frame: bytes) -> int:
    """Return the length of a frame's header. Source: RFC 37/ZMTP, "Framing"."""
    return 9 if frame[0] & wire.LONG else 2


def length_of(octets: bytes) -> int:
    """Return the length of the frame that ``octets`` begin with, or more than they have."""
    if len(octets) < 2 or len(octets) < header_of(octets):
        return len(octets) + 1
    header = header_of(octets)
    return header + int.from_bytes(octets[1:header])


def turned(octets: bytes, at: int, bit: int) -> bytes:
    """Return ``octets`` with one bit turned."""
    return octets[:at] + bytes([octets[at] ^ 1 << bit]) + octets[at + 1 :]
