"""`zmq4 mdp call`: a request, and its reply on standard output."""

import argparse
import sys

from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp.credentials import client_security
from zmq4.cli.mdp.frames import print_frames
from zmq4.majordomo import Client, NoSuchService


def run(arguments: argparse.Namespace) -> ExitCode:
    """Ask, wait, print.

    Returns:
        `ExitCode.TIMEOUT` if there was no worker all the time.

    Raises:
        argparse.ArgumentError: The arguments contradict each other, or no service has that name.
        zmq4.ZMQError: There was no reply, or a certificate cannot be used.
        OSError: A file cannot be read.
    """
    security = client_security(arguments)
    typed = [word.encode(errors="surrogateescape") for word in arguments.body]
    body = typed or [sys.stdin.buffer.read()]
    with Client(
        arguments.broker,
        timeout=arguments.timeout,
        retries=arguments.retries,
        security=security,
    ) as client:
        try:
            if arguments.stream:
                for part in client.stream(arguments.service, *body):
                    print_frames(part, arguments.format)
            else:
                print_frames(client.request(arguments.service, *body), arguments.format)
        except ValueError as error:
            raise argparse.ArgumentError(None, str(error)) from error
        except NoSuchService as error:
            print(f"zmq4 mdp call: {error}", file=sys.stderr)
            return ExitCode.TIMEOUT
    return ExitCode.OK
