"""The sub-command `zmq4 proxy`: a broker between two addresses."""

import argparse
from typing import Final

import zmq4
from zmq4.cli.exit_code import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the addresses, and what meets there."""
    parser.add_argument("front", metavar="FRONT", help="address to bind for clients or sources")
    parser.add_argument("back", metavar="BACK", help="address to bind for workers or subscribers")
    parser.add_argument(
        "--kind",
        choices=_KINDS,
        default="queue",
        help="queue: requests to workers; forwarder: publications to subscribers; "
        "streamer: work to workers (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> ExitCode:
    """Pass messages on until the process is told to end.

    Raises:
        zmq4.ZMQError: An address cannot be used.
    """
    front_type, back_type = _KINDS[arguments.kind]
    with front_type(bind=arguments.front) as front, back_type(bind=arguments.back) as back:
        print(f"{arguments.kind} between {front.endpoint} and {back.endpoint}", flush=True)
        zmq4.Proxy(front, back).run()
    return ExitCode.OK


_KINDS: Final = {
    "queue": (zmq4.Router, zmq4.Dealer),
    "forwarder": (zmq4.XSub, zmq4.XPub),
    "streamer": (zmq4.Pull, zmq4.Push),
}
"""The sockets at the front and at the back, by the names that these brokers have in the field."""
