"""Subscriptions on the wire, in hexadecimal: as commands, and as the messages that 3.0 and 2.0 have.

Source: RFC 37/ZMTP, "The SUBSCRIBE Command"; RFC 23/ZMTP, "The Publish-Subscribe Pattern".
"""


def subscribe(topic: bytes) -> str:
    """Write a SUBSCRIBE command."""
    return command(b"SUBSCRIBE", topic)


def cancel(topic: bytes) -> str:
    """Write a CANCEL command."""
    return command(b"CANCEL", topic)


def command(name: bytes, data: bytes) -> str:
    """Write a command."""
    return frame(0x04, bytes([len(name)]) + name + data)


def message(*bodies: bytes) -> str:
    """Write a message; of one frame it is a subscription if that begins with 1, or with 0."""
    last = len(bodies) - 1
    return "".join(frame(0x01 if at < last else 0, body) for at, body in enumerate(bodies))


def frame(flags: int, body: bytes) -> str:
    """Write a frame, in long form where it must be."""
    if len(body) < 256:
        return bytes([flags, len(body), *body]).hex()
    return (bytes([flags | 0x02]) + len(body).to_bytes(8) + body).hex()
