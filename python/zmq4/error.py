"""What can go wrong: one root, and leaves that are built-in exceptions too where one fits.

The numbers are libzmq's, so that code which compares `errno` finds what it expects. A peer's fault
is never raised from a call that concerns another peer; endpoints and the log tell of it.
"""
# ruff: noqa: N818 (the names say what happened; "TimeoutError" is taken by the built-in)
# An OSError may lack a number; ours never do:
# pyright: reportIncompatibleVariableOverride=false

import errno as system
from typing import Final

EFSM: Final = 156384763
"""The call is not allowed in the socket's present state."""
ENOCOMPATPROTO: Final = 156384764
"""The transport does not go with the socket's type."""
ETERM: Final = 156384765
"""The context was terminated."""
EMTHREAD: Final = 156384766
"""The context has no I/O thread."""


class ZMQError(Exception):
    """Root of all errors of this package."""

    errno: int = system.EIO
    """The error's number: the system's, or one of libzmq's own."""
    endpoint: str | None = None
    """The address concerned, where there is one."""
    socket: str | None = None
    """The class of the socket concerned, as in `"Push"`, where bind or connect failed."""

    @property
    def code(self) -> str:
        """The symbol of `errno`, as in `"EAGAIN"`; empty for a number that nobody knows."""
        return _SYMBOLS.get(self.errno) or system.errorcode.get(self.errno, "")


class Closed(ZMQError):
    """The socket was closed, by this thread or another; iteration ends instead."""

    errno: int = system.ENOTSOCK


class ContextTerminated(ZMQError):
    """The socket's context was terminated."""

    errno: int = ETERM


class WouldBlock(ZMQError, BlockingIOError):
    """No peer's queue has room, and the socket was told not to wait (`on_full="error"`)."""

    errno: int = system.EAGAIN


class Timeout(ZMQError, TimeoutError):
    """The time allowed ran out; what the call was to do was not done."""

    errno: int = system.EAGAIN
    accepted: int = 0
    """Messages that `send_many` had sent before."""


class AddressInUse(ZMQError, OSError):
    """Another socket has the address."""

    errno: int = system.EADDRINUSE


class EndpointError(ZMQError, OSError):
    """The system refused the address for another reason; `errno` is the system's."""

    errno: int = system.EADDRNOTAVAIL


class InvalidEndpoint(ZMQError, ValueError):
    """The address breaks its grammar, or cannot be used in this way."""

    errno: int = system.EINVAL


class Unroutable(ZMQError, ConnectionError):
    """No peer has the routing id that the message is for."""

    errno: int = system.EHOSTUNREACH


class NoPeers(ZMQError, ConnectionError):
    """There is no peer to send to, and the socket was told not to wait (`on_full="error"`)."""

    errno: int = system.EAGAIN


class StateError(ZMQError, RuntimeError):
    """The call makes no sense at this moment."""

    errno: int = EFSM


class ForkError(ZMQError, RuntimeError):
    """The object was made before a fork, in the parent process; make one in the child."""

    errno: int = system.ENOTSOCK


class OptionError(ZMQError, ValueError):
    """An option is unknown, out of range, or can no longer be changed."""

    errno: int = system.EINVAL


class MultipartError(ZMQError, ValueError):
    """A message has several frames where one was asked for; it was not consumed."""

    errno: int = system.EINVAL


class MessageTooLarge(ZMQError):
    """A message does not fit into the buffer given; it was not consumed."""

    errno: int = system.EMSGSIZE


class CertificateError(ZMQError, ValueError):
    """A file of keys or passwords is not what it should be, or is open to others."""

    errno: int = system.EINVAL


class AuthError(ZMQError, PermissionError):
    """The peer refused our credentials, or we refused the peer's."""

    errno: int = system.EACCES


class ProtocolError(ZMQError):
    """The peer breaks the protocol, or its socket type cannot talk to ours."""

    errno: int = system.EPROTO


_SYMBOLS: Final = {
    system.EAGAIN: "EAGAIN",
    EFSM: "EFSM",
    ENOCOMPATPROTO: "ENOCOMPATPROTO",
    ETERM: "ETERM",
    EMTHREAD: "EMTHREAD",
}
