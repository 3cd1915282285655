"""How event loops learn that sockets are ready: one descriptor and one ready list a loop.

```text
 any thread                              the loop's thread
 signal.ring(token) ─▶ ready list ──┐
                       descriptor ──┴─▶ add_reader: take the list, resolve the futures in its order
                                        each operation looks at its socket itself
```

Futures carry readiness and nothing else, so that a cancelled operation has lost nothing.
"""

import asyncio
import itertools
import os
from typing import Final
from weakref import WeakKeyDictionary, ref

from zmq4._native import LoopSignal, set_loop_bridge
from zmq4.asyncio._pump import start_pump


class LoopBridge:
    """What the operations of one event loop wait on. Used by the loop's thread alone.

    It is held by the loop, as the owner of a reader, and by operations that wait: it goes when the
    loop is closed, and keeps no loop alive.
    """

    __slots__ = ("__weakref__", "_timers", "_tokens", "_waiting", "signal")

    signal: LoopSignal
    """What the core rings, with the token of the operation that may go on."""

    def __init__(self) -> None:
        """Make a descriptor; the system may have none left."""
        self.signal = LoopSignal()
        self._tokens = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def expect(self, timeout: float | None) -> tuple[int, asyncio.Future[None]]:
        """Make a token and the future that is resolved when the core rings with it.

        The caller owes a `forget`.

        Args:
            timeout: Seconds after which the future is resolved all the same; None is never.
        """
        loop = asyncio.get_running_loop()
        token = next(self._tokens)
        future = self._waiting[token] = loop.create_future()
        if timeout is not None:
            self._timers[token] = loop.call_later(timeout, self.resolve, (token,))
        return token, future

    def forget(self, token: int) -> None:
        """Stop expecting a token, whether it was rung or not."""
        self._waiting.pop(token, None)
        timer = self._timers.pop(token, None)
        if timer is not None:
            timer.cancel()

    def resolve(self, tokens: "list[int] | tuple[int, ...]") -> None:
        """Let the operations behind ``tokens`` go on, in their order; unknown ones have ended."""
        for token in tokens:
            future = self._waiting.pop(token, None)
            if future is not None and not future.done():
                future.set_result(None)

    def take(self) -> None:
        """Resolve what the core has rung for since the last time."""
        self.resolve(self.signal.take())


def running_bridge() -> LoopBridge:
    """Return the bridge of the running loop, made if there is none.

    Raises:
        RuntimeError: No loop is running in this thread.
    """
    loop = asyncio.get_running_loop()
    known = _bridges.get(loop)
    bridge = known() if known is not None else None
    return bridge if bridge is not None else _open(loop)


def _open(loop: asyncio.AbstractEventLoop) -> LoopBridge:
    bridge = LoopBridge()
    try:
        loop.add_reader(bridge.signal.fileno(), bridge.take)
    except NotImplementedError:
        start_pump(loop, bridge)
    _bridges[loop] = ref(bridge)
    return bridge


_bridges: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, ref[LoopBridge]]] = WeakKeyDictionary()
"""The bridges of open loops, by loop; both sides weak."""

# A child of a fork shares its parent's descriptors: it must not read them empty.
os.register_at_fork(after_in_child=_bridges.clear)
set_loop_bridge(running_bridge)
