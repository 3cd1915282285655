"""The door: finds the sub-command, runs it, and turns what happened into an exit code.

A sub-command's module is imported only when it is named, so that `zmq4 --help` stays quick.
"""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final, Protocol, cast

import zmq4
from zmq4.cli.exit_code import ExitCode, exit_code_of


class Command(Protocol):
    """What the module of a sub-command offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the sub-command's arguments to ``parser``."""
        ...

    def run(self, arguments: argparse.Namespace) -> ExitCode:
        """Do what ``arguments`` say.

        Raises:
            argparse.ArgumentError: If the arguments make no sense together.
            zmq4.ZMQError: If a socket failed; the door prints it and picks the exit code.
            OSError: If a file could not be read or written.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of sub-commands."""

    module: str
    """The module that implements `Command`."""
    summary: str
    """One line for `zmq4 --help`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The words after the command's name; those of the process by default.

    Raises:
        SystemExit: After `--help`, after a usage error (code 2), and after SIGTERM (code 143).
    """
    words = sys.argv[1:] if argv is None else list(argv)
    parser, chosen = _parser_for(words)
    arguments = parser.parse_args(words)
    if chosen is None:
        parser.error("a COMMAND is needed")

    try:
        with _termination_as_exit():
            exit_code = chosen.command.run(arguments)
            sys.stdout.flush()
    except argparse.ArgumentError as error:
        chosen.parser.error(str(error))
    except KeyboardInterrupt:
        return _fail(chosen.parser.prog, "interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone. Python would stumble over it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILURE
    except (zmq4.ZMQError, OSError) as error:
        return _fail(chosen.parser.prog, str(error), exit_code_of(error))
    return exit_code


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The sub-command that was named."""

    command: Command
    parser: argparse.ArgumentParser


def _parser_for(words: Sequence[str]) -> tuple[argparse.ArgumentParser, _Chosen | None]:
    """Make the parser, with the arguments of only that sub-command which ``words`` name."""
    parser = argparse.ArgumentParser(
        prog="zmq4",
        description="ZeroMQ from the command line.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    choices = parser.add_subparsers(title="commands", metavar="COMMAND")
    chosen = None
    for name, entry in COMMANDS.items():
        sub_parser = choices.add_parser(
            name, help=entry.summary, description=entry.summary, allow_abbrev=False
        )
        # The first word, because `zmq4` itself has no option that takes a value.
        if words[:1] == [name]:
            # A module cannot be checked against a protocol when it is named by a string.
            command = cast("Command", importlib.import_module(entry.module))
            command.configure(sub_parser)
            chosen = _Chosen(command, sub_parser)
    return parser, chosen


@contextmanager
def _termination_as_exit() -> Generator[None]:
    """Let SIGTERM leave every `with` block, as Ctrl-C does: children and files are tidied."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(ExitCode.TERMINATED)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _fail(who: str, sentence: str, exit_code: ExitCode) -> ExitCode:
    print(f"{who}: {sentence}", file=sys.stderr)
    return exit_code


COMMANDS: Final[Mapping[str, Entry]] = {
    "cert": Entry("zmq4.cli.cert", "show, copy or check a certificate of CURVE keys"),
    "demo": Entry(
        "zmq4.cli.demo", "carry a text through each pattern and prove that all of it arrived"
    ),
    "keygen": Entry("zmq4.cli.keygen", "make a pair of CURVE keys, in two files"),
    "mdp": Entry("zmq4.cli.mdp", "run a broker of services, serve one, ask one, list them"),
    "passwd": Entry("zmq4.cli.passwd", "write a user's password, hashed, into a file for PLAIN"),
    "proxy": Entry("zmq4.cli.proxy", "pass messages on between two addresses"),
}

_EXIT_CODES: Final = """\
exit codes:
  0    done
  2    usage
  3    timeout
  4    authentication refused
  5    protocol or socket types do not match
  6    address unusable
  7    partial: messages lost or doubled (their count is on standard error)
  130  interrupted
"""
