"""The handle of a child process with another library's sockets, see `peers/README.md`."""

import json
import os
import select
import signal
import subprocess
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fixtures.clock import DEADLINE

Options = Mapping[str, int | str]
"""Options of sockets, by libzmq's names."""


class PeerError(Exception):
    """The child could not do what it was told, or is gone."""


class Peer:
    """A running child; leaving it as a context manager kills it."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start ``command``, told how long to wait; the first answer waits until it is there."""
        self._process = subprocess.Popen(
            [*command, str(DEADLINE)],
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
    ) -> "PeerSocket":
        """Open a socket in the child.

        Args:
            kind: Its type, as in ``"PULL"``.
            bind: Where to bind it.
            connect: Where to connect it.
            options: Values by libzmq's names, as in ``{"ROUTING_ID": "worker"}``.
        """
        answer = self.ask("open", kind=kind, bind=bind, connect=connect, options=options)
        return PeerSocket(self, kind, answer["socket"], answer["endpoint"])

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
            PeerError: The child failed to do it, is gone, or takes too long.
        """
        while (answer := json.loads(self._line()))["number"] != self._orders:
            pass
        if "error" in answer:
            raise PeerError(answer["error"])
        return dict(answer)

    def _line(self) -> bytes:
        give_up = time.monotonic() + 2 * DEADLINE  # longer than the child gives itself
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            patience = max(0, give_up - time.monotonic())
            if not select.select([self._process.stdout], [], [], patience)[0]:
                raise PeerError("the child takes too long")
            octets = os.read(self._process.stdout.fileno(), 1 << 20)
            if not octets:
                raise PeerError("the child has ended")
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
class PeerSocket:
    """A socket in a child."""

    peer: Peer
    kind: str
    """Its type, as in ``"PULL"``."""
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

    def start_receive(self) -> None:
        """Let it begin to receive a message, which `received` has."""
        self.peer.tell("receive", socket=self.number)

    def received(self) -> list[bytes]:
        """Await the message that it has begun to receive."""
        return [b64decode(frame) for frame in self.peer.answer()["frames"]]

    def receive_with(self, *properties: str) -> tuple[list[bytes], dict[str, str]]:
        """Receive a message, and those of ``properties`` that libzmq tells of it."""
        answer = self.peer.ask("receive", socket=self.number, properties=properties)
        return [b64decode(frame) for frame in answer["frames"]], answer.get("properties", {})

    def start_echo(self, count: int) -> None:
        """Let it send back the next ``count`` messages; `Peer.answer` waits for its end."""
        self.peer.tell("echo", socket=self.number, count=count)

    def subscribe(self, topic: bytes) -> None:
        """Subscribe a SUB to ``topic``."""
        self.peer.ask("subscribe", socket=self.number, topic=b64encode(topic).decode())

    def unsubscribe(self, topic: bytes) -> None:
        """Let a SUB subscribe to ``topic`` no longer."""
        self.peer.ask("unsubscribe", socket=self.number, topic=b64encode(topic).decode())

    def start_series(self, count: int) -> None:
        """Let it send ``count`` messages of the series; `Peer.answer` waits for its end."""
        self.peer.tell("series", socket=self.number, count=count)

    def start_tally(self, count: int) -> None:
        """Let it receive ``count`` messages; `Peer.answer` has the series' digest of them."""
        self.peer.tell("tally", socket=self.number, count=count)

    def start_ask(self, count: int) -> None:
        """Let it send ``count`` messages of the series, each after the reply to the last one.

        `Peer.answer` has the series' digest of the replies.
        """
        self.peer.tell("ask", socket=self.number, count=count)

    def start_flood(self, count: int, *, seed: int) -> None:
        """Let libzmq send a torrent; `Peer.answer` waits for its end."""
        self.peer.tell("flood", socket=self.number, count=count, seed=seed)

    def start_drain(self, count: int) -> None:
        """Let libzmq receive ``count`` messages; `Peer.answer` has the torrent's digest of them."""
        self.peer.tell("drain", socket=self.number, count=count)

    def close(self) -> None:
        """Close it, and drop what it has not sent."""
        self.peer.ask("close", socket=self.number)
