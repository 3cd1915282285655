"""The two sides of a PUSH/PULL stream under asyncio, each in an event loop of its own process."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter
from typing import TYPE_CHECKING

import async_loops
from side import END, HELLO, Timing, expect

if TYPE_CHECKING:
    from contextlib import ExitStack

    from candidate import Candidate
    from scenarios import Scenario


class AsyncSender:
    """A PUSH socket that binds and floods; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket in a loop; ``stack`` closes both."""
        self._runner, sockets = _open_loop(stack)
        push = self._runner.run(candidate.bind_push_async(sockets, address))
        self.endpoint = push.endpoint
        self._send = push.send
        self._body = scenario.body

    def greet(self) -> None:
        """Send a greeting; this waits for the receiver to be connected."""
        self._runner.run(async_loops.flood(self._send, HELLO, 1))

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the receiver verifies
        """Send ``count`` messages and the end mark."""
        return self._runner.run(self._lap(count))

    async def _lap(self, count: int) -> Timing:
        start = perf_counter()
        await async_loops.flood(self._send, self._body, count)
        seconds = perf_counter() - start
        await self._send(END)
        return Timing(seconds)


class AsyncReceiver:
    """A PULL socket that connects and drains; see :class:`side.Side`."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket in a loop; ``stack`` closes both."""
        self._runner, sockets = _open_loop(stack)
        pull = self._runner.run(candidate.connect_pull_async(sockets, address))
        self._recv = pull.recv
        self._body = scenario.body

    def greet(self) -> None:
        """Receive the greeting."""
        self._runner.run(async_loops.drain_verified(self._recv, HELLO, 1))

    def lap(self, count: int, *, verified: bool) -> Timing:
        """Receive ``count`` messages and the end mark; the watch runs from first to last."""
        return self._runner.run(self._lap(count, verified=verified))

    async def _lap(self, count: int, *, verified: bool) -> Timing:
        drain = async_loops.drain_verified if verified else async_loops.drain
        await drain(self._recv, self._body, 1)
        start = perf_counter()
        await drain(self._recv, self._body, count - 1)
        seconds = perf_counter() - start
        expect(END, await self._recv())
        return Timing(seconds)


def _open_loop(stack: ExitStack) -> tuple[asyncio.Runner, AsyncExitStack]:
    """Start a loop; ``stack`` closes the sockets inside it, and then the loop."""
    runner = stack.enter_context(asyncio.Runner())
    sockets = AsyncExitStack()
    stack.callback(lambda: runner.run(sockets.aclose()))
    return runner, sockets
