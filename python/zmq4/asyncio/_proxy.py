"""Proxies awaited in asyncio; their messages pass in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from zmq4._proxy import ProxyBase
from zmq4.asyncio._socket import LoopSocket

if TYPE_CHECKING:
    from zmq4._native import Proxy as Handle


class Proxy(ProxyBase[LoopSocket]):
    """Passes messages on between two sockets, whole and in both directions.

    ```python
    async with (
        zmq4.asyncio.Router(bind="tcp://*:5559") as front,
        zmq4.asyncio.Dealer(bind="tcp://*:5560") as back,
    ):
        await zmq4.asyncio.Proxy(front, back).run()
    ```

    See `zmq4.Proxy`. The loop is not troubled with the messages.
    """

    __slots__ = ()
    _face = LoopSocket

    async def run(self) -> None:
        """Pass messages on until `stop`, or until cancelled.

        A message that was taken and found no room is the first to go in the next run.

        Raises:
            Closed: One of the sockets was closed.
            ContextTerminated: The context of one of them was terminated.
            StateError: The proxy is running already.
            ForkError: The sockets belong to the process before a fork.
        """
        self._handle.begin()
        try:
            await _serve(self._handle)
        finally:
            self._handle.end()


async def _serve(handle: Handle) -> None:
    """Let a thread serve; it has ended when this has, however it ends."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    arguments = (handle, loop, ended)
    thread = threading.Thread(target=_serve_here, args=arguments, name="zmq4-proxy", daemon=True)
    thread.start()
    try:
        await ended
    finally:
        handle.stop()
        thread.join()  # no longer than a message takes


def _serve_here(
    handle: Handle, loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]
) -> None:
    error = None
    try:
        handle.serve()
    except BaseException as raised:  # raised again where it is awaited
        error = raised
    with suppress(RuntimeError):  # the loop was closed, and nobody waits
        loop.call_soon_threadsafe(_settle, ended, error)


def _settle(ended: asyncio.Future[None], error: BaseException | None) -> None:
    if ended.done():  # it was cancelled
        return
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)
