"""Who a command is to its peers, and whom it lets in. No secret is ever an argument."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zmq4.security import Security


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a broker needs to know its peers."""
    group = parser.add_argument_group("security")
    group.add_argument("--cert", metavar="FILE", help="our certificate; peers have to use CURVE")
    group.add_argument(
        "--allow",
        metavar="FOLDER",
        help="who is let in under CURVE: the certificates in FOLDER; any: everybody",
    )
    group.add_argument(
        "--passwords",
        metavar="FILE",
        help="peers have to use PLAIN; FILE is made by `zmq4 passwd`",
    )


def server_security(arguments: argparse.Namespace) -> Security | None:
    """Say whom to let in.

    Raises:
        argparse.ArgumentError: The arguments contradict each other.
        zmq4.ZMQError: A certificate cannot be used.
        OSError: A file cannot be read.
    """
    import zmq4  # noqa: PLC0415 (takes a while; see `zmq4.cli.mdp.command`)

    cert, allow, passwords = arguments.cert, arguments.allow, arguments.passwords
    if passwords is not None and cert is not None:
        raise argparse.ArgumentError(None, "--cert is CURVE's and --passwords is PLAIN's")
    if (cert is None) is not (allow is None):
        raise argparse.ArgumentError(None, "--cert and --allow go together")
    if passwords is not None:
        return zmq4.PlainServer(zmq4.PasswordFile(passwords))
    if cert is None:
        return None
    return zmq4.CurveServer(zmq4.KeyPair.load(cert), allow="any" if allow == "any" else Path(allow))


def add_client_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a peer of a broker needs to be let in."""
    group = parser.add_argument_group("security")
    group.add_argument(
        "--server-cert", metavar="FILE", help="the broker's public certificate: use CURVE"
    )
    group.add_argument(
        "--cert", metavar="FILE", help="our certificate; without it we have a new one each time"
    )
    group.add_argument("--plain-user", metavar="NAME", help="our name: use PLAIN")
    group.add_argument(
        "--plain-password-file", metavar="FILE", help="our password is the first line of FILE"
    )


def client_security(arguments: argparse.Namespace) -> Security | None:
    """Say who we are.

    Raises:
        argparse.ArgumentError: The arguments contradict each other.
        zmq4.ZMQError: A certificate cannot be used.
        OSError: A file cannot be read.
    """
    import zmq4  # noqa: PLC0415 (takes a while; see `zmq4.cli.mdp.command`)

    server_cert, user = arguments.server_cert, arguments.plain_user
    if server_cert is not None and user is not None:
        raise argparse.ArgumentError(None, "--server-cert is CURVE's and --plain-user is PLAIN's")
    if arguments.cert is not None and server_cert is None:
        raise argparse.ArgumentError(None, "--cert needs --server-cert")
    if (user is None) is not (arguments.plain_password_file is None):
        raise argparse.ArgumentError(None, "--plain-user and --plain-password-file go together")
    if user is not None:
        lines = Path(arguments.plain_password_file).read_text().splitlines()
        return zmq4.PlainClient(user, lines[0] if lines else "")
    if server_cert is None:
        return None
    keys = zmq4.KeyPair.generate() if arguments.cert is None else zmq4.KeyPair.load(arguments.cert)
    server_key = zmq4.Certificate.load_public(server_cert).public
    return zmq4.CurveClient(server_key=server_key, keys=keys)
