"""Security at the boundary: keys, hashes, questions, and whose memory they are in."""

import gc
import threading

import pytest

import zmq4
from zmq4 import _native


def test_native_classes_are_not_made_by_programs() -> None:
    for cls in (_native.Inquiry, _native.Question):
        with pytest.raises(TypeError):
            cls()


def test_keys_show_nothing() -> None:
    keys = _native.Keys.generate()

    assert keys.secret().hex() not in repr(keys)


@pytest.mark.parametrize("key", [None, 5, bytearray(32), [0] * 32])
def test_other_things_are_no_keys(key: bytes) -> None:
    with pytest.raises(TypeError):
        _native.read_public_key(key)
    with pytest.raises(TypeError):
        _native.Keys(key)


def test_hash_is_salted_and_verified() -> None:
    one, other = _native.hash_password(b"x"), _native.hash_password(b"x")

    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert _native.verify_password(b"x", one)
    assert not _native.verify_password(b"y", one)


@pytest.mark.parametrize("text", ["", "x", "$", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_is_refused(text: str) -> None:
    assert not _native.is_password_hash(text)
    try:
        assert not _native.verify_password(b"x", text)
    except zmq4.OptionError as error:
        assert "no hash of a password" in str(error)  # noqa: PT017 (a foreign hash is one, and matches nothing)


def test_other_threads_run_while_a_password_is_hashed() -> None:
    counted = 0
    done = threading.Event()

    def hash_some() -> None:
        for _ in range(5):
            _native.hash_password(b"x")
        done.set()

    thread = threading.Thread(target=hash_some)
    thread.start()
    while not done.is_set():
        counted += 1
    thread.join()

    assert counted > 0


def test_z85_is_that_of_the_rfc() -> None:
    assert _native.z85_encode(bytes.fromhex("864fd26fb559f75b")) == "HelloWorld"
    with pytest.raises(zmq4.OptionError, match="fours"):
        _native.z85_encode(b"12345")


def test_same_object_is_given_back() -> None:
    server = zmq4.PlainServer(lambda _: True)
    with zmq4.Pull(security=server) as pull:
        assert pull.security is server
        inquiry = pull._inquiry
        pull.security = server
        assert pull._inquiry is inquiry
        pull.security = zmq4.Null()
        assert pull._inquiry is None
        assert pull.security == zmq4.Null()


def test_clients_and_tables_ask_nobody_in_python() -> None:
    keys = zmq4.KeyPair.generate()
    for security in (
        zmq4.PlainClient("a", "b"),
        zmq4.PlainServer({"a": "b"}),
        zmq4.PlainServer("any"),
        zmq4.CurveServer(keys, {keys.public}),
    ):
        with zmq4.Pull(security=security) as pull:
            assert pull._inquiry is None


def test_callable_goes_with_its_socket() -> None:
    class Doorman:
        gone = 0

        def __call__(self, _: zmq4.Applicant) -> bool:
            return True

        def __del__(self) -> None:
            Doorman.gone += 1

    zmq4.Pull(security=zmq4.PlainServer(Doorman())).close()
    gc.collect()

    assert Doorman.gone == 1


def test_value_that_says_something_else_than_its_class_is_refused() -> None:
    sly = zmq4.PlainServer()
    object.__setattr__(sly, "domain", 5)

    with zmq4.Pull() as pull:
        with pytest.raises(TypeError):
            pull.security = sly
        assert pull.security == zmq4.Null()
