"""`zmq4._exposure`: where passwords would travel through a network."""

import warnings

import pytest

import zmq4
from zmq4._exposure import is_exposed


@pytest.mark.parametrize(
    "address",
    [
        "tcp://*:0",
        "tcp://0.0.0.0:5555",
        "tcp://10.0.0.7:5555",
        "tcp://[::]:5555",
        "tcp://[fe80::1%eth0]:5555",
        "tcp://example.org:5555",
        "tcp://eth0:5555",
        "tcp://127.0.0.1:0;10.0.0.7:5555",
    ],
)
def test_tcp_beyond_this_machine_is_exposed(address: str) -> None:
    assert is_exposed(address)


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:5555",
        "tcp://127.8.9.10:5555",
        "tcp://[::1]:5555",
        "tcp://localhost:5555",
        "tcp://lo:5555",
        "tcp://10.0.0.7:0;127.0.0.1:5555",
        "ipc:///tmp/x",
        "inproc://x",
        "nonsense",
    ],
)
def test_what_stays_on_this_machine_is_not(address: str) -> None:
    assert not is_exposed(address)


@pytest.mark.parametrize(
    "security", [zmq4.PlainServer("any"), zmq4.PlainClient("a", "b")], ids=["server", "client"]
)
def test_plain_warns_where_the_program_opens_the_endpoint(security: zmq4.PlainServer) -> None:
    with pytest.warns(zmq4.SecurityWarning, match="unencrypted") as caught:
        zmq4.Dealer(bind="tcp://*:0", security=security).close()
    with zmq4.Dealer(security=security) as dealer:
        with pytest.warns(zmq4.SecurityWarning, match=r"tcp://0\.0\.0\.0:0") as caught_too:
            dealer.bind("tcp://0.0.0.0:0")

    assert {each.filename for each in [*caught, *caught_too]} == {__file__}


def test_warning_that_is_an_error_opens_nothing() -> None:
    with zmq4.Dealer(security=zmq4.PlainServer("any")) as dealer:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(zmq4.SecurityWarning):
                dealer.bind("tcp://*:0")

        assert dealer.endpoints == []


def test_others_do_not_warn() -> None:
    keys = zmq4.KeyPair.generate()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for security in (zmq4.Null(), zmq4.CurveServer(keys)):
            zmq4.Dealer(bind="tcp://*:0", security=security).close()
