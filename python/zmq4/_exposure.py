"""Passwords that travel unencrypted: fine on one machine, not through a network."""

from __future__ import annotations

import warnings

from zmq4.security import PlainClient, PlainServer, SecurityWarning


def warn_if_exposed(security: object, address: str) -> None:
    """Warn of PLAIN over tcp, unless both ends are on this machine.

    Args:
        security: The security of a socket.
        address: What it is about to bind or to connect to.
    """
    if isinstance(security, (PlainClient, PlainServer)) and is_exposed(address):
        text = (
            f"{type(security).__name__} at {address}: the password travels unencrypted through the "
            "network; use CurveClient and CurveServer"
        )
        warnings.warn(text, SecurityWarning, stacklevel=_depth_of_caller())


def is_exposed(address: str) -> bool:
    """Tell whether an address is of tcp, and not surely of this machine alone.

    A name other than `localhost` may stand for anything.
    """
    scheme, _, rest = address.partition("://")
    if scheme != "tcp":
        return False
    host = rest.rpartition(";")[2].rpartition(":")[0].strip("[]").partition("%")[0]
    if host in ("localhost", "lo"):
        return False
    import ipaddress  # noqa: PLC0415 (needed for PLAIN alone)

    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _depth_of_caller() -> int:
    """Count the frames between `warnings.warn` and the program's own code."""
    from inspect import currentframe  # noqa: PLC0415 (needed where there is a warning alone)

    depth, frame = 0, currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("zmq4."):
        depth += 1
        frame = frame.f_back
    return depth
