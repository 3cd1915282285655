"""The two sides of many dealers and one router: echoes, and what it takes to set a peer up."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import loops
from candidate import PeerKind
from round_trips import percentile_us
from side import HELLO, Timing, expect
from usage import resident_kilobytes

if TYPE_CHECKING:
    from contextlib import ExitStack

    from candidate import Candidate
    from scenarios import Scenario


class Echoes:
    """A ROUTER that binds, and sends back what each peer sends; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        router = candidate.bind_router(stack, address)
        self.endpoint = router.endpoint
        self._echo = router.echo
        self._peers = scenario.peers
        self._peer_kb = 0.0

    def greet(self) -> None:
        """Send back the greeting of every peer."""
        before = resident_kilobytes()
        self._echo(self._peers)
        self._peer_kb = (resident_kilobytes() - before) / self._peers

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the dealers verify
        """Send back ``count`` messages."""
        start = perf_counter()
        self._echo(count)
        return Timing(perf_counter() - start, peer_kb=self._peer_kb)


class Dealers:
    """As many DEALERs as the scenario has peers, one message in flight each."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the sockets; ``stack`` closes them."""
        self._before = resident_kilobytes()
        self._began = perf_counter()
        peers = [
            candidate.connect_peer(stack, PeerKind.DEALER, address) for _ in range(scenario.peers)
        ]
        self._peers = [(peer.send, peer.recv) for peer in peers]
        self._body = scenario.body
        self._setup_rate = self._peer_kb = 0.0

    def greet(self) -> None:
        """Greet the router from every socket, and await all answers."""
        for send, _ in self._peers:
            send(HELLO)
        for _, recv in self._peers:
            expect(HELLO, recv())
        self._setup_rate = len(self._peers) / (perf_counter() - self._began)
        self._peer_kb = (resident_kilobytes() - self._before) / len(self._peers)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  every answer is compared
        """Make ``count`` round trips, as many as there are sockets at a time."""
        if len(self._peers) == 1:
            return self._one_after_the_other(count)
        start = perf_counter()
        left, body = count, self._body
        while left:
            asked = self._peers[:left]
            for send, _ in asked:
                send(body)
            for _, recv in asked:
                expect(body, recv())
            left -= len(asked)
        return Timing(
            perf_counter() - start, peer_kb=self._peer_kb, setup_per_second=self._setup_rate
        )

    def _one_after_the_other(self, count: int) -> Timing:
        start = perf_counter()
        ((send, recv),) = self._peers
        ordered = sorted(loops.round_trips(send, recv, self._body, count))
        seconds = perf_counter() - start
        return Timing(seconds, percentile_us(ordered, 0.50), percentile_us(ordered, 0.99))
