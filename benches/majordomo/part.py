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
from dataclasses import asdict
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING, NoReturn, Protocol

from majordomo.lap import SERVICE, Lap
from usage import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


class Dealer(Protocol):
    """A DEALER of either library."""

    def send(self, frames: Sequence[bytes]) -> None: ...
    def recv(self) -> Sequence[bytes]: ...


class Asker(Protocol):
    """A client, on whatever it is made of."""

    def lap(self, *, count: int, window: int, body: bytes) -> Lap: ...


def play(role: str, library: str) -> None:
    """Play a role until the input ends."""
    asker: Asker | None = None
    if role == "broker":
        on = importlib.import_module(f"majordomo.on_{library.removesuffix('-tight')}")
        endpoint = on.broker(polls=False) if library.endswith("-tight") else on.broker()
        _say({"endpoint": endpoint})
    else:
        address = json.loads(sys.stdin.readline())["connect"]
        on = importlib.import_module(f"majordomo.on_{library}")
        if role == "worker":
            _work(library, on, address)
        asker = on.Asker(address) if library == "faces" else DealerAsker(on.Dealer(address))
        _say({"ready": True})
    _obey(asker)
    os._exit(0)  # whatever is being done


def _obey(asker: Asker | None) -> None:
    before = Usage.now()
    for line in sys.stdin:
        match json.loads(line):
            case {"begin": True}:
                before = Usage.now()
                _say({"begun": True})
            case {"usage": True}:
                _say(asdict(Usage.now().since(before)))
            case {"lap": int(count), "window": int(window), "size": int(size)} if asker:
                _say(asdict(asker.lap(count=count, window=window, body=b"x" * size)))


class DealerAsker:
    """A client that is one DEALER, in one thread."""

    def __init__(self, dealer: Dealer) -> None:
        self._dealer = dealer

    def lap(self, *, count: int, window: int, body: bytes) -> Lap:
        """Have ``count`` requests answered, ``window`` of them in flight."""
        send, recv = self._dealer.send, self._dealer.recv
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
        return Lap.of(perf_counter() - start, took)


def _work(library: str, on: ModuleType, address: str) -> NoReturn:
    """Work until the input ends."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    if library == "faces":
        _say({"ready": True})
        on.work(address)
    else:
        dealer = on.Dealer(address)
        _say({"ready": True})
        _echo(dealer)
    raise AssertionError("a worker ended by itself")


def _echo(dealer: Dealer) -> None:
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
