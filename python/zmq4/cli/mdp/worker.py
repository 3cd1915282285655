"""`zmq4 mdp worker`: a service whose handler is a command of the shell."""

import argparse
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import zmq4
from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp.credentials import client_security
from zmq4.cli.mdp.termination import on_termination
from zmq4.majordomo import Worker


def run(arguments: argparse.Namespace) -> ExitCode:
    """Serve, until SIGTERM: then what was begun is finished first.

    Raises:
        argparse.ArgumentError: The arguments contradict each other, or no service has that name.
        zmq4.ZMQError: An address or a certificate cannot be used.
        OSError: A file cannot be read.
    """
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    handler = Command(arguments.exec, lines=arguments.lines, limit=arguments.limit)
    try:
        worker = Worker(
            arguments.broker,
            arguments.service,
            handler,
            concurrency=arguments.concurrency,
            heartbeat=arguments.heartbeat,
            security=client_security(arguments),
        )
    except ValueError as error:
        raise argparse.ArgumentError(None, str(error)) from error
    print(f"worker of {arguments.service!r} at {arguments.broker}", flush=True)
    with on_termination(worker.stop):
        worker.run()
    return ExitCode.OK


class CommandError(Exception):
    """A command failed: there is no reply."""


class Command:
    """Runs a command of the shell for each request.

    Args:
        text: What the shell is given.
        lines: Whether frames are lines; otherwise they are put one after the other, and the reply
            is one frame.
        limit: Seconds that a run may take; None is no limit.
    """

    def __init__(self, text: str, *, lines: bool = False, limit: float | None = None) -> None:
        """Run nothing yet."""
        self._text = text
        self._lines = lines
        self._limit = limit

    def __call__(self, request: zmq4.Message) -> Sequence[bytes]:
        """Run it.

        Raises:
            CommandError: It says by its exit code that it failed, or takes too long.
        """
        with subprocess.Popen(  # noqa: S602 (the command is its user's own; requests are its input)
            self._text,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # so that what the shell starts can be ended with it
        ) as process:
            try:
                said = _as_lines(request) if self._lines else b"".join(request)
                output, _ = process.communicate(said, timeout=self._limit)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise CommandError(f"{self._text!r} took over {self._limit} s") from None
                raise
        if process.returncode:
            raise CommandError(f"{self._text!r} ended with exit code {process.returncode}")
        return output.removesuffix(b"\n").split(b"\n") if self._lines else (output,)


def _as_lines(frames: Sequence[bytes]) -> bytes:
    return b"".join(frame + b"\n" for frame in frames)
