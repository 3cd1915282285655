"""`zmq4 mdp ls`: the services of a broker, by its management interface.

With names it asks what RFC 8 has every broker know, and without what only a broker of ours tells.
"""

import argparse
import json
from collections.abc import Sequence
from typing import Final, TypedDict, cast

import zmq4
from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp.credentials import client_security
from zmq4.majordomo import Client


class Service(TypedDict):
    """What `mmi.stats` tells of a service, as far as it is shown here."""

    idle: int
    busy: int
    queued: int
    oldest: float
    received: int
    replied: int
    redispatched: int
    dropped: dict[str, int]


def run(arguments: argparse.Namespace) -> ExitCode:
    """List services; with names, whether each has a worker.

    Returns:
        `ExitCode.FAILURE` if one of those named has none.

    Raises:
        argparse.ArgumentError: The arguments contradict each other.
        zmq4.ZMQError: The broker does not answer, or does not tell.
        OSError: A file cannot be read.
    """
    security = client_security(arguments)
    with Client(
        arguments.broker,
        timeout=arguments.timeout,
        retries=arguments.retries,
        security=security,
    ) as client:
        if arguments.services:
            return _tell_whether_served(client, arguments.services, as_json=arguments.json)
        return _tell_all(client, as_json=arguments.json)


def _tell_whether_served(client: Client, names: Sequence[str], *, as_json: bool) -> ExitCode:
    is_served = {name: _code_of(client.request("mmi.service", name)) == _FOUND for name in names}
    if as_json:
        print(json.dumps(is_served))
    else:
        for name, answer in is_served.items():
            print(f"{name}: {'served' if answer else 'no worker'}")
    return ExitCode.OK if all(is_served.values()) else ExitCode.FAILURE


def _tell_all(client: Client, *, as_json: bool) -> ExitCode:
    answer = client.request("mmi.stats", b"")
    if _code_of(answer) != _FOUND:
        raise _refusal(_code_of(answer))
    stats = json.loads(answer[-1])
    if as_json:
        print(json.dumps(stats))
    else:
        print(render(cast("dict[str, Service]", stats["services"])))
    return ExitCode.OK


def render(services: dict[str, Service]) -> str:
    """Draw a row for each service, names to the left, figures to the right."""
    rows = [_HEADINGS, *(_row(name, services[name]) for name in sorted(services))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(name: str, service: Service) -> tuple[str, ...]:
    return (
        name,
        f"{service['idle']:,}",
        f"{service['busy']:,}",
        f"{service['queued']:,}",
        f"{service['oldest']:.1f}s",
        f"{service['received']:,}",
        f"{service['replied']:,}",
        f"{service['redispatched']:,}",
        f"{sum(service['dropped'].values()):,}",
    )


def _code_of(answer: Sequence[bytes]) -> bytes:
    """Return the code of an answer; a text may follow it, and other frames."""
    return answer[0][:3]


def _refusal(code: bytes) -> zmq4.ZMQError:
    """Make the error of a broker that does not tell."""
    match code:
        case b"403":
            return zmq4.AuthError("the broker does not tell us")
        case b"501":
            return zmq4.ProtocolError("the broker does not list its services: name those you want")
        case _:
            return zmq4.ProtocolError(f"the broker answers {code!r}, which makes no sense")


_FOUND: Final = b"200"
_HEADINGS: Final = (
    "service",
    "idle",
    "busy",
    "queued",
    "oldest",
    "received",
    "replied",
    "again",
    "dropped",
)
