"""Driving coroutines and loops by hand."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def step(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop run once what is ready now, without waiting for anything."""
    loop.call_soon(loop.stop)
    loop.run_forever()


async def turn() -> None:
    """Let the other tasks of the loop come to where they wait.

    That takes a second turn where an operation gave the first one back, as it does now and then.
    """
    for _ in range(2):
        await asyncio.sleep(0)


def finish_at_once(operation: Coroutine[Any, Any, T]) -> T:
    """Return the result of an operation that need not wait.

    Now and then one gives the loop a turn first, which is left out here.

    Raises:
        AssertionError: It waits.
    """
    try:
        while True:
            assert operation.send(None) is None, "the operation waits"
    except StopIteration as done:
        result: T = done.value
        return result
