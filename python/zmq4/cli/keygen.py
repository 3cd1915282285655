"""The sub-command `zmq4 keygen`: a new key pair, in the two files of a certificate."""

import argparse

import zmq4
from zmq4.cli.exit_code import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add where the files are to be, and what is to be known of their owner."""
    parser.add_argument(
        "path",
        metavar="PATH",
        help="the public file, as in me.cert; the secret one is PATH_secret, for its owner alone",
    )
    parser.add_argument(
        "--metadata",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        type=parse_property,
        help="what else is to be known of the owner; may be repeated",
    )


def run(arguments: argparse.Namespace) -> ExitCode:
    """Make the files, and print the public key: what clients need.

    Raises:
        zmq4.OptionError: The metadata cannot be written down.
        OSError: One of the files is there already, or cannot be written.
    """
    keys = zmq4.KeyPair.generate()
    keys.save(arguments.path, dict(arguments.metadata))
    print(keys.public_z85)
    return ExitCode.OK


def parse_property(text: str) -> tuple[str, str]:
    """Read a name and a value.

    Raises:
        argparse.ArgumentTypeError: There is no name, or no sign between the two.
    """
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError(f"not a property: {text!r} (write name=value)")
    return name, value
