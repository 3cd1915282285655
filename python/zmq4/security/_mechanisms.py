"""The values of `security=`: one class for each mechanism and each role in it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeGuard

from zmq4.error import OptionError
from zmq4.security._admission import Applicant, Networks, Verdict, check_text, networks
from zmq4.security._directory import CertificateDirectory
from zmq4.security._keys import Key, KeyPair, public_key
from zmq4.security._secretive import Secretive

if TYPE_CHECKING:
    from os import PathLike

Outcome: TypeAlias = "bool | str | Verdict"
"""What a callable says of an applicant: whether it is let in, or as which user, or all of it."""

Decide: TypeAlias = "Callable[[Applicant], Outcome] | Callable[[Applicant], Awaitable[Outcome]]"
"""Decides about applicants; it may be awaited where the socket is of `zmq4.asyncio`."""

Word: TypeAlias = Literal["any", "zap"]
"""Everybody, or whom the handler at `inproc://zeromq.zap.01` of the context lets in."""


@dataclass(frozen=True, slots=True, repr=False)
class _Server:
    """What every server has: whom it lets in."""

    _: KW_ONLY
    domain: str = ""
    """What handlers are told of the socket's purpose."""
    allow_from: Networks = ()
    """The only addresses and networks that may connect over tcp; everywhere if there are none."""
    deny_from: Networks = ()
    """Addresses and networks that may not, whatever `allow_from` says."""

    def __post_init__(self) -> None:
        """Check what every server has."""
        check_text(self.domain, "domain")
        object.__setattr__(self, "allow_from", networks(self.allow_from, "allow_from"))
        object.__setattr__(self, "deny_from", networks(self.deny_from, "deny_from"))

    def _policy(self) -> tuple[str, object]:
        """Say who decides, in the words of the native module."""
        return _policy_of(getattr(self, "allow", None))

    def _networks(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """List what is allowed and denied, as addresses and lengths of prefixes."""
        return _pairs(self.allow_from), _pairs(self.deny_from)

    def __repr__(self) -> str:
        allow = getattr(self, "allow", None)
        said = {"domain": self.domain, "allow_from": self.allow_from, "deny_from": self.deny_from}
        rest = [f"{name}={value!r}" for name, value in said.items() if value not in ("", ())]
        shown = [] if allow is None else [f"allow={_shown(allow)}"]
        return f"{type(self).__name__}({', '.join([*shown, *rest])})"


@dataclass(frozen=True, slots=True, repr=False)
class Null(_Server):
    """No names, no keys, no encryption: what every socket has unless told.

    Args:
        domain: What handlers are told of the socket's purpose. With a domain peers are let in by
            the handler at `inproc://zeromq.zap.01` of the context, or not at all.
        allow: Who decides about peers, by their address: a callable, `"zap"`, or `"any"`.
        allow_from: The only addresses and networks that may connect over tcp; all if empty.
        deny_from: Addresses and networks that may not, whatever `allow_from` says.

    Raises:
        OptionError: Something given cannot be.
    """

    allow: Decide | Word | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check what was given."""
        _Server.__post_init__(self)
        if self.allow is not None and not _is_decision(self.allow):
            raise _no_policy("a callable, 'any' or 'zap'", self.allow)


@dataclass(frozen=True, slots=True)
class PlainClient(Secretive):
    """A name and a password, which travel unencrypted.

    Args:
        username: The name, at most 255 octets.
        password: The password, at most 255 octets.

    Raises:
        OptionError: One of them is too long.
        TypeError: One of them is no text.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        """Check the lengths."""
        _credential(self.username, "username")
        _credential(self.password, "password")


@dataclass(frozen=True, slots=True, repr=False)
class PlainServer(Secretive, _Server):
    """Ask clients for a name and a password.

    Args:
        allow: Who is let in: passwords by user name, a `PasswordFile`, a callable that is given an
            `Applicant`, `"any"`, or `"zap"`: the handler at `inproc://zeromq.zap.01` of the
            context, which is also the default. Without a handler nobody is let in.
        domain: What handlers are told of the socket's purpose.
        allow_from: The only addresses and networks that may connect over tcp; all if empty.
        deny_from: Addresses and networks that may not, whatever `allow_from` says.

    Raises:
        OptionError: Something given cannot be.
        TypeError: A name or a password is no text.
    """

    allow: Mapping[str, str] | Decide | Word | None = field(default=None, kw_only=False, hash=False)

    def __post_init__(self) -> None:
        """Check what was given, and copy it."""
        _Server.__post_init__(self)
        if _is_table(self.allow):
            for username, password in self.allow.items():
                _credential(username, "a user name")
                _credential(password, "a password")
            object.__setattr__(self, "allow", dict(self.allow))
        elif self.allow is not None and not _is_decision(self.allow):
            wanted = "a dict of passwords, a PasswordFile, a callable, 'any' or 'zap'"
            raise _no_policy(wanted, self.allow)


@dataclass(frozen=True, slots=True)
class CurveClient(Secretive):
    """Keys of ours, and the key that the server has: nobody else is talked to.

    Args:
        server_key: The server's public key.
        keys: Our own keys.

    Raises:
        OptionError: The server's key is none, or is our own secret key.
        TypeError: The server's key is neither octets nor text, or `keys` is no `KeyPair`.
    """

    _: KW_ONLY
    server_key: Key
    keys: KeyPair

    def __post_init__(self) -> None:
        """Check the keys; `server_key` becomes 32 octets."""
        _check_keys(self.keys)
        server_key = _foreign_key(self.keys, self.server_key, "server_key")
        object.__setattr__(self, "server_key", server_key)


@dataclass(frozen=True, slots=True, repr=False)
class CurveServer(Secretive, _Server):
    """Keys that clients know, and whom of them to let in.

    Args:
        keys: Our own keys; clients have the public one.
        allow: Which clients are let in: a set of public keys, the path of a directory of
            certificates, a callable that is given an `Applicant`, `"any"`, or `"zap"`: the handler
            at `inproc://zeromq.zap.01` of the context, which is also the default. Without a
            handler nobody is let in.
        domain: What handlers are told of the socket's purpose.
        allow_from: The only addresses and networks that may connect over tcp; all if empty.
        deny_from: Addresses and networks that may not, whatever `allow_from` says.

    Raises:
        OptionError: Something given cannot be.
        TypeError: `keys` is no `KeyPair`, or one of the keys allowed is neither octets nor text.
    """

    keys: KeyPair = field(kw_only=False)
    allow: Iterable[Key] | PathLike[str] | Decide | Word | str | None = field(
        default=None, kw_only=False
    )

    def __post_init__(self) -> None:
        """Check what was given; keys become a frozen set, and a path a `CertificateDirectory`."""
        _Server.__post_init__(self)
        _check_keys(self.keys)
        object.__setattr__(self, "allow", self._allowed())

    def _allowed(self) -> object:
        allow = self.allow
        if allow is None or _is_decision(allow):
            return allow
        if _is_path(allow):
            return CertificateDirectory(allow)
        if _is_listed(allow):
            return frozenset(_foreign_key(self.keys, key, "allow") for key in allow)
        wanted = "a set of keys, the path of a directory, a callable, 'any' or 'zap'"
        raise _no_policy(wanted, allow)


Security: TypeAlias = Null | PlainClient | PlainServer | CurveClient | CurveServer
"""What `security=` may be."""


def _policy_of(allow: object) -> tuple[str, object]:
    """Say who decides, in the words of the native module."""
    if allow is None:
        return "unset", None
    if isinstance(allow, str):
        return allow, None
    if _is_key_set(allow):
        return "keys", allow
    return ("passwords" if _is_table(allow) else "ask"), allow


def _is_decision(allow: object) -> bool:
    return allow in ("any", "zap") if isinstance(allow, str) else callable(allow)


def _is_table(allow: object) -> TypeGuard[Mapping[str, str]]:
    """Tell whether there are passwords by name; what they are is looked at one by one."""
    return isinstance(allow, Mapping)


def _is_path(allow: object) -> TypeGuard[str | PathLike[str]]:
    """Tell whether something is a path; a key in Z85 may have slashes too."""
    if isinstance(allow, str):
        return os.sep in allow and len(allow) != _Z85_LENGTH
    return isinstance(allow, os.PathLike)


def _is_key_set(allow: object) -> TypeGuard[frozenset[bytes]]:
    """Tell whether there are keys that were looked at."""
    return isinstance(allow, frozenset)


def _is_listed(allow: object) -> TypeGuard[Iterable[Key]]:
    """Tell whether there are keys; what they are is looked at one by one."""
    return isinstance(allow, Iterable) and not isinstance(allow, (str, bytes, bytearray))


def _shown(allow: object) -> str:
    if _is_table(allow):
        return f"<passwords of {len(allow)} users>"
    if _is_key_set(allow):
        return f"<{len(allow)} keys>"
    return repr(allow)


def _no_policy(wanted: str, allow: object) -> Exception:
    """Make the exception for an `allow` that says nothing; what it was may be a secret."""
    if isinstance(allow, (str, bytes, bytearray)):
        hint = "a path has a slash, as in ./clients; a single key stands in braces, as in {key}"
        return OptionError(f"allow: text or octets that are no policy; give {wanted} ({hint})")
    return TypeError(f"allow: give {wanted}, not {type(allow).__name__}")


def _credential(text: object, what: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{what} is text, not {type(text).__name__}")
    try:
        octets = len(text.encode())
    except UnicodeEncodeError:
        raise OptionError(f"{what} has surrogates, which have no octets") from None
    if octets > _LONGEST:
        raise OptionError(f"{what} has at most {_LONGEST} octets, not {octets}")


def _check_keys(keys: object) -> None:
    if not isinstance(keys, KeyPair):
        text = (
            "keys is a KeyPair: KeyPair.generate(), KeyPair.load(path) or KeyPair(public, secret)"
        )
        raise TypeError(f"{text}, not {type(keys).__name__}")


def _foreign_key(keys: KeyPair, key: object, what: str) -> bytes:
    """Read a public key, and refuse our own secret one."""
    octets = public_key(key, what)
    if KeyPair.from_secret(octets) == keys:
        raise OptionError(f"{what}: this is the secret key of `keys`; a public key belongs here")
    return octets


def _pairs(listed: Networks) -> list[tuple[str, int]]:
    """Write networks as addresses and lengths of prefixes."""
    return [(str(each.network_address), each.prefixlen) for each in networks(listed, "networks")]


_LONGEST: Final = 255
"""Octets: the length of each is one octet on the wire."""
_Z85_LENGTH: Final = 40
