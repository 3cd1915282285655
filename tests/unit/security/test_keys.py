"""`zmq4.KeyPair`: keys in all their forms, and secrets that stay where they are."""

import copy
import pickle
from collections.abc import Callable

import pytest

import zmq4
from zmq4 import KeyPair

PUBLIC = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
SECRET = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
PUBLIC_HEX = "54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652"
SECRET_HEX = "8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7"
"""The documented pair of a server. Source: RFC 26/CURVEZMQ, "Test Vectors"."""

FORMS: dict[str, Callable[[], KeyPair]] = {
    "octets": lambda: KeyPair(bytes.fromhex(PUBLIC_HEX), bytes.fromhex(SECRET_HEX)),
    "z85": lambda: KeyPair(PUBLIC, SECRET),
    "z85 as octets": lambda: KeyPair(PUBLIC.encode(), SECRET.encode()),
    "from_z85": lambda: KeyPair.from_z85(PUBLIC, SECRET),
    "from_hex": lambda: KeyPair.from_hex(PUBLIC_HEX, SECRET_HEX),
    "from_secret": lambda: KeyPair.from_secret(SECRET),
    "from_secret octets": lambda: KeyPair.from_secret(bytes.fromhex(SECRET_HEX)),
}


@pytest.mark.parametrize("form", FORMS)
def test_pair_is_read_from_every_form_and_written_in_every_form(form: str) -> None:
    pair = FORMS[form]()

    assert pair.public == bytes.fromhex(PUBLIC_HEX)
    assert pair.public_z85 == PUBLIC
    assert pair.hex == PUBLIC_HEX
    assert pair.secret == bytes.fromhex(SECRET_HEX)
    assert pair.secret_z85 == SECRET
    assert pair.secret_hex == SECRET_HEX


def test_generated_pairs_differ_and_belong_together() -> None:
    one, other = KeyPair.generate(), KeyPair.generate()

    assert one != other
    assert KeyPair(one.public, one.secret) == one
    assert KeyPair.from_secret(other.secret_hex) == other
    assert len({one, other, KeyPair.from_secret(one.secret)}) == 2


def test_keys_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(zmq4.OptionError, match=r"does not belong to the secret key$"):
        KeyPair(KeyPair.generate().public, SECRET)


def test_swapped_keys_are_told_to_be() -> None:
    with pytest.raises(zmq4.OptionError, match="they are swapped"):
        KeyPair(SECRET, PUBLIC)


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (b"", "not 0"),
        (bytes(31), "not 31"),
        (bytes(32), "all zeros; make one with KeyPair.generate"),
        ("0" * 40, "all zeros"),
        (SECRET[:-1], "not 39"),
        (SECRET[:-1] + "~", "no Z85"),
        (SECRET_HEX[:-1] + "g", "no hexadecimal digit"),
        (SECRET + "\0", "not 41"),
    ],
)
def test_what_is_no_secret_key_is_refused_without_being_shown(secret: bytes, why: str) -> None:
    with pytest.raises(zmq4.OptionError, match=why) as raised:
        KeyPair.from_secret(secret)

    assert SECRET[:8] not in str(raised.value)
    assert SECRET_HEX[:8] not in str(raised.value)


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), "0" * 40])
def test_public_key_that_protects_nothing_is_refused(public: bytes) -> None:
    with pytest.raises(zmq4.OptionError, match="protect nothing"):
        KeyPair(public, SECRET)


@pytest.mark.parametrize("key", [None, 5, [1] * 32, object()])
def test_other_things_are_no_keys(key: bytes) -> None:
    with pytest.raises(TypeError, match="a key is 32 octets"):
        KeyPair.from_secret(key)


def test_forms_are_not_mixed_up() -> None:
    with pytest.raises(zmq4.OptionError, match="has 40 characters, not 64"):
        KeyPair.from_z85(PUBLIC_HEX, SECRET_HEX)
    with pytest.raises(zmq4.OptionError, match="has 64 characters, not 40"):
        KeyPair.from_hex(PUBLIC, SECRET)


def test_repr_shows_the_public_key_alone() -> None:
    pair = KeyPair.from_secret(SECRET)

    assert repr(pair) == str(pair) == f"<KeyPair {PUBLIC}>"


def test_pair_is_immutable() -> None:
    pair = KeyPair.generate()

    with pytest.raises(AttributeError, match="immutable"):
        pair.secret = b""  # type: ignore[misc]
    with pytest.raises(AttributeError):
        pair.other = b""  # type: ignore[attr-defined]


def test_pair_is_not_pickled_and_a_copy_is_itself() -> None:
    pair = KeyPair.generate()

    with pytest.raises(TypeError, match="not pickled; pass the path"):
        pickle.dumps(pair)
    assert copy.copy(pair) is pair
    assert copy.deepcopy([pair])[0] is pair
