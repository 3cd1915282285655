"""Exit codes, and the errors they stand for."""

import pytest

import zmq4
from zmq4.cli.exit_code import ExitCode, exit_code_of


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (zmq4.Timeout, ExitCode.TIMEOUT),
        (zmq4.AuthError, ExitCode.REFUSED),
        (zmq4.ProtocolError, ExitCode.MISMATCH),
        (zmq4.AddressInUse, ExitCode.ADDRESS),
        (zmq4.InvalidEndpoint, ExitCode.ADDRESS),
        (zmq4.Closed, ExitCode.FAILURE),
        (OSError, ExitCode.FAILURE),
    ],
)
def test_error_has_its_exit_code(error: type[Exception], exit_code: ExitCode) -> None:
    assert exit_code_of(error("it went wrong")) is exit_code


def test_numbers_are_the_documented_ones() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 6, 7, 130, 143]
