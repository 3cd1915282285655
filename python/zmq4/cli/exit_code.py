"""Exit codes: what a script learns from a command that ended."""

from enum import IntEnum

import zmq4


class ExitCode(IntEnum):
    """How a command ended; the same numbers for every sub-command."""

    OK = 0
    """Everything asked for was done."""
    FAILURE = 1
    """A failure that has no number of its own, such as a full disk."""
    USAGE = 2
    """The arguments make no sense; also what argparse exits with."""
    TIMEOUT = 3
    """The time allowed ran out, or nobody was there all that time."""
    REFUSED = 4
    """The peer refused our credentials, or we refused the peer's."""
    MISMATCH = 5
    """The peer speaks another protocol, or its socket type cannot talk to ours."""
    ADDRESS = 6
    """An endpoint is malformed, taken, or cannot be used on this machine."""
    PARTIAL = 7
    """Messages were lost, doubled or left over; their count is on standard error."""
    INTERRUPTED = 130
    """The user pressed Ctrl-C."""
    TERMINATED = 143
    """The system asked the command to end (SIGTERM)."""


def exit_code_of(error: Exception) -> ExitCode:
    """Choose the code for a command that ended by ``error``."""
    match error:
        case zmq4.Timeout() | ConnectionError():
            return ExitCode.TIMEOUT
        case zmq4.AuthError():
            return ExitCode.REFUSED
        case zmq4.ProtocolError():
            return ExitCode.MISMATCH
        case zmq4.AddressInUse() | zmq4.InvalidEndpoint():
            return ExitCode.ADDRESS
        case _:
            return ExitCode.FAILURE
