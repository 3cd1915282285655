"""A peer that is a plain socket: it sends and expects octets, in hexadecimal, as the test says."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import zmq4
from fixtures.clock import DEADLINE
from wire.vectors import GREETING, READY


class ScriptedPeer:
    """One end of a connection, the other end of which is a socket of ours."""

    def __init__(self, stream: socket.socket) -> None:
        """Take over a connected ``stream``."""
        stream.settimeout(DEADLINE)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = stream

    def send(self, *octets: str) -> None:
        """Send octets, in one piece."""
        self._stream.sendall(bytes.fromhex("".join(octets)))

    def send_piecemeal(self, *octets: str) -> None:
        """Send octets one at a time, each in a segment of its own as far as the system allows."""
        for octet in bytes.fromhex("".join(octets)):
            self._stream.sendall(bytes([octet]))

    def expect(self, *octets: str) -> None:
        """Receive as many octets as are given, and compare."""
        expected = bytes.fromhex("".join(octets))
        assert self.read(len(expected)).hex() == expected.hex()

    def expect_end(self) -> None:
        """Find that the other side has closed the connection, with nothing more to say."""
        assert self.read_to_end().hex() == ""

    def expect_silence(self, seconds: float) -> None:
        """Find that nothing comes for a while: that cannot be known without waiting for it."""
        self._stream.settimeout(seconds)
        with pytest.raises(TimeoutError):
            self._stream.recv(1)
        self._stream.settimeout(DEADLINE)

    def read(self, count: int) -> bytes:
        """Receive exactly ``count`` octets, or less if the other side closes the connection."""
        octets = bytearray()
        while len(octets) < count and (more := self._stream.recv(count - len(octets))):
            octets += more
        return bytes(octets)

    def read_frame(self) -> tuple[int, bytes]:
        """Receive one frame; returns its flags and its body.

        Source: RFC 37/ZMTP, "Framing".
        """
        flags = self.read(1)[0]
        length = int.from_bytes(self.read(8 if flags & LONG else 1))
        return flags, self.read(length)

    def read_to_end(self) -> bytes:
        """Receive everything until the other side closes the connection, gently or not."""
        octets = bytearray()
        try:
            while more := self._stream.recv(65536):
                octets += more
        except ConnectionResetError:
            pass
        return bytes(octets)

    def shake_hands(self, ours: str, theirs: str) -> None:
        """Go through a faultless handshake.

        Args:
            ours: The type of the socket under test, as the wire has it.
            theirs: The type that this peer plays.
        """
        self.send(GREETING, READY[theirs])
        self.expect(GREETING, READY[ours])

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def reset(self) -> None:
        """Close the connection so that the other side sees a reset."""
        self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._stream.close()


@dataclass(slots=True)
class ScriptedListener:
    """A port that sockets of ours connect to."""

    listening: socket.socket
    """The listening socket; its backlog is long enough for every test."""
    accepted: list[ScriptedPeer] = field(default_factory=list)

    @classmethod
    def open(cls) -> "ScriptedListener":
        """Listen at a loopback port of the system's choice."""
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(DEADLINE)
        return cls(listening)

    @property
    def address(self) -> str:
        """The address, as our sockets want it."""
        return f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"

    def accept(self) -> ScriptedPeer:
        """Wait for the next connection."""
        peer = ScriptedPeer(self.listening.accept()[0])
        self.accepted.append(peer)
        return peer

    def close(self) -> None:
        """Stop listening, and close all connections."""
        self.listening.close()
        for peer in self.accepted:
            peer.close()


def call(port: int | None) -> ScriptedPeer:
    """Connect to a socket of ours that is bound to ``port``."""
    return ScriptedPeer(socket.create_connection(("127.0.0.1", port or 0)))


OurSocket = zmq4._socket.ThreadSocket

Meet = Callable[[OurSocket], ScriptedPeer]
"""Opens an endpoint of a socket of ours and returns the scripted peer on its other side."""

MORE = 0x01
LONG = 0x02
COMMAND = 0x04
