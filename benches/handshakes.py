"""The two sides of handshakes: one connection after the other, each used once."""

from __future__ import annotations

from contextlib import ExitStack
from time import perf_counter
from typing import TYPE_CHECKING

from candidate import PeerKind
from side import HELLO, Timing, expect

if TYPE_CHECKING:
    from candidate import Candidate
    from scenarios import Scenario


class Welcomes:
    """A ROUTER that binds, and sends back what each visitor sends; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        router = candidate.bind_router(stack, address, curve=scenario.curve)
        self.endpoint = router.endpoint
        self._echo = router.echo

    def greet(self) -> None:
        """Send back the greeting."""
        self._echo(1)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the visitors verify
        """Send back ``count`` messages."""
        start = perf_counter()
        self._echo(count)
        return Timing(perf_counter() - start)


class Visitors:
    """DEALERs that connect, ask, await the answer and leave, one after the other."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Keep what each visitor needs; ``stack`` has nothing to close."""
        del stack
        self._candidate = candidate
        self._scenario = scenario
        self._address = address

    def greet(self) -> None:
        """Let the first visitor greet the router."""
        self._visit(HELLO)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  every answer is compared
        """Let ``count`` visitors come and go."""
        start = perf_counter()
        body = self._scenario.body
        for _ in range(count):
            self._visit(body)
        return Timing(perf_counter() - start)

    def _visit(self, body: bytes) -> None:
        with ExitStack() as stack:
            peer = self._candidate.connect_peer(
                stack, PeerKind.DEALER, self._address, curve=self._scenario.curve
            )
            peer.send(body)
            expect(body, peer.recv())
