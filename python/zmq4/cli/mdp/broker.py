"""`zmq4 mdp broker`: a broker that runs until it is told to end."""

import argparse
import logging
import sys

from zmq4.cli.exit_code import ExitCode
from zmq4.cli.mdp.credentials import server_security
from zmq4.cli.mdp.termination import on_termination
from zmq4.majordomo import Broker


def run(arguments: argparse.Namespace) -> ExitCode:
    """Serve, until SIGTERM: then what workers are at is answered first.

    Raises:
        argparse.ArgumentError: The arguments contradict each other.
        zmq4.ZMQError: An address or a certificate cannot be used.
        OSError: A file cannot be read.
    """
    security = server_security(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("zmq4").setLevel(logging.DEBUG if arguments.verbose else logging.WARNING)
    with Broker(arguments.endpoints, heartbeat=arguments.heartbeat, security=security) as broker:
        print(f"broker at {', '.join(map(str, broker.endpoints))}", flush=True)
        with on_termination(lambda: broker.stop(arguments.drain)):
            broker.join()
    return ExitCode.OK
