"""What the faces of all roles read of their arguments in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zmq4._endpoint import EndpointBase

if TYPE_CHECKING:
    from zmq4.options import SocketOptions
    from zmq4.security import Security
    from zmq4.types import Addresses


def addresses(given: Addresses) -> list[str]:
    """Return addresses as text: of one or several, of endpoints too."""
    several = [given] if isinstance(given, str | EndpointBase) else given
    return [str(each) for each in several]


def socket_options(security: Security | None, options: SocketOptions | None) -> SocketOptions:
    """Return what every socket of a role is given."""
    both: SocketOptions = {} if options is None else {**options}
    if security is not None:
        both["security"] = security
    return both
