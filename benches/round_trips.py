"""The two sides of round trips between sockets that send and receive, one message in flight."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import loops
from candidate import PeerKind
from scenarios import Shape
from side import HELLO, Timing, expect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from candidate import Candidate
    from scenarios import Scenario


class Asker:
    """Binds, sends, and awaits the message's return; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        asks, _ = _KINDS[scenario.shape]
        peer = candidate.bind_peer(stack, asks, address)
        self.endpoint = peer.endpoint
        self._send = peer.send
        self._recv = peer.recv
        self._body = scenario.body

    def greet(self) -> None:
        """Send a greeting and await its return."""
        self._send(HELLO)
        expect(HELLO, self._recv())

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  one in flight: always is
        """Make ``count`` round trips."""
        start = perf_counter()
        times = loops.round_trips(self._send, self._recv, self._body, count)
        seconds = perf_counter() - start
        ordered = sorted(times)
        return Timing(seconds, percentile_us(ordered, 0.50), percentile_us(ordered, 0.99))


class Echoer:
    """Connects, and sends back what it receives; see :class:`side.Side`."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        _, echoes = _KINDS[scenario.shape]
        peer = candidate.connect_peer(stack, echoes, address)
        self._send = peer.send
        self._recv = peer.recv

    def greet(self) -> None:
        """Return the greeting."""
        loops.echo(self._send, self._recv, 1)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the asker verifies
        """Return ``count`` messages."""
        start = perf_counter()
        loops.echo(self._send, self._recv, count)
        return Timing(perf_counter() - start)


def percentile_us(ordered_ns: Sequence[int], share: float) -> float:
    """Take the nearest rank at ``share`` of ordered nanoseconds, in microseconds."""
    return ordered_ns[min(len(ordered_ns) - 1, int(share * len(ordered_ns)))] / 1e3


_KINDS = {
    Shape.PAIR_ROUND_TRIPS: (PeerKind.PAIR, PeerKind.PAIR),
    Shape.DEALER_ROUND_TRIPS: (PeerKind.DEALER, PeerKind.DEALER),
    Shape.REQ_ROUND_TRIPS: (PeerKind.REQ, PeerKind.REP),
}
