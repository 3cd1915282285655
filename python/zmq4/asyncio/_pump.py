"""A thread for loops that cannot watch descriptors: it watches for them.

It takes the whole ready list and enters the loop once for it, however many operations are ready.
"""

import asyncio
import select
import threading
from typing import Final, Protocol
from weakref import ref

from zmq4._native import LoopSignal


class Pumped(Protocol):
    """What a pump serves: a `LoopBridge`."""

    @property
    def signal(self) -> LoopSignal:
        """What the core rings."""
        ...

    def resolve(self, tokens: list[int]) -> None:
        """Let operations go on; called in the loop's thread."""
        ...


def start_pump(loop: asyncio.AbstractEventLoop, bridge: Pumped) -> None:
    """Serve ``bridge`` from a thread until ``loop`` is closed or gone."""
    arguments = (ref(loop), bridge)
    threading.Thread(target=_pump, args=arguments, name="zmq4-loop", daemon=True).start()


def _pump(loop: "ref[asyncio.AbstractEventLoop]", bridge: Pumped) -> None:
    poll = select.poll()
    poll.register(bridge.signal.fileno(), select.POLLIN)
    while True:
        is_ready = bool(poll.poll(_LOOK_MILLISECONDS))
        if not _enter(loop(), bridge, is_ready=is_ready):
            return


def _enter(loop: asyncio.AbstractEventLoop | None, bridge: Pumped, *, is_ready: bool) -> bool:
    """Hand the ready list to the loop; False if there is no loop any more."""
    if loop is None or loop.is_closed():
        return False
    if is_ready:
        try:
            loop.call_soon_threadsafe(bridge.resolve, bridge.signal.take())
        except RuntimeError:  # it was closed meanwhile
            return False
    return True


_LOOK_MILLISECONDS: Final = 1000
"""How often a silent pump looks whether its loop still is: closing a loop tells nobody."""
