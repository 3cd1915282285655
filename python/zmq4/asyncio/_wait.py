"""Waiting for what has no native operation: endpoints that become ready, sockets that drain."""

import asyncio
from collections.abc import Callable

from zmq4._native import LoopSignal
from zmq4.asyncio._bridge import running_bridge


async def wait_until(
    is_done: Callable[[], bool],
    watch: Callable[[LoopSignal, int], object],
    timeout: float | None,
) -> bool:
    """Wait until ``is_done()``, looking again whenever a watch is rung.

    Args:
        is_done: What to wait for; may raise to end the wait.
        watch: Registers a token with a signal, to be rung at the next change. What it returns is
            kept as long as the watch is of use.
        timeout: The longest wait in seconds; None is for ever, 0 does not wait.

    Returns:
        Whether it is done; False if the time was over first.

    Raises:
        ValueError: ``timeout`` is no time.
    """
    if timeout is not None and not timeout >= 0:
        raise ValueError(f"timeout is seconds, 0 or more, not {timeout}")
    clock = asyncio.get_running_loop().time
    deadline = None if timeout is None else clock() + timeout
    while not is_done():
        left = None if deadline is None else deadline - clock()
        if left is not None and left <= 0:
            return False
        await _wait_once(is_done, watch, left)
    return True


async def _wait_once(
    is_done: Callable[[], bool],
    watch: Callable[[LoopSignal, int], object],
    timeout: float | None,
) -> None:
    """Wait for one ring; none comes for what changed before the watch, hence the second look."""
    bridge = running_bridge()
    token, future = bridge.expect(timeout)
    kept: object = None
    try:
        kept = watch(bridge.signal, token)
        if not is_done():
            await future
    finally:
        # The watch ends here, whoever keeps this frame for the sake of an exception.
        del kept
        bridge.forget(token)
