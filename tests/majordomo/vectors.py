"""What a broker has to drop: the rejection vectors, and dialects that are not spoken here."""

from typing import Final

ADDRESS: Final = bytes.fromhex("006b8b4568")

NO_MESSAGES: Final[dict[str, tuple[tuple[bytes, ...], str]]] = {
    "alone": ((b"",), "empty"),
    "no-service": ((b"", b"MDPC01"), "no-service"),
    "no-body": ((b"", b"MDPC01", b"echo"), "no-body"),
    "no-command": ((b"", b"MDPW01"), "no-command"),
    "ready-for-nothing": ((b"", b"MDPW01", b"\x01"), "no-service"),
    "empty-command": ((b"", b"MDPW01", b""), "bad-command"),
    "two-octets": ((b"", b"MDPW01", b"\x01\x02"), "bad-command"),
    "reply-to-nobody": ((b"", b"MDPW01", b"\x03"), "bad-address"),
    "reply-without-delimiter": ((b"", b"MDPW01", b"\x03", ADDRESS), "no-delimiter"),
    "reply-with-another": ((b"", b"MDPW01", b"\x03", ADDRESS, b"x", b"x"), "no-delimiter"),
    "version-9": ((b"MDPC09", b"\x01"), "not-majordomo"),
    "no-delimiter": ((b"x", b"MDPC01"), "not-majordomo"),
    "long-service": ((b"", b"MDPC01", b"n" * 256, b"x"), "bad-service"),
    "no-service-name": ((b"", b"MDPC01", b"", b"x"), "bad-service"),
    "ten-thousand-frames": ((b"", b"MDPC01", b"echo", *[b"x"] * 10_000), "too-many-frames"),
    "newer-no-command": ((b"MDPC02",), "no-command"),
    "newer-other-command": ((b"MDPC02", b"\x07", b"echo", b"x"), "bad-command"),
    "newer-no-service": ((b"MDPC02", b"\x01"), "no-service"),
    "newer-no-body": ((b"MDPC02", b"\x01", b"echo"), "no-body"),
    "newer-worker-alone": ((b"MDPW02",), "no-command"),
    "newer-reply-without-body": ((b"MDPW02", b"\x04", ADDRESS, b""), "no-body"),
}
"""Rejection vectors, with the counters that they belong to.

The first is how a ROUTER says that a peer is gone; see the test that is about it.
"""

DIALECTS: Final[dict[str, tuple[tuple[bytes, ...], ...]]] = {
    "dialect-zproto": (
        (bytes.fromhex("aaa401064d44504330320104") + b"echo", b"hello"),
        (bytes.fromhex("aaa404064d44505730320104") + b"echo",),
    ),
    "dialect-libmdp": (
        (b"", b"MDPC0X", b"echo", b"hello"),
        (b"", b"MDPW0X", b"\x01", b"echo"),
    ),
    "dialect-tag-0.2": ((b"", b"MDPC02", b"echo", b"hello"),),
    "dialect-majortomo": (
        (b"", b"MDPC02", b"\x02", b"echo", b"hello"),
        (b"", b"MDPW02", b"\x01", b"echo"),
    ),
    "dialect-pigato": (
        (b"", b"C", b"2", b"echo", b"1", b"{}", b"hello"),
        (b"W", b"1", b"echo"),
    ),
    "dialect-opencmw": (
        (b"MDPC03", b"\x01", b"echo", b"1", b"/", b"hello", b"", b""),
        (b"", b"MDPW03", b"\x05", b"echo", b"", b"", b"", b""),
    ),
}
"""Messages of dialects that the broker recognises and does not speak."""
