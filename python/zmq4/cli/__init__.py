"""The command `zmq4`: one sub-command a module, listed in `zmq4.cli.command_line`."""

from zmq4.cli.command_line import main

__all__ = ["main"]
