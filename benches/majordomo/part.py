"""One process of a measurement: the broker, the client, or a worker, on one of the libraries.

It is told where to connect, as `{"connect": …}`, unless it is the broker, which says
`{"endpoint": …}`. Clients obey `{"lap": …}`; everybody but a worker answers `{"begin": true}` and
`{"usage": true}`, what was spent in between.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING, Protocol

from usage import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE = b"echo"


class Dealer(Protocol):
    """A DEALER of either library."""

    def send(self, frames: Sequence[bytes]) -> None: ...
    def recv(self) -> Sequence[bytes]: ...


@dataclass(frozen=True, slots=True)
class Lap:
    """What a client's watch says."""

    seconds: float
    p50_us: float
    p99_us: float


def play(role: str, library: str) -> None:
    """Play a role until the input ends."""
    dealer: Dealer | None = None
    if role == "broker":
        on = importlib.import_module(f"majordomo.on_{library.removesuffix('-tight')}")
        endpoint = on.broker(polls=False) if library.endswith("-tight") else on.broker()
        _say({"endpoint": endpoint})
    else:
        address = json.loads(sys.stdin.readline())["connect"]
        dealer = importlib.import_module(f"majordomo.on_{library}").Dealer(address)
        _say({"ready": True})
    if role == "worker" and dealer is not None:
        threading.Thread(target=_end_with_input, daemon=True).start()
        _work(dealer)
    _obey(dealer)
    os._exit(0)  # whatever is being done


def _obey(dealer: Dealer | None) -> None:
    before = Usage.now()
    for line in sys.stdin:
        match json.loads(line):
            case {"begin": True}:
                before = Usage.now()
                _say({"begun": True})
            case {"usage": True}:
                _say(asdict(Usage.now().since(before)))
            case {"lap": int(count), "window": int(window), "size": int(size)} if dealer:
                _say(asdict(_lap(dealer, count=count, window=window, body=b"x" * size)))


def _lap(dealer: Dealer, *, count: int, window: int, body: bytes) -> Lap:
    """Have ``count`` requests answered, ``window`` of them in flight."""
    send, recv = dealer.send, dealer.recv
    request = (b"", b"MDPC01", SERVICE, body)
    begun: list[int] = []
    took: list[int] = []
    start = perf_counter()
    for _ in range(min(window, count)):
        begun.append(perf_counter_ns())
        send(request)
    for number in range(count):
        reply = recv()
        took.append(perf_counter_ns() - begun[number])
        if len(reply) != len(request) or reply[3] != body:
            raise AssertionError(f"another reply than expected: {reply!r}")
        if len(begun) < count:
            begun.append(perf_counter_ns())
            send(request)
    seconds = perf_counter() - start
    took.sort()
    return Lap(seconds, took[len(took) // 2] / 1e3, took[len(took) * 99 // 100] / 1e3)


def _work(dealer: Dealer) -> None:
    """Echo until the process ends, a request at a time."""
    send, recv = dealer.send, dealer.recv
    send((b"", b"MDPW01", b"\1", SERVICE))
    while True:
        message = recv()
        if message[2] == b"\2":
            send((b"", b"MDPW01", b"\3", *message[3:]))
        elif message[2] == b"\5":
            raise AssertionError("the broker sent a worker away")


def _end_with_input() -> None:
    """End a worker, which is in the middle of something, when nobody needs it any more."""
    sys.stdin.read()
    os._exit(0)


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
