"""Runs a machine as a task of an asyncio loop: no hand-over between threads.

It does what `zmq4._kit.drive.thread` does, with the loop's ready list where that has descriptors.
Everything here belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from zmq4 import _native
from zmq4._kit.drive.lines import Kind, Lines, accepted_before
from zmq4._kit.machine import (
    Deliver,
    Finish,
    Input,
    Open,
    Output,
    Received,
    Refused,
    Send,
    Shut,
    Start,
    Tick,
)
from zmq4.asyncio._bridge import running_bridge
from zmq4.asyncio._pipeline import Dealer
from zmq4.asyncio._request_reply import Router
from zmq4.error import Closed, Timeout, Unroutable, WouldBlock, ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zmq4._kit.machine import Machine, Row
    from zmq4._native import Context
    from zmq4.asyncio._endpoint import Endpoint
    from zmq4.options import SocketOptions

Command = TypeVar("Command")
Event = TypeVar("Event")


class TaskDriver(Generic[Command, Event]):
    """A machine at work.

    Args:
        machine: What is run.
        deliver: Takes what the machine tells; must not wait.
        name: What the task is called.
        options: Given to every socket of the machine.
        context: What the sockets belong to.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        machine: Machine[Command, Event],
        deliver: Callable[[Event], None],
        *,
        name: str,
        options: SocketOptions | None = None,
        context: Context | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at rest; see `start`."""
        self._machine = machine
        self._deliver = deliver
        self._name = name
        self._clock = clock
        self._lines: Lines[Dealer | Router] = Lines(_KINDS, options or {}, context)
        self._letters: list[Command] = []
        self._owed: list[Output[Event]] = []
        self._changed: list[str] = []
        self._watches: dict[str, tuple[int, object]] = {}
        self._asked: list[tuple[_native.Socket | int, int]] = []
        self._named: list[tuple[str, Dealer | Router]] = []
        self._token = 0
        self._task: asyncio.Task[None] | None = None
        self._is_over = False
        self.failure: BaseException | None = None
        """What ended it before its time."""

    def start(self) -> None:
        """Take the machine's first step, and the others as a task of the running loop.

        Raises:
            ZMQError: A socket could not be opened.
            RuntimeError: No loop is running.
        """
        loop = asyncio.get_running_loop()
        try:
            for output in self._machine.handle(Start(), self._clock()):
                if isinstance(output, Open):
                    self._open(output)
                else:
                    self._owed.append(output)
        except BaseException:
            self._is_over = True
            self._lines.shut_all(0.0)
            raise
        self._task = loop.create_task(self._run(), name=self._name)

    def post(self, command: Command) -> None:
        """Give the machine a command.

        Raises:
            Closed: The driver has ended.
        """
        if self._is_over:
            raise Closed(f"{self._name} has ended")
        self._letters.append(command)
        self._wake()

    def inspect(self, look: Callable[[float], Seen]) -> Seen:
        """Look at the machine, which is never in the middle of a step here."""
        return look(self._clock())

    def endpoints(self, socket: str) -> list[Endpoint]:
        """Return the endpoints of one of the machine's sockets."""
        line = self._lines.sockets.get(socket)
        return [] if line is None else line.endpoints

    async def join(self, timeout: float | None = None) -> bool:
        """Wait for the end.

        Returns:
            Whether it has come.
        """
        if self._task is None:
            return True
        done, _ = await asyncio.wait([self._task], timeout=timeout)
        return bool(done)

    def abort(self) -> None:
        """End it, without asking the machine; whoever wants to know waits with `join`."""
        self._is_over = True
        self._wake()

    @property
    def has_ended(self) -> bool:
        """Whether the machine runs no more."""
        return self._is_over

    # In the driver's task.

    async def _run(self) -> None:
        try:
            await self._perform_all(self._owed, self._clock())
            while not self._is_over:
                await self._step()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # the program hears of it when it waits for the end
            self.failure = error
            if not isinstance(error, ZMQError):
                _LOGGER.exception("%s failed", self._name)
        finally:
            self._is_over = True
            self._close()

    async def _step(self) -> None:
        """Wait for something, and do what it leads to."""
        if self._lines.is_changed:
            self._list()
        noted = _native.poll(self._asked, 0)
        if not (noted or self._letters or self._changed):
            await self._wait()
            if self._is_over:
                return
            noted = _native.poll(self._asked, 0)
        now = self._clock()
        for (name, socket), bits in zip(self._named, noted, strict=False):
            if bits and self._lines.sockets.get(name) is socket:
                messages = await socket.recv_many(max=_BATCH, timeout=0)
                if messages:
                    await self._handle(Received(name, messages), now)
        await self._tell_changes(now)
        letters, self._letters = self._letters, []
        for letter in letters:
            if not self._is_over:
                await self._handle(letter, now)
        if not self._is_over and now >= self._machine.deadline():
            await self._handle(Tick(), now)
        await asyncio.sleep(0)

    async def _wait(self) -> None:
        """Wait until a socket, a command, a change or the machine's deadline calls."""
        left = self._machine.deadline() - self._clock()
        if left <= 0:
            return
        bridge = running_bridge()
        self._token, future = bridge.expect(None if left > _FOR_EVER else left)
        kept: object = None
        try:
            kept = _native.watch(self._asked, bridge.signal, self._token)
            if not _native.poll(self._asked, 0):
                await future
        finally:
            del kept
            bridge.forget(self._token)
            self._token = 0

    async def _handle(self, event: Input | Command, now: float) -> None:
        """Have the machine handle an event, and whatever follows from that."""
        await self._perform_all(self._machine.handle(event, now), now)

    async def _perform_all(self, outputs: Sequence[Output[Event]], now: float) -> None:
        while outputs:
            refused = await self._perform(outputs)
            outputs = [
                output
                for each in refused
                if not self._is_over
                for output in self._machine.handle(each, now)
            ]

    async def _perform(self, outputs: Iterable[Output[Event]]) -> list[Refused]:
        refused: list[Refused] = []
        for output in outputs:
            match output:
                case Send():
                    rows = await _send(self._lines.sockets[output.socket], output.rows)
                    if rows:
                        refused.append(Refused(output.socket, rows))
                case Deliver():
                    self._deliver(output.event)
                case Open():
                    self._open(output)
                case Shut():
                    self._forget_watch(output.socket)
                    self._lines.shut(output.socket, output.linger)
                case Finish():
                    self._is_over = True
                    self._lines.shut_all(output.linger)
        return refused

    def _open(self, output: Open) -> None:
        self._lines.open(output.socket, output.spec)
        if output.spec.watch:
            self._changed.append(output.socket)

    def _watch(self, name: str) -> None:
        """Be woken when something happens to a socket's connection."""
        bridge = running_bridge()
        token, future = bridge.expect(None)
        self._watches[name] = (token, self._lines.streams[name].watch(bridge.signal, token))
        future.add_done_callback(lambda _: self._note_change(name))

    def _note_change(self, name: str) -> None:
        self._changed.append(name)
        self._wake()

    def _forget_watch(self, name: str) -> None:
        token, _ = self._watches.pop(name, (0, None))
        running_bridge().forget(token)

    async def _tell_changes(self, now: float) -> None:
        changed, self._changed = self._changed, []
        for name in changed:
            if name in self._lines.streams:
                self._watch(name)
                for change in self._lines.changes(name):
                    if name in self._lines.streams and not self._is_over:
                        await self._handle(change, now)

    def _wake(self) -> None:
        if self._token:
            with suppress(RuntimeError):  # the loop was left, and takes its tasks along
                running_bridge().resolve((self._token,))

    def _list(self) -> None:
        """Make the list of what is waited for."""
        self._lines.is_changed = False
        self._named = [*self._lines.sockets.items()]
        self._asked = [(socket, _IN) for _, socket in self._named]

    def _close(self) -> None:
        for name in [*self._watches]:
            self._forget_watch(name)
        with suppress(ZMQError):
            self._lines.shut_all(0.0)
        self._letters.clear()


Seen = TypeVar("Seen")


async def _send(socket: Dealer | Router, rows: Sequence[Row]) -> list[Row]:
    """Send without waiting; return what was not sent, but for what is for nobody."""
    refused: list[Row] = []
    while True:
        try:
            await socket.send_many(rows, timeout=0)
        except (Timeout, WouldBlock, Unroutable) as error:
            sent = accepted_before(error)
            if not isinstance(error, Unroutable):
                refused.append(rows[sent])
            rows = rows[sent + 1 :]
        else:
            return refused


_KINDS: Final[dict[Kind, type[Dealer | Router]]] = {"DEALER": Dealer, "ROUTER": Router}

_IN: Final = 1

_BATCH: Final = 256
"""Messages that are handled in one step, before the loop and other sockets have their turn."""

_FOR_EVER: Final = 1e6
"""Seconds; the machine needs no tick."""

_LOGGER: Final = logging.getLogger("zmq4")
