"""The two sides of a PUSH/PULL stream, and both of them in the threads of one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import loops
from scenarios import Shape
from side import END, HELLO, Timing, expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from candidate import Candidate, PullFace, PushFace
    from scenarios import Scenario


class Sender:
    """A PUSH socket that binds and floods; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        push = candidate.bind_push(stack, address, scenario.hwm, curve=scenario.curve)
        self.endpoint = push.endpoint
        self._send = push.send
        self._flood = _flooding(push, scenario)

    def greet(self) -> None:
        """Send a greeting; this waits for the receiver to be connected."""
        self._send(HELLO)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the receiver verifies
        """Send ``count`` messages and the end mark."""
        start = perf_counter()
        self._flood(count)
        seconds = perf_counter() - start
        self._send(END)
        return Timing(seconds)


class Receiver:
    """A PULL socket that connects and drains; see :class:`side.Side`."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        pull = candidate.connect_pull(stack, address, scenario.hwm, curve=scenario.curve)
        self._recv = pull.recv
        self._drain, self._drain_verified = _draining(pull, scenario)

    def greet(self) -> None:
        """Receive the greeting."""
        expect(HELLO, self._recv())

    def lap(self, count: int, *, verified: bool) -> Timing:
        """Receive ``count`` messages and the end mark; the watch runs from first to last."""
        drain = self._drain_verified if verified else self._drain
        drain(1)
        start = perf_counter()
        drain(count - 1)
        seconds = perf_counter() - start
        expect(END, self._recv())
        return Timing(seconds)


class BothInThreads:
    """A sender in a thread of its own and a receiver in the caller's; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open both sockets; ``stack`` closes them and ends the thread."""
        self._sender = Sender(candidate, scenario, address, stack)
        self.endpoint = self._sender.endpoint
        self._receiver = Receiver(candidate, scenario, self.endpoint, stack)
        self._thread = stack.enter_context(ThreadPoolExecutor(1, "sender"))

    def greet(self) -> None:
        """Exchange the greeting."""
        sent = self._thread.submit(self._sender.greet)
        self._receiver.greet()
        sent.result()

    def lap(self, count: int, *, verified: bool) -> Timing:
        """Exchange ``count`` messages; the receiver's watch counts."""
        sent = self._thread.submit(self._sender.lap, count, verified=verified)
        timing = self._receiver.lap(count, verified=verified)
        sent.result()
        return timing


def _flooding(push: PushFace, scenario: Scenario) -> Callable[[int], None]:
    body = scenario.body
    match scenario.shape:
        case Shape.FRAMES:
            return partial(push.flood_frames, (body, body, body))
        case Shape.BATCHES | Shape.BATCHES_READ if push.flood_rows is not None:
            return partial(push.flood_rows, body)
        case _:
            return partial(loops.flood, push.send, body)


def _draining(
    pull: PullFace, scenario: Scenario
) -> tuple[Callable[[int], None], Callable[[int], None]]:
    """Choose the loop that is measured and the one that compares every message."""
    body = scenario.body
    match scenario.shape:
        case Shape.FRAMES:
            return (
                partial(loops.drain_frames, pull.recv_frames),
                partial(loops.drain_frames_verified, pull.recv_frames, (body, body, body)),
            )
        case Shape.BATCHES if pull.drain_batches is not None and pull.read_batches is not None:
            return partial(pull.drain_batches, body), partial(pull.read_batches, body)
        case Shape.BATCHES_READ if pull.read_batches is not None:
            return partial(pull.read_batches, body), partial(pull.read_batches, body)
        case Shape.BATCHES_READ:
            verified = partial(loops.drain_verified, pull.recv, body)
            return verified, verified
        case _:
            return (
                partial(loops.drain, pull.recv, body),
                partial(loops.drain_verified, pull.recv, body),
            )
