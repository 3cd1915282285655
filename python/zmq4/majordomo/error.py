"""What can go wrong for a client of Majordomo, beside what can go wrong for a socket."""
# ruff: noqa: N818 (the names say what happened)
# An OSError may lack a number; ours never do:
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import errno as system

from zmq4.error import Timeout, ZMQError
from zmq4.majordomo.calls import Ask, Failed, Failure


class NoSuchService(ZMQError):
    """The broker knows no worker that serves it, and none came in time."""

    errno: int = system.ENOENT
    service: str = ""
    """The service that was asked for."""


class BrokerGone(ZMQError, ConnectionError):
    """No broker could be reached, or the one that had the request was lost."""

    errno: int = system.ECONNRESET


class Rejected(ZMQError):
    """The broker has given the request up, and said so, as both sides agreed by `rejection=`."""

    errno: int = system.ECANCELED
    reason: str = ""
    """Why: one of `Refusal`, if the broker is ours."""


def error_of(ask: Ask, failed: Failed) -> ZMQError:
    """Make the error of a request that has no answer."""
    name = ask.service.decode()
    tries = "one try" if ask.retries == 0 else f"{ask.retries + 1} tries"
    text = f"{name!r}: {failed.failure} ({tries} of {ask.timeout} s): {failed.detail}"
    match failed.failure:
        case Failure.TIMEOUT:
            return Timeout(text)
        case Failure.BROKER_GONE:
            return BrokerGone(f"{name!r}: {failed.failure}: {failed.detail}")
        case Failure.REJECTED:
            rejected = Rejected(f"{name!r}: {failed.failure}: {failed.detail}")
            rejected.reason = failed.detail
            return rejected
        case Failure.NO_SERVICE:
            error = NoSuchService(text)
            error.service = name
            return error


def no_place(size: int, timeout: float) -> Timeout:
    """Make the error of a request that found no connection free."""
    return Timeout(f"all {size} connections were busy for {timeout} s")
