"""Runs a machine in a thread of its own, beside the program: heartbeats hold while it computes.

```text
 program's threads        the driver's thread
 post(command) ─▶ mailbox ─┐
                  bell ────┤
 sockets ──────────────────┼▶ poll, until the machine's deadline
 what happens to sockets ──┘   │
                               ├▶ handle(Received | Up | Down | command | Tick, now)
                               └▶ Send, Open, Shut; deliver(event)
```

Messages that have arrived are always handed over before a `Tick`, so that a machine which was
stopped for a while, with its process, does not take its own silence for that of others.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar
from weakref import WeakSet

from zmq4 import _native
from zmq4._kit.drive.bell import Bell
from zmq4._kit.drive.letters import Abort, Letter, Order, take_late
from zmq4._kit.drive.lines import Kind, Lines, accepted_before
from zmq4._kit.drive.patience import Patience
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
from zmq4._kit.mailbox import Mailbox
from zmq4._pipeline import Dealer
from zmq4._request_reply import Router
from zmq4._signals import decline_signals
from zmq4.error import Closed, ForkError, StateError, Timeout, Unroutable, WouldBlock, ZMQError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zmq4._endpoint import Endpoint
    from zmq4._kit.machine import Machine, Row
    from zmq4._native import Context
    from zmq4.options import SocketOptions

Command = TypeVar("Command")
Event = TypeVar("Event")
Seen = TypeVar("Seen")


class ThreadDriver(Generic[Command, Event]):
    """A machine at work.

    Args:
        machine: What is run.
        deliver: Takes what the machine tells; called in the driver's thread, and must not wait.
        name: What the thread is called.
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
        self._clock = clock
        self._patience = Patience(clock)
        self._lines: Lines[Dealer | Router] = Lines(_KINDS, options or {}, context)
        self._bell = Bell()
        self._letters: Mailbox[Letter[Command]] = Mailbox(self._bell.ring)
        self._changes: _native.LoopSignal | None = None
        self._changed: list[str] = []
        self._watches: dict[int, tuple[str, object]] = {}
        self._watched = 0
        self._asked: list[tuple[_native.Socket | int, int]] = []
        self._named: list[tuple[str, Dealer | Router]] = []
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._pid = os.getpid()
        self._is_over = False
        self.failure: BaseException | None = None
        """What ended it before its time."""

    def start(self) -> None:
        """Take the machine's first step, in this thread, and the others in the driver's own.

        Raises:
            ZMQError: A socket could not be opened.
        """
        try:
            self._handle(Start(), self._clock())
            self._list()
            _running.add(self)
            self._thread.start()
        except BaseException:
            self._is_over = True
            self._close()
            raise

    def post(self, command: Command) -> None:
        """Give the machine a command.

        Raises:
            Closed: The driver has ended.
            StateError: Too many commands wait.
            ForkError: It belongs to the process before a fork.
        """
        self._put(Order(command))

    def inspect(self, look: Callable[[float], Seen]) -> Seen:
        """Look at the machine between two of its steps, or after the last.

        Args:
            look: Is told the time; runs in the driver's thread.
        """
        if threading.current_thread() is self._thread:
            return look(self._clock())
        seen: Future[Seen] = Future()

        def take(now: float) -> None:
            try:
                seen.set_result(look(now))
            except BaseException as error:
                seen.set_exception(error)

        try:
            self._put(take)
        except Closed:
            self._thread.join()
            return look(self._clock())
        return seen.result()

    def endpoints(self, socket: str) -> list[Endpoint]:
        """Return the endpoints of one of the machine's sockets."""
        line = self._lines.sockets.get(socket)
        return [] if line is None else line.endpoints

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end.

        Returns:
            Whether it has come.
        """
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def abort(self) -> None:
        """End it, without asking the machine; whoever wants to know waits with `join`."""
        with suppress(ZMQError):
            self._put(Abort())

    @property
    def has_ended(self) -> bool:
        """Whether the machine runs no more, as in the child of a fork."""
        return self._is_over or os.getpid() != self._pid

    # In the driver's thread.

    def _run(self) -> None:
        decline_signals()
        try:
            while not self._is_over:
                self._step()
        except BaseException as error:  # the program hears of it at its next call
            self.failure = error
            if not isinstance(error, ZMQError):
                _LOGGER.exception("%s failed", self._thread.name)
        finally:
            self._is_over = True
            self._close()

    def _step(self) -> None:
        """Do what there is to do; wait if there is nothing."""
        if self._look(self._clock()) or self._is_over or self._patience.look_out(self._look):
            return
        left = self._machine.deadline() - self._clock()
        limit = None if left > _FOR_EVER else max(left, 0.0)
        self._patience.sleep(lambda: _native.poll(self._asked, limit))

    def _look(self, now: float) -> bool:
        """Do what there is to do; tell whether there was anything."""
        has_any = self._receive(now)
        if self._letters.has_letters:
            has_any = True
            self._read_letters(now)
        if not self._is_over and now >= self._machine.deadline():
            has_any = True
            self._handle(Tick(), now)
        if self._lines.is_changed:
            self._list()
        return has_any

    def _receive(self, now: float) -> bool:
        """Hand over what arrived; tell whether there was anything.

        A lone socket is asked itself, which costs no system call while messages keep coming.
        """
        ready = self._named
        if len(ready) != 1:
            noted = _native.poll(self._asked, 0)
            ready = [line for line, bits in zip(ready, noted[1:], strict=False) if bits]
        has_any = False
        for name, socket in ready:
            if not self._is_over and self._lines.sockets.get(name) is socket:
                messages = socket.recv_many(max=_BATCH, timeout=0)
                if messages:
                    has_any = True
                    self._handle(Received(name, messages), now)
        # What came before a connection ended has been heard by now.
        return self._tell_changes(now) or has_any

    def _handle(self, event: Input | Command, now: float) -> None:
        """Have the machine handle an event, and whatever follows from that."""
        outputs: Sequence[Output[Event]] = self._machine.handle(event, now)
        while outputs:
            refused = self._perform(outputs)
            outputs = [
                output
                for each in refused
                if not self._is_over
                for output in self._machine.handle(each, now)
            ]

    def _perform(self, outputs: Iterable[Output[Event]]) -> list[Refused]:
        refused: list[Refused] = []
        for output in outputs:
            match output:
                case Send():
                    rows = _send(self._lines.sockets[output.socket], output.rows)
                    if rows:
                        refused.append(Refused(output.socket, rows))
                case Deliver():
                    self._deliver(output.event)
                case Open():
                    self._lines.open(output.socket, output.spec)
                    if output.spec.watch:
                        self._changed.append(output.socket)
                case Shut():
                    self._lines.shut(output.socket, output.linger)
                case Finish():
                    self._is_over = True
                    self._lines.shut_all(output.linger)
        return refused

    def _read_letters(self, now: float) -> None:
        self._bell.silence()
        for letter in self._letters.take():
            match letter:
                case _ if self._is_over:
                    take_late(letter, now)
                case Order():
                    self._handle(letter.command, now)
                case Abort():
                    self._is_over = True
                case _:
                    letter(now)

    def _watch(self, name: str) -> None:
        """Have the signal rung when something happens to a socket's connection."""
        if self._changes is None:
            self._changes = _native.LoopSignal()
            self._lines.is_changed = True  # there is one thing more to wait for
        self._watched += 1
        stream = self._lines.streams[name]
        self._watches[self._watched] = (name, stream.watch(self._changes, self._watched))

    def _tell_changes(self, now: float) -> bool:
        """Tell the machine what happened to connections; tell whether there was anything."""
        if self._changes is not None:
            self._changed += [self._watches.pop(token)[0] for token in self._changes.take()]
        changed, self._changed = self._changed, []
        for name in changed:
            if name in self._lines.streams:
                self._watch(name)
                for change in self._lines.changes(name):
                    if name in self._lines.streams and not self._is_over:
                        self._handle(change, now)
        return bool(changed)

    def _list(self) -> None:
        """Make the list of what is waited for."""
        self._lines.is_changed = False
        self._named = [*self._lines.sockets.items()]
        self._asked = [(self._bell.fileno(), _IN), *((socket, _IN) for _, socket in self._named)]
        if self._changes is not None:
            self._asked.append((self._changes.fileno(), _IN))

    def _close(self) -> None:
        self._watches.clear()
        self._changes = None
        self._asked = []
        with suppress(ZMQError):
            self._lines.shut_all(0.0)
        now = self._clock()
        for letter in self._letters.close():
            take_late(letter, now)
        self._bell.close()

    # In threads of the program.

    def _put(self, letter: Letter[Command]) -> None:
        if os.getpid() != self._pid:
            raise ForkError(f"{self._thread.name} belongs to the process before a fork")
        if not self._letters.put(letter):
            if self._is_over:
                raise Closed(f"{self._thread.name} has ended")
            raise StateError(f"{self._thread.name}: too many commands wait")


def _send(socket: Dealer | Router, rows: Sequence[Row]) -> list[Row]:
    """Send without waiting; return what was not sent, but for what is for nobody."""
    refused: list[Row] = []
    while True:
        try:
            socket.send_many(rows, timeout=0)
        except (Timeout, WouldBlock, Unroutable) as error:
            sent = accepted_before(error)
            if not isinstance(error, Unroutable):
                refused.append(rows[sent])
            rows = rows[sent + 1 :]
        else:
            return refused


class _Ending(Protocol):
    """What the end of the interpreter asks of a driver, whatever it runs."""

    def abort(self) -> None: ...
    def join(self, timeout: float | None = None) -> bool: ...


def _end() -> None:
    """End what the program left running, while the interpreter is whole."""
    left = [*_running]
    for driver in left:
        driver.abort()
    for driver in left:
        driver.join(_PATIENCE)


_KINDS: Final[dict[Kind, type[Dealer | Router]]] = {"DEALER": Dealer, "ROUTER": Router}

_IN: Final = 1
_BATCH: Final = 512
"""Messages that are handled in one step, before those of other sockets."""

_FOR_EVER: Final = 1e6
"""Seconds; the machine needs no tick."""

_PATIENCE: Final = 1.0

_LOGGER: Final = logging.getLogger("zmq4")

_running: Final[WeakSet[_Ending]] = WeakSet()

atexit.register(_end)
