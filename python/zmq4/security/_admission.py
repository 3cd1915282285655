"""Whom a server lets in: what is asked about a peer, what is answered, and lists of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from zmq4 import _native
from zmq4.error import OptionError
from zmq4.security._secretive import Secretive

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Network: TypeAlias = "str | IPv4Address | IPv6Address | IPv4Network | IPv6Network"
"""An address or a network, as in `"10.0.0.0/8"` or `"::1"`."""

Status: TypeAlias = Literal[200, 300, 400, 500]
"""How a peer is answered.

- 200: it is let in.
- 300: it may try again later.
- 400: it is refused.
- 500: nobody could decide.
"""

Mechanism: TypeAlias = Literal["NULL", "PLAIN", "CURVE"]
"""What both sides do to know each other."""


class SecurityWarning(UserWarning):
    """Something is allowed, and unsafe: passwords that travel unencrypted through a network."""


@dataclass(frozen=True, slots=True)
class Applicant(Secretive):
    """A peer that wants to be let in, as a callable given as `allow=` is asked about it.

    Args:
        address: Its IP address under tcp, without a port; empty under ipc.
        mechanism: The mechanism of the connection.
        domain: The domain of the server's `security=`.
        username: The name that it claims; None unless the mechanism is PLAIN.
        password: The password that goes with it; None unless the mechanism is PLAIN. Compare it
            with `hmac.compare_digest`.
        public_key: The key whose secret key it has proved to have; None unless it is CURVE.
        routing_id: The routing id of the server's own socket.
    """

    address: str
    mechanism: Mechanism
    domain: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    public_key: bytes | None = None
    routing_id: bytes = b""

    @property
    def public_key_z85(self) -> str | None:
        """The public key as 40 characters of Z85; None unless the mechanism is CURVE."""
        return None if self.public_key is None else _native.z85_encode(self.public_key)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a callable given as `allow=` may return, where True, False or a user id say too little.

    Args:
        status: 200 to let the peer in, 300 to have it try again, 400 to refuse it, 500 if nobody
            can say.
        user_id: Who it is: `message.peer.user_id`.
        metadata: What else is known of it, in `message.peer.metadata`. It wins over what the peer
            says of itself.

    Raises:
        OptionError: There is no such status, or a property has a name that cannot be.
    """

    status: Status = 200
    user_id: str = ""
    metadata: Mapping[str, bytes | str] = field(default_factory=dict[str, bytes | str], hash=False)

    def __post_init__(self) -> None:
        """Check what will be told."""
        _check_status(self.status)
        check_text(self.user_id, "a user id")
        for name, value in self.metadata.items():
            _check_property(name, value)
        object.__setattr__(self, "metadata", dict(self.metadata))


Networks: TypeAlias = "Network | Iterable[Network]"
"""One address or network, or several."""


def networks(given: Networks, what: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read addresses and networks.

    Args:
        given: What a program gave.
        what: The name of the argument, for the exception.

    Raises:
        OptionError: One of them is neither an address nor a network.
    """
    # A network is an iterable too, of its addresses.
    if isinstance(given, str) or hasattr(given, "network_address"):
        return _read_networks([given], what)
    listed = list(given) if isinstance(given, Iterable) else [given]
    return _read_networks(listed, what) if listed else ()


def _read_networks(listed: Sequence[object], what: str) -> tuple[IPv4Network | IPv6Network, ...]:
    import ipaddress  # noqa: PLC0415 (a program without such lists does without it)

    try:
        return tuple(ipaddress.ip_network(str(each)) for each in listed)
    except ValueError as error:
        raise OptionError(f"{what}: {error}; write as in 10.0.0.0/8 or ::1") from None


def check_text(text: object, what: str) -> None:
    """Check that something is text.

    Raises:
        TypeError: It is not.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} is text, not {type(text).__name__}")


def _check_status(status: object) -> None:
    if isinstance(status, bool) or status not in _STATUSES:
        raise OptionError(f"a verdict has the status 200, 300, 400 or 500, not {status!r}")


def _check_property(name: str, value: object) -> None:
    if _NAME.fullmatch(name) is None:
        raise OptionError(f"the name of a property is letters, digits and -_.+, not {name!r}")
    if not isinstance(value, (bytes, str)):
        raise TypeError(f"property {name} is bytes or text, not {type(value).__name__}")


_STATUSES: Final = (200, 300, 400, 500)
_NAME: Final = re.compile(r"[A-Za-z0-9_.+-]{1,255}")
"""Source: RFC 37/ZMTP, "Formal Grammar", rule `name`."""
