"""Keys of CURVE: a pair of 32 octets each, and what is taken for a public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias, final

from zmq4 import _native
from zmq4.error import OptionError
from zmq4.security._secretive import Secretive

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

Key: TypeAlias = bytes | str
"""A key: 32 octets, 40 characters of Z85, or 64 hexadecimal digits."""


@final
class KeyPair(Secretive):
    """A public key and the secret key that belongs to it.

    The secret stays out of Python's memory until the program asks for it; `repr` shows the public
    key alone. Pairs are immutable, and not pickled.

    Args:
        public: The public key.
        secret: The secret key.

    Raises:
        OptionError: One of them is no key, or they do not belong together.
        TypeError: One of them is neither octets nor text.
    """

    __slots__ = ("_handle",)

    _handle: _native.Keys

    def __init__(self, public: Key, secret: Key) -> None:
        """Take a pair."""
        keys = _native.Keys(_key_like(secret, "secret"))
        wanted = public_key(public, "public")
        if keys.public != wanted:
            is_swapped = _native.Keys(wanted).public == keys.secret()
            hint = "; they are swapped" if is_swapped else ""
            raise OptionError(f"the public key does not belong to the secret key{hint}")
        object.__setattr__(self, "_handle", keys)

    @classmethod
    def _of(cls, keys: _native.Keys) -> KeyPair:
        made = cls.__new__(cls)
        object.__setattr__(made, "_handle", keys)
        return made

    @classmethod
    def generate(cls) -> KeyPair:
        """Make a new pair, of the system's randomness."""
        return cls._of(_native.Keys.generate())

    @classmethod
    def from_secret(cls, secret: Key) -> KeyPair:
        """Make the pair of a secret key: the public one follows from it.

        Raises:
            OptionError: It is no key.
        """
        return cls._of(_native.Keys(_key_like(secret, "secret")))

    @classmethod
    def from_z85(cls, public: str, secret: str) -> KeyPair:
        """Take a pair that is written in Z85, 40 characters each.

        Raises:
            OptionError: One of them is no key in Z85, or they do not belong together.
        """
        return cls(_text_of(public, _Z85_LENGTH), _text_of(secret, _Z85_LENGTH))

    @classmethod
    def from_hex(cls, public: str, secret: str) -> KeyPair:
        """Take a pair that is written in hexadecimal digits, 64 each.

        Raises:
            OptionError: One of them is no key in hexadecimal, or they do not belong together.
        """
        return cls(_text_of(public, _HEX_LENGTH), _text_of(secret, _HEX_LENGTH))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> KeyPair:
        """Read a pair from a certificate, as zmq4, czmq and pyzmq write it.

        Args:
            path: The file with the secret key, or the public one beside it: `me.cert` stands for
                `me.cert_secret`.

        Raises:
            CertificateError: It is no certificate, has no secret key, or others may read it.
            OSError: It cannot be read.
        """
        from zmq4.security._certificate import Certificate  # noqa: PLC0415 (it knows key pairs)

        return Certificate.load(path).secret_keys

    def save(self, path: str | PathLike[str], metadata: Mapping[str, str] | None = None) -> None:
        """Write two certificates: the public one, and with `_secret` behind its name the other.

        Both are created, never overwritten; only the owner may read the secret one.

        Args:
            path: Where the public one is to be, as in `me.cert` or `me.key`.
            metadata: What else is to be known of the owner of the keys.

        Raises:
            FileExistsError: One of the files is there.
            OptionError: The metadata cannot be written down.
            OSError: One of the files cannot be written.
        """
        from zmq4.security._certificate import Certificate  # noqa: PLC0415 (it knows key pairs)

        Certificate(self.public, keys=self, metadata=metadata or {}).save(path)

    @property
    def public(self) -> bytes:
        """The public key, 32 octets."""
        return self._handle.public

    @property
    def public_z85(self) -> str:
        """The public key as 40 characters of Z85."""
        return _native.z85_encode(self._handle.public)

    @property
    def hex(self) -> str:
        """The public key as 64 hexadecimal digits."""
        return self._handle.public.hex()

    @property
    def secret(self) -> bytes:
        """The secret key, 32 octets: for its owner's eyes only."""
        return self._handle.secret()

    @property
    def secret_z85(self) -> str:
        """The secret key as 40 characters of Z85: for its owner's eyes only."""
        return _native.z85_encode(self._handle.secret())

    @property
    def secret_hex(self) -> str:
        """The secret key as 64 hexadecimal digits: for its owner's eyes only."""
        return self._handle.secret().hex()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: a pair is what it is."""
        raise AttributeError(f"a KeyPair is immutable; {name} cannot be set")

    def __eq__(self, other: object) -> bool:
        """Tell whether both are the same pair; equal public keys have equal secret keys."""
        return self.public == other.public if isinstance(other, KeyPair) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"<KeyPair {self.public_z85}>"


def public_key(key: object, what: str) -> bytes:
    """Read a public key.

    Args:
        key: What a program gave for one.
        what: How an exception is to name it.

    Returns:
        32 octets.

    Raises:
        OptionError: It is no public key.
        TypeError: It is neither octets nor text.
    """
    if isinstance(key, KeyPair):
        text = f"{what}: give the pair's .public; the other side's secret key is not for this side"
        raise TypeError(text)
    try:
        return _native.read_public_key(_key_like(key, what))
    except OptionError as error:
        raise OptionError(f"{what}: {error}") from None


def _key_like(key: object, what: str) -> bytes | str:
    if isinstance(key, (bytes, str)):
        return key
    if isinstance(key, bytearray):
        return bytes(key)
    # Neither is what was given shown: it may be a secret.
    kind = type(key).__name__
    raise TypeError(f"{what}: a key is 32 octets, or 40 characters of Z85, not {kind}")


def _text_of(key: str, length: int) -> str:
    if len(key) != length:
        raise OptionError(f"such a key has {length} characters, not {len(key)}")
    return key


_Z85_LENGTH: Final = 40
_HEX_LENGTH: Final = 64
