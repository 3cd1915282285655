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


class Servant:
    """Does what orders say: each public method is one, called by its name."""

    def __init__(self, socket: Any, reasons: Reasons) -> None:  # noqa: ANN401 (any type)
        self._socket = socket
        self._reasons = reasons
        self._hoard: list[int] = []

    def obey(self, order: dict[str, Any]) -> object:
        """Do what ``order`` says and return what it asks for."""
        name = order.pop("do").replace("-", "_")
        return getattr(self, name)(**order)

    def receive(
        self, text: str, timeout: float, answer: Callable[[Any], object] = lambda _: None
    ) -> bool:
        """Receive and ``answer`` until ``text`` comes, whoever sends what; tell whether it came."""
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            try:
                message = self._socket.recv(timeout=left)
            except zmq4.Timeout:
                return False
            if isinstance(message, zmq4.Subscription):
                continue
            answer(message)
            if message[0] == text.encode():
                return True
        return False

    def receive_any(self, timeout: float) -> str:
        """Receive what comes."""
        return self._socket.recv(timeout=timeout)[0].decode()

    def receive_all(self) -> list[list[str]]:
        """Receive what is there."""
        return [[part.decode() for part in each] for each in iter(self._socket.try_recv, None)]

    def letters(self, count: int, timeout: float) -> list[list[str]]:
        """Receive so many messages, and what else is there, with their senders."""
        letters = [self._socket.recv(timeout=timeout) for _ in range(count)]
        letters += iter(self._socket.try_recv, None)
        return [[each.sender.hex(), *(part.decode() for part in each)] for each in letters]

    def drain(self) -> None:
        """Receive what is there, if that can be done at any time, and answer who wants an answer."""
        while hasattr(self._socket, "try_recv") and not isinstance(self._socket, zmq4.Req):
            message = self._socket.try_recv()
            if message is None:
                return
            if isinstance(self._socket, zmq4.Rep):
                message.reply(b"")

    def echo(self, text: str, timeout: float) -> bool:
        """Send back what comes to where it came from, until ``text`` does; tell whether it did."""

        def send_back(message: Any) -> None:  # noqa: ANN401 (a request, or one with a sender)
            if isinstance(self._socket, zmq4.Rep):
                message.reply(*message)
                return
            with suppress(zmq4.Unroutable):  # whoever sent it may be gone by now
                self._socket.send(message.sender, *message)

        return self.receive(text, timeout, send_back)

    def ask(self, text: str, timeout: float, retries: int) -> bool:
        """Ask, and tell whether the answer is the question."""
        answer: bool = self._socket.request(text, timeout=timeout, retries=retries).text == text
        return answer

    def send(self, text: str, timeout: float) -> bool:
        """Send text."""
        self._socket.send(text, timeout=timeout)
        return True

    def send_octets(self, octets: str) -> None:
        """Send octets, written as characters of the same numbers."""
        self._socket.send(octets.encode("latin-1"))

    def send_to(self, to: str, text: str) -> str:
        """Send to a peer; return `sent`, or why not."""
        try:
            self._socket.send(bytes.fromhex(to), text)
        except zmq4.Unroutable as error:
            return str(error)
        return "sent"

    def publish(self, first: int, count: int, octets: int) -> None:
        """Send so many messages that are numbered."""
        for number in range(first, first + count):
            self._socket.send(b"%d " % number, bytes(octets))

    def connect(self, address: str) -> None:
        """Connect to an address more."""
        self._socket.connect(address)

    def wait_until_peers_are(self, peers: int) -> None:
        """Wait until so many are connected."""
        wait_until(lambda: len(self._socket.peers()) == peers)

    def wait_until_topics_are(self, topics: int) -> None:
        """Wait until peers have subscribed to so many topics."""
        wait_until(lambda: self._socket.topic_count == topics)

    def wait_for_subscribers(self, count: int, timeout: float) -> None:
        """Wait until so many peers have subscribed."""
        self._socket.wait_for_subscribers(count, timeout=timeout)

    def topics(self) -> int:
        """Count the topics to which peers have subscribed."""
        count: int = self._socket.topic_count
        return count

    def stats(self) -> dict[str, int]:
        """Count what the socket did."""
        return dataclasses.asdict(self._socket.stats())

    def line(self) -> list[object]:
        """Tell how the endpoint is."""
        endpoint = self._socket.endpoint
        return [endpoint.state, endpoint.failure, endpoint.attempts]

    def failure(self) -> str | None:
        """Tell why the last connection failed."""
        failure: str | None = self._socket.endpoint.failure
        return failure

    def failure_when_peers_are(self, peers: int) -> str | None:
        """Likewise, once so many are connected."""
        self.wait_until_peers_are(peers)
        return self.failure()

    def wait_until_failure_has(self, part: str) -> None:
        """Wait until a connection has failed for a reason that has ``part``."""
        wait_until(lambda: part in (self.failure() or ""))

    def reasons(self) -> dict[str, int]:
        """Count what was logged."""
        return dict(self._reasons.counts)

    def log_size(self) -> list[int]:
        """Count the lines that were logged, and their octets."""
        return [len(self._reasons.lines), self._reasons.octets]

    def log_lines(self) -> list[str]:
        """Give the lines that were logged."""
        return self._reasons.lines

    def hoard_descriptors(self) -> None:
        """Take every descriptor that the system still gives."""
        with suppress(OSError):
            while True:
                self._hoard.append(os.dup(0))

    def release_descriptors(self) -> None:
        """Give them back."""
        while self._hoard:
            os.close(self._hoard.pop())


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, or until the child's deadline ends it."""
    while not is_so():
        time.sleep(0.001)  # nothing tells of the moment


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
        servant = Servant(socket, reasons)
        for line in sys.stdin:
            print(json.dumps(servant.obey(json.loads(line))), flush=True)


main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))
