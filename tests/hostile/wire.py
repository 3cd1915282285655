"""Octets of ZMTP 3.1 as a stranger would write them: by hand, right or wrong.

Source: RFC 37/ZMTP, "Formal Grammar". Nothing here uses the package: what is tested must not judge
itself.
"""

from collections.abc import Iterable
from typing import Final

MORE: Final = 0x01
LONG: Final = 0x02
COMMAND: Final = 0x04

GREETING: Final = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
"""Signature, version 3.1, mechanism NULL, no server, filler: 64 octets."""

PARTNER: Final = {
    "PULL": "PUSH",
    "PUSH": "PULL",
    "PAIR": "PAIR",
    "DEALER": "DEALER",
    "ROUTER": "DEALER",
    "REP": "REQ",
    "REQ": "REP",
    "PUB": "SUB",
    "XPUB": "SUB",
    "SUB": "PUB",
    "XSUB": "PUB",
}
"""A type that may talk to each."""


def frame(body: bytes, flags: int = 0) -> bytes:
    """Return ``body`` behind a header of the shortest form that fits."""
    if len(body) > 255:
        return announce(len(body), flags) + body
    return bytes([flags, len(body)]) + body


def announce(length: int, flags: int = 0) -> bytes:
    """Return a long header for a body of ``length`` octets, which need not exist."""
    return bytes([flags | LONG]) + length.to_bytes(8, "big")


def command(name: bytes, data: bytes = b"") -> bytes:
    """Return a command frame."""
    return frame(bytes([len(name)]) + name + data, COMMAND)


def metadata(properties: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return properties in their wire form; names and values may be what they must not be."""
    return b"".join(
        bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value
        for name, value in properties
    )


def ready(socket_type: str, *more: tuple[bytes, bytes]) -> bytes:
    """Return the READY of a peer of ``socket_type`` that tells ``more`` about itself."""
    return command(b"READY", metadata([(b"Socket-Type", socket_type.encode()), *more]))


def subscribe(topic: bytes) -> bytes:
    """Return the command that asks for messages which begin with ``topic``."""
    return command(b"SUBSCRIBE", topic)


def cancel(topic: bytes) -> bytes:
    """Return the command that takes such a request back."""
    return command(b"CANCEL", topic)


def dialogue(socket_type: str) -> bytes:
    """Return all that a well-behaved peer of ``socket_type`` says up to its first messages."""
    opening = GREETING + ready(socket_type) + command(b"PING", b"\0\0context")
    if socket_type == "SUB":
        opening += subscribe(b"topic") + frame(b"\1old style") + cancel(b"topic") + subscribe(b"")
    envelope = frame(b"", MORE) if socket_type == "REQ" else b""
    single = envelope + frame(b"stranger")
    multipart = envelope + frame(b"stranger", MORE) + frame(b"", MORE) + frame(b"x")
    return opening + single + multipart
