"""Polling in asyncio: waiting until something can be done at several sockets and descriptors."""

from __future__ import annotations

import asyncio
import select
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic

from zmq4 import _native
from zmq4._poller import Polled, PollerBase, PollEvent
from zmq4.asyncio._bridge import running_bridge
from zmq4.asyncio._socket import LoopSocket
from zmq4.asyncio._wait import wait_until

if TYPE_CHECKING:
    from zmq4._native import LoopSignal


class Poller(PollerBase[Polled], Generic[Polled]):
    """Awaits that something can be done at one of several sockets and descriptors.

    ```python
    poller = zmq4.asyncio.Poller()
    poller.register(pull)
    for socket, events in await poller.poll(timeout=1):
        ...
    ```

    What can be done is told again by each call for as long as it can be done. A cancelled poll has
    changed nothing.
    """

    __slots__ = ("_at_once",)
    _face = LoopSocket

    def __init__(self) -> None:
        """Begin with nothing registered."""
        super().__init__()
        self._at_once = 0

    async def poll(
        self,
        timeout: float | None = None,
        *,
        max: int | None = None,  # noqa: A002 (reads well at the call)
    ) -> list[tuple[Polled, PollEvent]]:
        """Wait until something can be done.

        Args:
            timeout: The longest wait in seconds; None is for ever, 0 does not wait.
            max: The most results; what was left out then comes first in the next call.

        Returns:
            What is ready and for what, in the order of registration; none if the time was over.
            A socket that was closed, or whose context was terminated, is ready with `ERR`.

        Raises:
            StateError: Nothing is registered, and `timeout` is None.
            ForkError: A socket belongs to the process before a fork.
        """
        turn = self._round(timeout, max)
        await self._give_way()
        look = _Look(turn.items)
        if not look():
            self._at_once = 0
            await look.wait(timeout)
        return self._result(turn, look.noted, max)

    async def _give_way(self) -> None:
        """Let the loop have its turn once in a while, however much there is to do."""
        self._at_once += 1
        if self._at_once > _FAIR:
            self._at_once = 0
            await asyncio.sleep(0)


class _Look:
    """One call's looks at what is registered, and what the last of them noted."""

    __slots__ = ("_descriptors", "_items", "_sockets", "noted")

    def __init__(self, items: list[tuple[_native.Socket | int, int]]) -> None:
        self.noted = b""
        self._items = items
        self._sockets = [each for each in items if not isinstance(each[0], int)]
        self._descriptors = [(fd, bits) for fd, bits in items if isinstance(fd, int)]

    def __call__(self) -> bool:
        """Look; tell whether something can be done."""
        self.noted = _native.poll(self._items, 0)
        return bool(self.noted)

    async def wait(self, timeout: float | None) -> None:
        """Look again whenever something may have changed, until something can be done."""
        if not self._descriptors:
            await wait_until(self, self._watch, timeout)
            return
        with select.epoll() as watched:
            self._enter_descriptors(watched)
            loop = asyncio.get_running_loop()

            def watch(signal: LoopSignal, token: int) -> object:
                loop.add_reader(watched.fileno(), running_bridge().resolve, (token,))
                return self._watch(signal, token)

            try:
                await wait_until(self, watch, timeout)
            finally:
                loop.remove_reader(watched.fileno())

    def _watch(self, signal: LoopSignal, token: int) -> object:
        return _native.watch(self._sockets, signal, token)

    def _enter_descriptors(self, watched: select.epoll) -> None:
        asked: dict[int, int] = {}
        for fd, bits in self._descriptors:
            asked[fd] = asked.get(fd, 0) | bits
        for fd, bits in asked.items():
            mask = sum(epoll for event, epoll in _EPOLL.items() if PollEvent(bits) & event)
            with suppress(PermissionError):  # a regular file, at which nothing is waited for
                watched.register(fd, mask)


_FAIR: Final = 64
"""Calls in a row that may find something at once."""

_EPOLL: Final = {
    PollEvent.IN: select.EPOLLIN,
    PollEvent.OUT: select.EPOLLOUT,
    PollEvent.PRI: select.EPOLLPRI,
}
"""The system's numbers of events; it tells of errors unasked."""
