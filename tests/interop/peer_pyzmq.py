"""A program: libzmq sockets that do as they are told.

Orders come on standard input and answers go to standard output, a line of JSON each, as
`peers/README.md` says. Every wait ends in time, so that the program outlives no test. Usage, in
``tests``::

    python -m interop.peer_pyzmq SECONDS
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import zmq
from zmq.auth.thread import ThreadAuthenticator

from interop import series
from interop.torrent import digest, torrent

Answer = dict[str, Any]


class Peer:
    """The sockets of this process, and what can be done with them."""

    def __init__(self, seconds: float) -> None:
        """Let no send and no receive take longer than ``seconds``."""
        self._milliseconds = int(1000 * seconds)
        self._context = zmq.Context()
        self._sockets: dict[int, zmq.Socket[bytes]] = {}
        self._authenticator: ThreadAuthenticator | None = None

    def obey(self, order: dict[str, Any]) -> Answer:
        """Carry out an order; what fails is answered too."""
        number, name = order.pop("number"), order.pop("order")
        try:
            return {"number": number, **_ORDERS[name](self, **order)}
        except zmq.ZMQError as error:
            return {"number": number, "error": f"{name}: {error}"}

    def open(
        self,
        kind: str,
        bind: str | None = None,
        connect: str | None = None,
        options: Mapping[str, int | str] | None = None,
    ) -> Answer:
        """Open a socket; options have libzmq's names."""
        socket = self._context.socket(getattr(zmq, kind))
        number = len(self._sockets)
        self._sockets[number] = socket
        socket.linger = 0
        socket.sndtimeo = socket.rcvtimeo = self._milliseconds
        for name, value in (options or {}).items():
            socket.setsockopt(
                getattr(zmq, name), value if isinstance(value, int) else value.encode()
            )
        if bind is not None:
            socket.bind(bind)
        if connect is not None:
            socket.connect(connect)
        endpoint = socket.getsockopt(zmq.LAST_ENDPOINT)
        assert isinstance(endpoint, bytes)
        return {"socket": number, "endpoint": endpoint.rstrip(b"\0").decode()}

    def send(self, socket: int, frames: list[str]) -> Answer:
        """Send a message."""
        self._sockets[socket].send_multipart([b64decode(frame) for frame in frames])
        return {}

    def receive(self, socket: int, properties: Sequence[str] = ()) -> Answer:
        """Receive a message, and those of ``properties`` that it has."""
        frames = self._sockets[socket].recv_multipart(copy=False)
        return {
            "frames": [b64encode(frame.bytes).decode() for frame in frames],
            "properties": dict(_properties(frames[0], properties)),
        }

    def subscribe(self, socket: int, topic: str) -> Answer:
        """Subscribe a SUB to a topic."""
        self._sockets[socket].setsockopt(zmq.SUBSCRIBE, b64decode(topic))
        return {}

    def unsubscribe(self, socket: int, topic: str) -> Answer:
        """Let a SUB subscribe to a topic no longer."""
        self._sockets[socket].setsockopt(zmq.UNSUBSCRIBE, b64decode(topic))
        return {}

    def echo(self, socket: int, count: int) -> Answer:
        """Send back the next messages, envelopes and all."""
        echoing = self._sockets[socket]
        for _ in repeat(None, count):
            echoing.send_multipart(echoing.recv_multipart())
        return {}

    def series(self, socket: int, count: int) -> Answer:
        """Send the first messages of the series."""
        for message in series.messages(count):
            self._sockets[socket].send_multipart(message)
        return {}

    def tally(self, socket: int, count: int) -> Answer:
        """Receive messages and answer with their digest."""
        receive = self._sockets[socket].recv_multipart
        return {"digest": series.digest(receive() for _ in repeat(None, count))}

    def ask(self, socket: int, count: int) -> Answer:
        """Send messages of the series as requests, one after the reply to the other."""
        asking = self._sockets[socket]

        def replies() -> Iterator[list[bytes]]:
            for message in series.messages(count):
                asking.send_multipart(message)
                yield asking.recv_multipart()

        return {"digest": series.digest(replies())}

    def flood(self, socket: int, count: int, seed: int) -> Answer:
        """Send a torrent."""
        send = self._sockets[socket].send
        for message in torrent(count, seed=seed):
            send(message)
        return {}

    def drain(self, socket: int, count: int) -> Answer:
        """Receive messages of one frame and answer with their digest."""
        recv = self._sockets[socket].recv
        return {"digest": digest(recv() for _ in repeat(None, count))}

    def guard(self, passwords: str, certificates: str) -> Answer:
        """Let in whom a file names under PLAIN, and a folder of certificates under CURVE."""
        lines = Path(passwords).read_text().splitlines()
        known = dict(line.split("=", 1) for line in lines)
        self._authenticator = ThreadAuthenticator(self._context)
        self._authenticator.start()
        self._authenticator.configure_plain(domain="*", passwords=known)
        self._authenticator.configure_curve(domain="*", location=certificates)
        return {}

    def close(self, socket: int) -> Answer:
        """Close a socket, and drop what it has not sent."""
        self._sockets[socket].close()
        return {}

    def end(self) -> None:
        """Close everything."""
        if self._authenticator is not None:
            self._authenticator.stop()
        self._context.destroy()


def _properties(frame: zmq.Frame, names: Sequence[str]) -> list[tuple[str, str]]:
    """Ask a frame for properties; libzmq raises for those that it has not."""
    found = []
    for name in names:
        try:
            found.append((name, str(frame.get(name))))
        except zmq.ZMQError:
            continue
    return found


def main(seconds: float) -> None:
    """Obey until standard input ends."""
    peer = Peer(seconds)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(peer.obey(json.loads(line))) + "\n")
        sys.stdout.flush()
    peer.end()


_ORDERS: dict[str, Callable[..., Answer]] = {
    "open": Peer.open,
    "send": Peer.send,
    "receive": Peer.receive,
    "subscribe": Peer.subscribe,
    "unsubscribe": Peer.unsubscribe,
    "echo": Peer.echo,
    "series": Peer.series,
    "tally": Peer.tally,
    "ask": Peer.ask,
    "flood": Peer.flood,
    "drain": Peer.drain,
    "guard": Peer.guard,
    "close": Peer.close,
}

if __name__ == "__main__":
    main(float(sys.argv[1]))
