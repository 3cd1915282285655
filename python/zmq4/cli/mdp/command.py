"""The sub-command `zmq4 mdp`: its actions, each of which is imported only when it is run."""

import argparse
import importlib
from collections.abc import Callable
from typing import Final, cast

from zmq4.cli.duration import parse_duration
from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp import credentials


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions, each with its arguments."""
    choices = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, (add, summary) in _ACTIONS.items():
        add(choices.add_parser(name, help=summary, description=summary, allow_abbrev=False))


def run(arguments: argparse.Namespace) -> ExitCode:
    """Do one of them.

    Raises:
        argparse.ArgumentError: The arguments make no sense together.
        zmq4.ZMQError: Something failed; the door prints it and picks the exit code.
        OSError: A file could not be read.
    """
    # Sockets and threads take a while to import: too long for `zmq4 mdp --help`.
    module = importlib.import_module(f"zmq4.cli.mdp.{arguments.action}")
    action = cast("Callable[[argparse.Namespace], ExitCode]", module.run)
    return action(arguments)


def _add_broker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "endpoints", metavar="ENDPOINT", nargs="+", help="address to bind, as in tcp://*:5555"
    )
    _add_heartbeat(parser)
    parser.add_argument(
        "--drain",
        metavar="TIME",
        type=parse_duration,
        default=_DRAIN,
        help="how long SIGTERM waits for requests that workers have (default: 10s)",
    )
    parser.add_argument("--verbose", action="store_true", help="tell who comes and goes")
    credentials.add_server_arguments(parser)


def _add_worker(parser: argparse.ArgumentParser) -> None:
    _add_broker_address(parser)
    parser.add_argument("service", metavar="SERVICE", help="what is served")
    parser.add_argument(
        "--exec",
        metavar="CMD",
        required=True,
        help="command of the shell, run for each request: its standard input is the request, its "
        "standard output the reply; if it fails there is none",
    )
    parser.add_argument(
        "--lines",
        action="store_true",
        help="a line of standard input for each frame, and a frame of the reply for each line",
    )
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=_count,
        default=1,
        help="requests at a time (default: %(default)s)",
    )
    parser.add_argument(
        "--limit", metavar="TIME", type=parse_duration, help="how long one run of CMD may take"
    )
    _add_heartbeat(parser)
    credentials.add_client_arguments(parser)


def _add_call(parser: argparse.ArgumentParser) -> None:
    _add_broker_address(parser)
    parser.add_argument("service", metavar="SERVICE", help="who is asked")
    parser.add_argument(
        "body",
        metavar="BODY",
        nargs="*",
        help="a frame of the request each; without any, standard input is the only one",
    )
    _add_patience(parser)
    parser.add_argument(
        "--stream", action="store_true", help="print each part of the reply when it comes"
    )
    parser.add_argument(
        "--format",
        choices=("text", "hex", "json", "raw"),
        default="text",
        help="text or hex: a line for each frame; json: a line for each reply; raw: as it came "
        "(default: %(default)s)",
    )
    credentials.add_client_arguments(parser)


def _add_ls(parser: argparse.ArgumentParser) -> None:
    _add_broker_address(parser)
    parser.add_argument(
        "services",
        metavar="SERVICE",
        nargs="*",
        help="whether these are served, which every broker tells; by default all, with figures",
    )
    parser.add_argument("--json", action="store_true", help="print one value of JSON")
    _add_patience(parser)
    credentials.add_client_arguments(parser)


def _add_broker_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("broker", metavar="ENDPOINT", help="where the broker is")


def _add_heartbeat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--heartbeat",
        metavar="TIME",
        type=parse_duration,
        default=_HEARTBEAT,
        help="time between two signs of life, the same at brokers and workers; three of them "
        "without one mean death (default: 2500ms)",
    )


def _add_patience(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        metavar="TIME",
        type=parse_duration,
        default=_TIMEOUT,
        help="how long to wait for an answer, each time (default: 5s)",
    )
    parser.add_argument(
        "--retries",
        metavar="N",
        type=_number,
        default=0,
        help="how often to ask again; a service may then do it twice (default: %(default)s)",
    )


def _number(text: str) -> int:
    """Read a whole number."""
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"not a whole number: {text!r}")
    return int(text)


def _count(text: str) -> int:
    """Read a whole number above zero."""
    number = _number(text)
    if not number:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


_ACTIONS: Final[dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]]] = {
    "broker": (_add_broker, "run a broker until it is told to end"),
    "worker": (_add_worker, "serve requests with a command of the shell"),
    "call": (_add_call, "send a request and print the reply"),
    "ls": (_add_ls, "list services, their workers and queues"),
}

_HEARTBEAT: Final = 2.5
_TIMEOUT: Final = 5.0
_DRAIN: Final = 10.0
_MOST_DIGITS: Final = 6
