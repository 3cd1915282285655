"""The sub-command `zmq4 passwd`: a user's password into a file of hashed ones."""

import argparse
import getpass
import sys

import zmq4
from zmq4.cli.exit_code import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the file and the user."""
    parser.add_argument("file", metavar="FILE", help="the file; it is made if it is not there")
    parser.add_argument("user", metavar="USER", help="whose password")
    parser.add_argument("--remove", action="store_true", help="take the user out of the file")


def run(arguments: argparse.Namespace) -> ExitCode:
    """Ask for a password, or read a line of standard input where nobody can be asked; hash it.

    Raises:
        zmq4.ZMQError: There cannot be such a user, or the file is something else.
        OSError: The file cannot be read or written.
    """
    if arguments.remove:
        was_there = zmq4.PasswordFile.remove(arguments.file, arguments.user)
        print(f"{arguments.user} {'is removed' if was_there else 'was not there'}")
        return ExitCode.OK if was_there else ExitCode.FAILURE
    password = _ask() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        print("no password was given", file=sys.stderr)
        return ExitCode.USAGE
    zmq4.PasswordFile.set_password(arguments.file, arguments.user, password)
    print(f"{arguments.user} has a password in {arguments.file}")
    return ExitCode.OK


def _ask() -> str:
    """Ask twice; nothing if the answers differ."""
    password = getpass.getpass("password: ")
    return password if getpass.getpass("once more: ") == password else ""
