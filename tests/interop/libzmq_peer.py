"""The handle of a child process with libzmq's sockets, see `peer_pyzmq.py`."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fixtures.clock import DEADLINE

Options = Mapping[str, int | str]
"""Options of libzmq's sockets, by its names."""


class LibzmqError(Exception):
    """The child could not do what it was told, or is gone."""


class LibzmqPeer:
    """A running child; leaving it as a context manager kills it."""

    def __init__(self) -> None:
        """Start the child; the first answer waits until it is there."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "interop.peer_pyzmq", str(DEADLINE)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._unread = b""
        self._orders = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def open(
        self,
        kind: str,
        *,
        bind: str | None = None,
        connect: str | None = None,
        options: Options | None = None,
    ) -> "LibzmqSocket":
        """Open a socket of libzmq's in the child.

        Args:
            kind: Its type, as in ``"PULL"``.
            bind: Where to bind it.
            connect: Where to connect it.
            options: Values by libzmq's names, as in ``{"ROUTING_ID": "worker"}``.
        """
        answer = self.ask("open", kind=kind, bind=bind, connect=connect, options=options)
        return LibzmqSocket(self, answer["socket"], answer["endpoint"])

    def ask(self, order: str, **arguments: object) -> dict[str, Any]:
        """Give an order and await the answer."""
        self.tell(order, **arguments)
        return self.answer()

    def tell(self, order: str, **arguments: object) -> None:
        """Give an order whose answer is awaited later."""
        self._orders += 1
        octets = json.dumps({"number": self._orders, "order": order, **arguments}).encode() + b"\n"
        assert self._process.stdin is not None
        while octets:
            octets = octets[self._process.stdin.write(octets) :]

    def answer(self) -> dict[str, Any]:
        """Await the answer to the last order; earlier ones are left over from a test that failed.

        Raises:
            LibzmqError: The child failed to do it, is gone, or takes too long.
        """
        while (answer := json.loads(self._line()))["number"] != self._orders:
            pass
        if "error" in answer:
            raise LibzmqError(answer["error"])
        return dict(answer)

    def _line(self) -> bytes:
        give_up = time.monotonic() + 2 * DEADLINE  # longer than the child gives itself
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            patience = max(0, give_up - time.monotonic())
            if not select.select([self._process.stdout], [], [], patience)[0]:
                raise LibzmqError("the child takes too long")
            octets = os.read(self._process.stdout.fileno(), 1 << 20)
            if not octets:
                raise LibzmqError("the child has ended")
            self._unread += octets
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def stop(self) -> None:
        """Stop the process where it stands, all of its threads."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let the process go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process without notice."""
        self._process.kill()
        with self._process:
            pass


@dataclass(frozen=True, slots=True)
class LibzmqSocket:
    """A socket of libzmq's in a child."""

    peer: LibzmqPeer
    number: int
    endpoint: str
    """The address that it was bound or connected to last, with the real port."""

    def send(self, *frames: bytes) -> None:
        """Send a message."""
        coded = [b64encode(frame).decode() for frame in frames]
        self.peer.ask("send", socket=self.number, frames=coded)

    def receive(self) -> list[bytes]:
        """Receive a message."""
        return self.receive_with()[0]

    def receive_with(self, *properties: str) -> tuple[list[bytes], dict[str, str]]:
        """Receive a message, and those of ``properties`` that libzmq tells of it."""
        answer = self.peer.ask("receive", socket=self.number, properties=properties)
        return [b64decode(frame) for frame in answer["frames"]], answer["properties"]

    def start_echo(self, count: int) -> None:
        """Let it send back the next ``count`` messages; `LibzmqPeer.answer` waits for its end."""
        self.peer.tell("echo", socket=self.number, count=count)

    def start_flood(self, count: int, *, seed: int) -> None:
        """Let it send a torrent; `LibzmqPeer.answer` waits for its end."""
        self.peer.tell("flood", socket=self.number, count=count, seed=seed)

    def start_drain(self, count: int) -> None:
        """Let it receive ``count`` messages; `LibzmqPeer.answer` has their digest."""
        self.peer.tell("drain", socket=self.number, count=count)

    def close(self) -> None:
        """Close it, and drop what it has not sent."""
        self.peer.ask("close", socket=self.number)
