"""The program under attack: one bound socket that does what lines of JSON on its input say.

It runs in a process of its own; `victim.py` speaks for it. The answer to each line is one line.
"""

import json
import logging
import os
import re
import resource
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import zmq4


class Reasons(logging.Handler):
    """Counts log lines, alike where only addresses and numbers differ."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count one line."""
        text = re.sub(r"tcp://[0-9.:]+", "<peer>", record.getMessage())
        self.counts[f"{record.levelname} {text}"] += 1


def receive(socket: zmq4.Pull, wanted: str, timeout: float) -> bool:
    """Receive until ``wanted`` comes, dropping what others sent; tell whether it came."""
    until = time.monotonic() + timeout
    while (left := until - time.monotonic()) > 0:
        try:
            message = socket.recv(timeout=left)
        except zmq4.Timeout:
            return False
        if message[0] == wanted.encode():
            return True
    return False


def wait_until_peers_are(socket: zmq4.Pull, count: int) -> None:
    """Wait until so many are connected, or until the child's deadline ends it."""
    while len(socket.peers()) != count:
        time.sleep(0.001)  # an endpoint tells of the first peer only


HOARD: list[int] = []


def hoard() -> None:
    """Take every descriptor that the system still gives."""
    while True:
        try:
            HOARD.append(os.dup(0))
        except OSError:
            return


def obey(socket: Any, reasons: Reasons, order: dict[str, Any]) -> object:  # noqa: ANN401 (any type)
    """Do what ``order`` says and return what it asks for."""
    match order:
        case {"do": "receive", "text": text, "timeout": timeout}:
            return receive(socket, text, timeout)
        case {"do": "receive-all"}:
            return [[part.decode() for part in message] for message in iter(socket.try_recv, None)]
        case {"do": "send", "text": text, "timeout": timeout}:
            socket.send(text, timeout=timeout)
            return True
        case {"do": "failure"}:
            return socket.endpoint.failure
        case {"do": "failure-when-peers-are", "peers": count}:
            wait_until_peers_are(socket, count)
            return socket.endpoint.failure
        case {"do": "reasons"}:
            return dict(reasons.counts)
        case {"do": "wait-until-peers-are", "peers": count}:
            wait_until_peers_are(socket, count)
            return count
        case {"do": "connect", "address": address}:
            socket.connect(address)
            return True
        case {"do": "line"}:
            return [socket.endpoint.state, socket.endpoint.failure, socket.endpoint.attempts]
        case {"do": "hoard-descriptors"}:
            hoard()
            return len(HOARD)
        case {"do": "release-descriptors"}:
            while HOARD:
                os.close(HOARD.pop())
            return 0
    raise ValueError(order)


def main(kind: str, options: dict[str, Any], descriptors: int) -> None:
    """Serve until the input ends."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors or hard, hard))
    reasons = Reasons()
    logging.getLogger("zmq4").addHandler(reasons)
    logging.getLogger("zmq4").setLevel(logging.INFO)
    with getattr(zmq4, kind)(bind="tcp://127.0.0.1:0", **options) as socket:
        with suppress(zmq4.Timeout):
            socket.endpoint.ready(0.001)  # the first wait of a thread makes a descriptor for good
        print(json.dumps(socket.endpoint.port), flush=True)
        for line in sys.stdin:
            print(json.dumps(obey(socket, reasons, json.loads(line))), flush=True)


main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))
