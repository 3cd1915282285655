"""`zmq4.error`: what an exception is, carries, and survives."""

import builtins
import copy
import errno
import pickle

import pytest

import zmq4
from zmq4 import error
from zmq4.error import ZMQError

COUSINS = {
    "Closed": "Exception",
    "ContextTerminated": "Exception",
    "WouldBlock": "BlockingIOError",
    "Timeout": "TimeoutError",
    "AddressInUse": "OSError",
    "EndpointError": "OSError",
    "InvalidEndpoint": "ValueError",
    "Unroutable": "ConnectionError",
    "NoPeers": "ConnectionError",
    "StateError": "RuntimeError",
    "ForkError": "RuntimeError",
    "OptionError": "ValueError",
    "MultipartError": "ValueError",
    "MessageTooLarge": "Exception",
    "CertificateError": "ValueError",
    "AuthError": "PermissionError",
    "ProtocolError": "Exception",
}
NUMBERS = {
    "ZMQError": (errno.EIO, "EIO"),
    "Closed": (errno.ENOTSOCK, "ENOTSOCK"),
    "ContextTerminated": (156384765, "ETERM"),
    "WouldBlock": (errno.EAGAIN, "EAGAIN"),
    "Timeout": (errno.EAGAIN, "EAGAIN"),
    "AddressInUse": (errno.EADDRINUSE, "EADDRINUSE"),
    "EndpointError": (errno.EADDRNOTAVAIL, "EADDRNOTAVAIL"),
    "InvalidEndpoint": (errno.EINVAL, "EINVAL"),
    "Unroutable": (errno.EHOSTUNREACH, "EHOSTUNREACH"),
    "NoPeers": (errno.EAGAIN, "EAGAIN"),
    "StateError": (156384763, "EFSM"),
    "ForkError": (errno.ENOTSOCK, "ENOTSOCK"),
    "OptionError": (errno.EINVAL, "EINVAL"),
    "MultipartError": (errno.EINVAL, "EINVAL"),
    "MessageTooLarge": (errno.EMSGSIZE, "EMSGSIZE"),
    "CertificateError": (errno.EINVAL, "EINVAL"),
    "AuthError": (errno.EACCES, "EACCES"),
    "ProtocolError": (errno.EPROTO, "EPROTO"),
}


def error_class(name: str) -> type[ZMQError]:
    cls: type[ZMQError] = getattr(error, name)
    return cls


def test_every_error_is_in_these_tables() -> None:
    modules = {cls: cls.__module__ for cls in ZMQError.__subclasses__()}
    leaves = {cls.__name__ for cls, module in modules.items() if module == "zmq4.error"}

    assert leaves == set(COUSINS)
    assert set(NUMBERS) == leaves | {"ZMQError"}


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_error_is_public(name: str) -> None:
    assert getattr(zmq4, name) is error_class(name)
    assert name in zmq4.__all__


@pytest.mark.parametrize(("name", "cousin"), COUSINS.items())
def test_error_is_its_built_in_cousin_too(name: str, cousin: str) -> None:
    raised = error_class(name)("what happened")

    assert isinstance(raised, ZMQError)
    assert isinstance(raised, getattr(builtins, cousin))


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_error_of_one_sentence_says_it_and_has_its_number(name: str) -> None:
    raised = error_class(name)("what happened")

    assert str(raised) == "what happened"
    assert (raised.errno, raised.code) == NUMBERS[name]
    assert (raised.endpoint, raised.socket) == (None, None)


@pytest.mark.parametrize("name", sorted(NUMBERS))
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_error_survives_pickling_with_what_it_carries(name: str, protocol: int) -> None:
    raised = error_class(name)("what happened")
    raised.errno = errno.ENOENT
    raised.endpoint = "tcp://127.0.0.1:1"
    raised.socket = "Push"

    back = pickle.loads(pickle.dumps(raised, protocol))  # noqa: S301 (it was just written)

    assert type(back) is type(raised)
    assert str(back) == "what happened"
    assert (back.errno, back.code) == (errno.ENOENT, "ENOENT")
    assert (back.endpoint, back.socket) == ("tcp://127.0.0.1:1", "Push")


def test_time_out_tells_how_many_were_accepted() -> None:
    raised = error.Timeout("what happened")
    assert raised.accepted == 0

    raised.accepted = 7

    assert copy.copy(raised).accepted == 7


def test_number_set_on_one_error_is_not_on_the_next() -> None:
    error.EndpointError("one").errno = errno.ENOENT

    assert error.EndpointError("two").errno == errno.EADDRNOTAVAIL


def test_unknown_number_has_no_symbol() -> None:
    raised = error.ZMQError("what happened")
    raised.errno = 987654321

    assert raised.code == ""


@pytest.mark.parametrize("name", ["EFSM", "ENOCOMPATPROTO", "ETERM", "EMTHREAD"])
def test_numbers_of_the_field_have_their_symbols(name: str) -> None:
    raised = error.ZMQError("what happened")
    raised.errno = getattr(error, name)

    assert raised.code == name
