"""Majordomo's parts as programs write them: `Worker` with a handler, asyncio's `Client`."""

from __future__ import annotations

import asyncio
from time import perf_counter, perf_counter_ns

from majordomo.lap import SERVICE, Lap
from zmq4.majordomo import Worker
from zmq4.majordomo.asyncio import Client


def work(endpoint: str) -> None:
    """Echo until the process ends."""
    Worker(endpoint, SERVICE, lambda request: request).run()


class Asker:
    """A client with a task for each request in flight."""

    def __init__(self, endpoint: str) -> None:
        self._runner = asyncio.Runner()
        self._endpoint = endpoint
        self._client: Client | None = None

    def lap(self, *, count: int, window: int, body: bytes) -> Lap:
        """Have ``count`` requests answered, ``window`` of them in flight."""
        return self._runner.run(self._ask(count, window, body))

    async def _ask(self, count: int, window: int, body: bytes) -> Lap:
        client = self._client = self._client or Client(self._endpoint, connections=window)
        numbers = iter(range(count))
        took: list[int] = []

        async def ask_on() -> None:
            for _ in numbers:
                begun = perf_counter_ns()
                reply = await client.request(SERVICE, body)
                took.append(perf_counter_ns() - begun)
                if len(reply) != 1 or reply[0] != body:
                    raise AssertionError(f"another reply than expected: {reply!r}")

        start = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(window, count)):
                group.create_task(ask_on())
        return Lap.of(perf_counter() - start, took)
