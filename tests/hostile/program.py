"""The program under attack: one bound socket that does what lines of JSON on its input say.

It runs in a process of its own; `victim.py` speaks for it. The answer to each line is one line.
"""

import dataclasses
import json
import logging
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import zmq4


class Reasons(logging.Handler):
    """Counts what was logged, alike where only addresses differ, and how much was written for it."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.lines: list[str] = []
        self.octets = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one line; one that sums up stands for many."""
        line = record.getMessage()
        self.lines.append(line)
        self.octets += len(line.encode()) + 1
        text = re.sub(r"tcp://[0-9.:]+", "<peer>", line)
        if sum_up := re.fullmatch(r"(.*): (\d+) more of them", text):
            self.counts[f"{record.levelname} {sum_up[1]}"] += int(sum_up[2])
        else:
            self.counts[f"{record.levelname} {text}"] += 1


def receive(
    socket: Any,  # noqa: ANN401 (any type)
    wanted: str,
    timeout: float,
    answer: Callable[[Any], object] = lambda _: None,
) -> bool:
    """Receive and ``answer`` until ``wanted`` comes, whoever sends what; tell whether it came."""
    until = time.monotonic() + timeout
    while (left := until - time.monotonic()) > 0:
        try:
            message = socket.recv(timeout=left)
        except zmq4.Timeout:
            return False
        if isinstance(message, zmq4.Subscription):
            continue
        answer(message)
        if message[0] == wanted.encode():
            return True
    return False


def echo(socket: Any) -> Callable[[Any], object]:  # noqa: ANN401 (any type)
    """Return what sends a message back to where it came from."""
    if isinstance(socket, zmq4.Rep):
        return lambda request: request.reply(*request)
    # Whoever sent it may be gone by now.
    return lambda message: suppressed(lambda: socket.send(message.sender, *message))


def suppressed(work: Callable[[], object]) -> None:
    """Do ``work`` for a peer that may have left."""
    with suppress(zmq4.Unroutable):
        work()


def drain(socket: Any) -> None:  # noqa: ANN401 (any type)
    """Receive what is there, if that can be done at any time, and answer who wants an answer."""
    while hasattr(socket, "try_recv") and not isinstance(socket, zmq4.Req):
        message = socket.try_recv()
        if message is None:
            return
        if isinstance(socket, zmq4.Rep):
            message.reply(b"")


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, or until the child's deadline ends it."""
    while not is_so():
        time.sleep(0.001)  # nothing tells of the moment


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
        case {"do": "receive-any", "timeout": timeout}:
            return socket.recv(timeout=timeout)[0].decode()
        case {"do": "echo", "text": text, "timeout": timeout}:
            return receive(socket, text, timeout, echo(socket))
        case {"do": "ask", "text": text, "timeout": timeout, "retries": retries}:
            return socket.request(text, timeout=timeout, retries=retries).text == text
        case {"do": "topics"}:
            return socket.topic_count
        case {"do": "wait-until-topics-are", "topics": count}:
            wait_until(lambda: socket.topic_count == count)
            return count
        case {"do": "stats"}:
            return dataclasses.asdict(socket.stats())
        case {"do": "drain"}:
            drain(socket)
            return True
        case {"do": "receive-all"}:
            return [[part.decode() for part in message] for message in iter(socket.try_recv, None)]
        case {"do": "send", "text": text, "timeout": timeout}:
            socket.send(text, timeout=timeout)
            return True
        case {"do": "send-octets", "octets": octets}:
            socket.send(octets.encode("latin-1"))
            return True
        case {"do": "letters", "count": count, "timeout": timeout}:
            letters = [socket.recv(timeout=timeout) for _ in range(count)]
            letters += iter(socket.try_recv, None)
            return [[each.sender.hex(), *(part.decode() for part in each)] for each in letters]
        case {"do": "send-to", "to": to, "text": text}:
            try:
                socket.send(bytes.fromhex(to), text)
            except zmq4.Unroutable as error:
                return str(error)
            return "sent"
        case {"do": "wait-until-failure-has", "part": part}:
            wait_until(lambda: part in (socket.endpoint.failure or ""))
            return True
        case {"do": "wait-for-subscribers", "count": count, "timeout": timeout}:
            socket.wait_for_subscribers(count, timeout=timeout)
            return count
        case {"do": "publish", "first": first, "count": count, "octets": octets}:
            for number in range(first, first + count):
                socket.send(b"%d " % number, bytes(octets))
            return True
        case {"do": "failure"}:
            return socket.endpoint.failure
        case {"do": "failure-when-peers-are", "peers": count}:
            wait_until(lambda: len(socket.peers()) == count)
            return socket.endpoint.failure
        case {"do": "reasons"}:
            return dict(reasons.counts)
        case {"do": "log-size"}:
            return [len(reasons.lines), reasons.octets]
        case {"do": "log-lines"}:
            return reasons.lines
        case {"do": "wait-until-peers-are", "peers": count}:
            wait_until(lambda: len(socket.peers()) == count)
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
