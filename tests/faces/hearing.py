"""Listening to the events of sockets in tests: what was told, in few words."""

import zmq4


def word(event: zmq4.Event) -> str:
    """Return the name of an event, with its cause if something went wrong."""
    name = type(event).__name__
    match event:
        case zmq4.Connecting(attempt=attempt):
            return f"{name} {attempt}"
        case (
            zmq4.ConnectFailed(cause=cause)
            | zmq4.AcceptFailed(cause=cause)
            | zmq4.HandshakeFailed(cause=cause)
            | zmq4.Disconnected(cause=cause)
        ):
            return f"{name} {cause}"
        case zmq4.Dropped(count=count, cause=cause):
            return f"{name} {count} {cause}"
        case _:
            return name
