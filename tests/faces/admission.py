"""What peers of a server are to be told, and where a test waits for it."""

import zmq4
import zmq4.asyncio

FAST = zmq4.Backoff(0.01, max=0.02)


def failure_in(events: zmq4.Events) -> zmq4.HandshakeFailed:
    """Return the next handshake that failed."""
    for event in events:
        if isinstance(event, zmq4.HandshakeFailed):
            return event
    raise AssertionError("the events ended")


async def failure_of(events: zmq4.asyncio.Events) -> zmq4.HandshakeFailed:
    """Return the next handshake that failed."""
    async for event in events:
        if isinstance(event, zmq4.HandshakeFailed):
            return event
    raise AssertionError("the events ended")
