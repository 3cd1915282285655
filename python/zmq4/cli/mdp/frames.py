"""Bodies as people read them: lines of text or hexadecimal, JSON, or the octets themselves."""

import base64
import json
import sys
from collections.abc import Callable, Sequence
from typing import Final


def print_frames(frames: Sequence[bytes], how: str) -> None:
    """Print a reply, or a part of one, on standard output.

    Args:
        frames: Its frames.
        how: A key of the table below.
    """
    sys.stdout.buffer.write(_FORMS[how](frames))
    sys.stdout.flush()


def _as_text(frames: Sequence[bytes]) -> bytes:
    return b"".join(frame + b"\n" for frame in frames)


def _as_hex(frames: Sequence[bytes]) -> bytes:
    return b"".join(frame.hex().encode() + b"\n" for frame in frames)


def _as_json(frames: Sequence[bytes]) -> bytes:
    return json.dumps([_value_of(frame) for frame in frames]).encode() + b"\n"


def _value_of(frame: bytes) -> str | dict[str, str]:
    """Return a frame as JSON has it: its text, or base64 where it is none."""
    try:
        return frame.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(frame).decode()}


_FORMS: Final[dict[str, Callable[[Sequence[bytes]], bytes]]] = {
    "text": _as_text,
    "hex": _as_hex,
    "json": _as_json,
    "raw": b"".join,
}
