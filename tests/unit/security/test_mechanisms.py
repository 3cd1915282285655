"""The values of `security=`: what they take, what they refuse, and what they show."""

import copy
import ipaddress
import pickle
from pathlib import Path

import pytest

import zmq4
from zmq4 import CurveClient, CurveServer, KeyPair, Null, PlainClient, PlainServer

KEYS = KeyPair.generate()
OTHER = KeyPair.generate()


def someone(_: zmq4.Applicant) -> bool:
    return True


def test_null_asks_nobody_unless_told() -> None:
    assert Null() == Null(domain="", allow=None, allow_from=(), deny_from=())
    assert repr(Null()) == "Null()"
    assert Null()._policy() == ("unset", None)
    assert Null(allow="zap")._policy() == ("zap", None)
    assert Null(allow=someone)._policy() == ("ask", someone)


def test_values_are_frozen() -> None:
    for value in (Null(), PlainServer(), CurveServer(KEYS)):
        with pytest.raises(AttributeError):
            value.domain = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        PlainClient("a", "b").username = "x"  # type: ignore[misc]


def test_values_are_equal_by_what_they_hold() -> None:
    assert PlainClient("a", "b") == PlainClient("a", "b") != PlainClient("a", "c")
    assert CurveServer(KEYS, {OTHER.public}) == CurveServer(KEYS, [OTHER.public_z85])
    assert CurveServer(KEYS) != CurveServer(OTHER)
    assert PlainServer({"a": "b"}) == PlainServer({"a": "b"}) != PlainServer({"a": "c"})
    assert len({hash(PlainServer({"a": "b"})), hash(PlainServer({"a": "b"}))}) == 1


def test_secrets_are_not_shown() -> None:
    values = [
        PlainClient("alice", "hunter2"),
        PlainServer({"alice": "hunter2"}),
        CurveClient(server_key=OTHER.public, keys=KEYS),
        CurveServer(KEYS, {OTHER.public}),
        zmq4.Applicant("127.0.0.1", "PLAIN", "", "alice", "hunter2"),
        zmq4.Certificate(KEYS.public, keys=KEYS),
    ]
    shown = " ".join(map(repr, values))

    assert "hunter2" not in shown
    assert KEYS.secret_z85 not in shown
    assert repr(KEYS.secret) not in shown
    assert "<passwords of 1 users>" in shown
    assert "<1 keys>" in shown


def test_values_with_secrets_are_not_pickled_and_a_copy_is_the_value() -> None:
    for value in (
        PlainClient("a", "b"),
        PlainServer({"a": "b"}),
        CurveClient(server_key=OTHER.public, keys=KEYS),
        CurveServer(KEYS),
    ):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(value)
        assert copy.deepcopy(value) is value


def test_null_is_pickled() -> None:
    value = Null(domain="x", deny_from="10.0.0.0/8")

    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 (our own)


def test_table_of_passwords_is_copied() -> None:
    table = {"a": "b"}
    server = PlainServer(table)

    table["c"] = "d"

    assert server.allow == {"a": "b"}


@pytest.mark.parametrize("what", ["username", "password"])
def test_credentials_have_at_most_255_octets(what: str) -> None:
    pair = {"username": "a", "password": "b"}

    PlainClient(**{**pair, what: "é" * 127 + "x"})
    with pytest.raises(zmq4.OptionError, match=f"{what} has at most 255 octets, not 256"):
        PlainClient(**{**pair, what: "é" * 128})
    with pytest.raises(zmq4.OptionError, match="at most 255 octets"):
        PlainServer({pair["username"]: "x" * 256})
    with pytest.raises(TypeError, match=f"{what} is text, not bytes"):
        PlainClient(**{**pair, what: b"x"})  # type: ignore[dict-item]
    with pytest.raises(zmq4.OptionError, match="surrogates"):
        PlainClient(**{**pair, what: "\udc80"})


@pytest.mark.parametrize("allow", ["all", b"x", "", 5, True, None, object(), ["a"], {"a": None}])
def test_plain_server_says_what_allow_may_be(allow: object) -> None:
    if allow is None:
        assert PlainServer(allow)._policy() == ("unset", None)
        return
    with pytest.raises((zmq4.OptionError, TypeError), match=r"PasswordFile|is text") as raised:
        PlainServer(allow)  # type: ignore[arg-type]
    assert "a dict" in str(raised.value) or "a password is text" in str(raised.value)


def test_curve_server_takes_keys_in_every_form() -> None:
    forms = [OTHER.public, OTHER.public_z85, OTHER.hex, bytearray(OTHER.public)]

    assert CurveServer(KEYS, iter(forms)).allow == frozenset({OTHER.public})  # type: ignore[arg-type]
    assert CurveServer(KEYS, set())._policy() == ("keys", frozenset())


def test_curve_server_takes_a_directory(tmp_path: Path) -> None:
    for path in (tmp_path, f"{tmp_path}/"):
        assert CurveServer(KEYS, path).allow == zmq4.CertificateDirectory(tmp_path)
    with pytest.raises(zmq4.OptionError, match="no directory"):
        CurveServer(KEYS, tmp_path / "missing")


@pytest.mark.parametrize("allow", ["everybody", "", "key", b"x" * 32, KEYS.public_z85, 5, True])
def test_curve_server_says_what_allow_may_be(allow: object) -> None:
    with pytest.raises((zmq4.OptionError, TypeError), match="a set of keys") as raised:
        CurveServer(KEYS, allow)  # type: ignore[arg-type]
    assert KEYS.public_z85 not in str(raised.value)


@pytest.mark.parametrize("key", [bytes(32), "x", "0" * 40, b""])
def test_what_is_no_key_is_refused_wherever_one_belongs(key: bytes) -> None:
    with pytest.raises(zmq4.OptionError, match=r"^server_key: a public key is needed"):
        CurveClient(server_key=key, keys=KEYS)
    with pytest.raises(zmq4.OptionError, match=r"^allow: a public key is needed"):
        CurveServer(KEYS, [key])


def test_own_secret_key_is_refused_where_a_public_one_belongs() -> None:
    for secret in (KEYS.secret, KEYS.secret_z85, KEYS.secret_hex):
        with pytest.raises(zmq4.OptionError, match="server_key: this is the secret key") as raised:
            CurveClient(server_key=secret, keys=KEYS)
        assert KEYS.secret_z85 not in str(raised.value)
        with pytest.raises(zmq4.OptionError, match="allow: this is the secret key"):
            CurveServer(KEYS, [secret])


def test_pair_is_refused_where_its_public_key_belongs() -> None:
    with pytest.raises(TypeError, match=r"give the pair's \.public"):
        CurveClient(server_key=OTHER, keys=KEYS)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"give the pair's \.public"):
        CurveServer(KEYS, {OTHER})  # type: ignore[arg-type]


@pytest.mark.parametrize("keys", [None, KEYS.public, KEYS.secret_z85])
def test_keys_are_a_pair(keys: object) -> None:
    with pytest.raises(TypeError, match="keys is a KeyPair") as raised:
        CurveServer(keys)  # type: ignore[arg-type]
    assert KEYS.secret_z85 not in str(raised.value)
    with pytest.raises(TypeError, match="keys is a KeyPair"):
        CurveClient(server_key=OTHER.public, keys=keys)  # type: ignore[arg-type]


def test_lists_of_addresses_are_read() -> None:
    server = PlainServer(
        allow_from=["10.0.0.0/8", ipaddress.ip_address("::1")],
        deny_from=ipaddress.ip_network("10.1.0.0/16"),
    )

    assert server._networks() == ([("10.0.0.0", 8), ("::1", 128)], [("10.1.0.0", 16)])
    assert CurveServer(KEYS, allow_from="127.0.0.1")._networks() == ([("127.0.0.1", 32)], [])


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "localhost", "", "1.2.3", ["::1", None]])
def test_what_is_no_network_is_refused(wrong: str) -> None:
    for name in ("allow_from", "deny_from"):
        with pytest.raises(zmq4.OptionError, match=f"^{name}: "):
            Null(**{name: wrong})  # type: ignore[arg-type]


def test_domain_is_text() -> None:
    with pytest.raises(TypeError, match="domain is text"):
        Null(domain=b"x")  # type: ignore[arg-type]
