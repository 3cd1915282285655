"""The worker for threads: a handler at work on requests, each session in its thread."""

from __future__ import annotations

import atexit
import inspect
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import GeneratorType
from typing import TYPE_CHECKING, Final, cast
from weakref import WeakSet

from zmq4._kit.drive.hand import Hand
from zmq4._kit.drive.lines import Lines
from zmq4._kit.drive.station import Keeper, Station
from zmq4._native import Message
from zmq4._pipeline import Dealer
from zmq4._signals import decline_signals, signals_as_before
from zmq4.error import StateError, Timeout
from zmq4.majordomo.handling import (
    Assignment,
    Handler,
    current,
    frames_of,
    log_session,
    reply_to_error,
)
from zmq4.majordomo.jobs import Abandoned, Forgo, Job, Reply, Stop
from zmq4.majordomo.serving import WorkerBase

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType
    from typing import Self

    from zmq4.majordomo.handling import Response
    from zmq4.majordomo.jobs import WorkerCommand, WorkerEvent
    from zmq4.majordomo.machine.worker import Worker as Machine


class Worker(WorkerBase[Handler]):
    """Serves a service: its handler gets requests, and what it returns is the reply.

    ```python
    zmq4.majordomo.Worker("tcp://10.0.0.7:5555", "echo", lambda request: request).run()
    ```

    The handler takes a `Message`; it returns bytes, text, several frames, or None for an empty
    reply. A generator replies in parts, each sent as it is yielded. What it raises is logged, and
    ends nothing; see `on_error`. It runs in threads of the worker's, as many as `concurrency` says.

    Heartbeats hold while it works, and a lost session is made again. A handler can ask
    `is_abandoned()` whether anybody still waits for what it is doing.
    """

    def _check(self) -> None:
        handler = self._handler
        if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
            raise TypeError("coroutines are handlers for zmq4.majordomo.asyncio.Worker")
        self._desks: list[_Desk] = []
        self._keeper: Keeper | None = None
        self._change = threading.Condition()

    @property
    def is_registered(self) -> bool:
        """Whether a session is there: requests may come."""
        return any(desk.machine.is_registered for desk in self._desks)

    def start(self) -> None:
        """Serve, in threads of its own, until `stop`.

        Raises:
            StateError: It was started before.
            InvalidEndpoint: The broker's address breaks its grammar.
            OptionError: An option is out of range.
            ContextTerminated: The context was terminated.
        """
        if self._keeper is not None:
            raise StateError(f"{self!r} was started before; make another")
        self._desks = [
            _Desk(self, self._machine(), Lines({"DEALER": Dealer}, self._options, self._context))
            for _ in range(self._concurrency)
        ]
        name = f"zmq4-worker-{self._service.decode()}"
        self._keeper = Keeper(name, [desk.station for desk in self._desks])
        self._keeper.start()
        _running.add(self)
        for number, desk in enumerate(self._desks, 1):
            desk.start(f"{name}-{number}")

    def ready(self, timeout: float | None = None) -> None:
        """Wait until the broker may send requests.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            Timeout: There was no session in time.
        """
        with self._change:
            if not self._change.wait_for(lambda: self.is_registered, timeout):
                raise Timeout(f"{self!r}: no session within {timeout} s")

    def run(self) -> None:
        """Serve until `stop` is called, from wherever.

        In the main thread, and if the program has no handler of its own, SIGTERM drains: what is
        being worked on is finished and replied to.

        Raises:
            StateError: It was started before.
            InvalidEndpoint: The broker's address breaks its grammar.
            OptionError: An option is out of range.
            Closed: Its sockets were closed by others, as by `Context.close`.
            ContextTerminated: The context was terminated.
        """
        self.start()
        try:
            with _at_sigterm(self._drain):
                for desk in self._desks:
                    desk.join()
        except BaseException:
            self.stop(0)
            raise
        self.stop()
        for desk in self._desks:
            if desk.station.failure is not None:
                raise desk.station.failure

    def stop(self, timeout: float | None = None) -> None:
        """Take no more requests; finish those in hand, say goodbye to the broker, and end.

        Args:
            timeout: Seconds that handlers get to finish; None is no limit, 0 does not wait. What is
                not finished then goes to another worker, and nobody waits for the handler, which
                cannot be stopped.
        """
        limit = math.inf if timeout is None else time.monotonic() + timeout
        self._drain()
        for desk in self._desks:
            if not desk.join(limit):
                desk.station.tell(Stop(drain=False))
        if self._keeper is not None:
            self._keeper.join()
        _running.discard(self)

    def __enter__(self) -> Self:
        """Serve in the background until the end of the block."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop; what is in hand is finished, unless something went wrong."""
        self.stop(None if error is None else 0)

    def _drain(self) -> None:
        for desk in self._desks:
            desk.station.tell(Stop())

    # What desks do.

    def note(self, event: WorkerEvent) -> None:
        """Tell the log, and who waits, of a session."""
        log_session(self._service, event)
        with self._change:
            self._change.notify_all()

    def work(self, job: Job, desk: _Desk) -> None:
        """Have the handler work on a job, and send what comes of it."""
        request = Message(*job.body)
        try:
            response = self._handler(request)
            if type(response) is not bytes and isinstance(response, Iterator):
                response = self._send_parts(job, response, desk)
            body = frames_of(response)
        except (Exception, SystemExit) as error:  # neither ends the worker
            failed = reply_to_error(self._service, request, error, self._on_error)
            desk.station.tell(Forgo(job.number) if failed is None else Reply(job.number, failed))
        else:
            desk.station.tell(Reply(job.number, body))

    def _send_parts(self, job: Job, parts: Iterator[Response], desk: _Desk) -> Response:
        """Send each part when it is yielded; return what is left for the last one."""
        try:
            while not desk.assignment.is_abandoned:
                desk.station.tell(Reply(job.number, frames_of(next(parts)), final=False))
                while desk.machine.is_choked and not desk.assignment.is_abandoned:
                    time.sleep(_BREATH)  # the broker does not read: no more is made until it does
        except StopIteration as end:
            return cast("Response", end.value)
        finally:
            if isinstance(parts, GeneratorType):
                parts.close()
        return None


class _Desk:
    """Where one session's requests are worked on, one after the other."""

    def __init__(self, worker: Worker, machine: Machine, sockets: Lines[Dealer]) -> None:
        """Begin at rest."""
        self._worker = worker
        self._thread: threading.Thread | None = None
        self.machine: Final = machine
        self.assignment = Assignment(0)
        """The job in hand, or the last one."""
        hand: Hand[WorkerCommand, WorkerEvent, Dealer] = Hand(machine, sockets, time.monotonic)
        self.station: Final = Station(hand, self._hear)

    def start(self, name: str) -> None:
        """Receive and work in a thread."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def join(self, limit: float = math.inf) -> bool:
        """Wait for the thread's end until an instant; tell whether it has come."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(None if limit == math.inf else max(limit - time.monotonic(), 0.0))
        return not thread.is_alive()

    def _run(self) -> None:
        before = decline_signals()
        while (told := self.station.receive()) is not None:
            for event in told:
                if isinstance(event, Job):
                    self.assignment = Assignment(event.number)
                    current.set(self.assignment)
                    self.station.leave()
                    with signals_as_before(before):
                        self._worker.work(event, self)
                else:
                    self._hear(event)

    def _hear(self, event: WorkerEvent) -> None:
        if isinstance(event, Abandoned):
            self.assignment.is_abandoned = True
        self._worker.note(event)


@contextmanager
def _at_sigterm(act: Callable[[], None]) -> Generator[None]:
    """Have SIGTERM do something, where that is ours to say."""
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGTERM, lambda _number, _frame: act())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end() -> None:
    """End what the program left running, while the interpreter is whole."""
    for worker in [*_running]:
        worker.stop(0)


_BREATH: Final = 0.01
"""Seconds between two looks at a broker that does not read."""

_running: Final[WeakSet[Worker]] = WeakSet()

atexit.register(_end)
