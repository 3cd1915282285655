"""One process of a measurement: `part.py ROLE LIBRARY`; :mod:`cast` starts it.

It is told where to connect, as `{"connect": …}`, unless it is the broker, which says
`{"endpoint": …}`. Clients obey `{"lap": …}`; everybody answers `{"usage": true}`.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Protocol

sys.path.insert(0, str(Path(__file__).parent.parent))

from usage import Usage  # noqa: E402 (the folder is on the path now)

SERVICE = b"echo"


class Connected(Protocol):
    """A DEALER of either library."""

    def send(self, frames: list[bytes]) -> None: ...
    def recv(self) -> list[bytes] | tuple[bytes, ...]: ...


class OurDealer:
    """A DEALER of zmq4."""

    def __init__(self, endpoint: str) -> None:
        import zmq4

        self.socket = zmq4.Dealer(connect=endpoint, linger=0)

    def send(self, frames: list[bytes]) -> None:
        self.socket.send(*frames)

    def recv(self) -> list[bytes] | tuple[bytes, ...]:
        return self.socket.recv()[:]


class PyzmqDealer:
    """A DEALER of pyzmq."""

    def __init__(self, endpoint: str) -> None:
        import zmq

        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)
        self.send = self.socket.send_multipart
        self.recv = self.socket.recv_multipart


@dataclass
class Lap:
    """What a client's watch says."""

    seconds: float
    p50_us: float
    p99_us: float


def lap(dealer: Connected, *, count: int, window: int, body: bytes) -> Lap:
    """Have ``count`` requests answered, ``window`` of them in flight."""
    send, recv = dealer.send, dealer.recv
    request = [b"", b"MDPC01", SERVICE, body]
    reply = (b"", b"MDPC01", SERVICE, body)
    begun: list[int] = []
    took: list[int] = []
    start = perf_counter()
    for _ in range(min(window, count)):
        begun.append(perf_counter_ns())
        send(request)
    for number in range(count):
        frames = recv()
        took.append(perf_counter_ns() - begun[number])
        if tuple(frames) != reply:
            raise AssertionError(f"another reply than expected: {frames!r}")
        if len(begun) < count:
            begun.append(perf_counter_ns())
            send(request)
    seconds = perf_counter() - start
    took.sort()
    return Lap(seconds, took[len(took) // 2] / 1e3, took[len(took) * 99 // 100] / 1e3)


def work(dealer: Connected) -> None:
    """Echo until the process ends, a request at a time."""
    send, recv = dealer.send, dealer.recv
    send([b"", b"MDPW01", b"\1", SERVICE])
    while True:
        _, header, command, *rest = recv()
        assert header == b"MDPW01"
        if command == b"\2":
            send([b"", header, b"\3", *rest])
        elif command == b"\5":
            raise AssertionError("the broker sent a worker away")


def broker(library: str) -> str:
    """Serve in a thread; return the endpoint."""
    if library == "zmq4":
        from zmq4.majordomo import Broker

        ours = Broker("tcp://127.0.0.1:*")
        _kept.append(ours)
        return str(ours.endpoint)
    import zmq
    from plain_broker import Broker as Plain

    plain = Plain(zmq.Context.instance(), "tcp://127.0.0.1:*")
    endpoint = plain.socket.last_endpoint
    threading.Thread(target=plain.serve, daemon=True).start()
    return endpoint.decode() if isinstance(endpoint, bytes) else str(endpoint)


_kept: list[object] = []


def main(role: str, library: str) -> None:
    """Play a role until the input ends."""
    dealer: Connected | None = None
    if role == "broker":
        say({"endpoint": broker(library)})
    else:
        endpoint = json.loads(sys.stdin.readline())["connect"]
        dealer = OurDealer(endpoint) if library == "zmq4" else PyzmqDealer(endpoint)
        say({"ready": True})
    if role == "worker" and dealer is not None:
        threading.Thread(target=end_with_input, daemon=True).start()
        work(dealer)
    before = Usage.now()
    for line in sys.stdin:
        match json.loads(line):
            case {"begin": True}:
                before = Usage.now()
                say({"begun": True})
            case {"usage": True}:
                say(asdict(Usage.now().since(before)))
            case {"lap": int(count), "window": int(window), "size": int(size)} if dealer:
                say(asdict(lap(dealer, count=count, window=window, body=b"x" * size)))
    sys.stdout.flush()
    import os

    os._exit(0)


def end_with_input() -> None:
    """End a worker, which is in the middle of something, when nobody needs it any more."""
    import os

    sys.stdin.read()
    os._exit(0)


def say(answer: dict[str, object]) -> None:
    """Say a line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
