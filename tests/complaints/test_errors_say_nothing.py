"""Errors say "Success", "Interrupted system call" or a number, and not what to do.

P#1780, P#1434.
"""

import re
from collections.abc import Callable

import pytest

import zmq4

Fault = Callable[[zmq4.Pair], object]


def endpoint_of_none(pair: zmq4.Pair) -> object:
    pair.unbind(pair.endpoint)
    return pair.endpoint


FAULTS: dict[str, tuple[Fault, type[zmq4.ZMQError], str]] = {
    "time is over": (
        lambda pair: pair.recv(timeout=0),
        zmq4.Timeout,
        r"Pair \(inproc://errors\): nothing was received in time",
    ),
    "no peer": (
        lambda pair: pair.send(b"x", timeout=0),
        zmq4.Timeout,
        r"Pair \(inproc://errors\): nothing was sent in time: no peer is connected",
    ),
    "no address": (
        lambda pair: pair.connect("localhost:5555"),
        zmq4.InvalidEndpoint,
        r'"localhost:5555" .* no transport in front, as in tcp://',
    ),
    "unknown transport": (
        lambda pair: pair.bind("http://localhost:80"),
        zmq4.InvalidEndpoint,
        r'transport "http" is not supported; use tcp, ipc or inproc',
    ),
    "address in use": (
        lambda pair: zmq4.Pair(bind=pair.endpoint),
        zmq4.AddressInUse,
        r"inproc://errors is in use by another socket; close it or choose another",
    ),
    "foreign address": (
        lambda pair: pair.bind("tcp://192.0.2.1:1"),
        zmq4.EndpointError,
        r"tcp://192.0.2.1:1: Cannot assign requested address",
    ),
    "not bound": (
        lambda pair: pair.unbind("inproc://other"),
        zmq4.InvalidEndpoint,
        r"Pair is not bound to inproc://other, but bound to inproc://errors",
    ),
    "unknown option": (
        lambda _: zmq4.Push(sned_hwm=1),  # type: ignore[call-arg]
        zmq4.OptionError,
        r'no option is called "sned_hwm"; did you mean "send_hwm"\?',
    ),
    "wrong value": (
        lambda _: zmq4.Push(send_hwm=-1),
        zmq4.OptionError,
        r"send_hwm: the value must be a number, 0 or more",
    ),
    "too late": (
        lambda pair: setattr(pair, "conflate", True),
        zmq4.OptionError,
        r"conflate: set it before the first bind or connect",
    ),
    "several frames": (
        lambda _: zmq4.Message(b"a", b"b").content,
        zmq4.MultipartError,
        r"2 frames; take them by index",
    ),
    "no endpoint": (
        endpoint_of_none,
        zmq4.StateError,
        r"Pair has no endpoint; bind\(\) or connect\(\) it first",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_error_says_who_what_and_what_to_do(fault: str) -> None:
    commit, kind, text = FAULTS[fault]

    with zmq4.Pair(bind="inproc://errors") as pair, pytest.raises(zmq4.ZMQError) as raised:
        commit(pair)

    assert type(raised.value) is kind
    assert re.search(text, str(raised.value))
    assert raised.value.code.startswith("E")


def test_closed_socket_is_called_by_its_name() -> None:
    push = zmq4.Push()
    push.close()

    with pytest.raises(zmq4.Closed, match="Push is closed"):
        push.send(b"x")


def test_errors_are_caught_by_the_clauses_that_everybody_writes(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, reconnect=None, linger=0, send_hwm=1) as push:
        push.send(b"x")
        with pytest.raises(TimeoutError):
            push.send(b"x", timeout=0)
        with pytest.raises(ConnectionError):
            push.endpoint.ready(timeout=10)
        with pytest.raises(ValueError, match="the value must be"):
            push.send_hwm = -1
        with pytest.raises(OSError, match="in use"):
            zmq4.Pull(bind=["inproc://errors", "inproc://errors"])
