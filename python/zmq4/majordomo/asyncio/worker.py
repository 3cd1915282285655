"""The worker for asyncio: a handler at work on requests, each session in its task."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import GeneratorType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from zmq4._kit.drive.hand import Hand
from zmq4._kit.drive.lines import Lines
from zmq4._kit.drive.task_station import Keeper, Station
from zmq4._native import Message
from zmq4.asyncio._pipeline import Dealer
from zmq4.error import StateError, Timeout
from zmq4.majordomo.handling import Assignment, current, frames_of, log_session, reply_to_error
from zmq4.majordomo.jobs import Abandoned, Forgo, Job, Reply, Stop
from zmq4.majordomo.serving import WorkerBase

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
    from types import TracebackType
    from typing import Self

    from zmq4.majordomo.handling import Response
    from zmq4.majordomo.jobs import WorkerCommand, WorkerEvent
    from zmq4.majordomo.machine.worker import Worker as Machine

Outcome: TypeAlias = "Response | Iterator[Response] | Awaitable[Response] | AsyncIterator[Response]"
"""What a handler may return: a reply, what becomes one, or its parts."""

Handler: TypeAlias = "Callable[[Message], Outcome]"
"""What works on a request: a coroutine, or a function that does not wait; or a generator of either
kind, which replies in parts."""


class Worker(WorkerBase[Handler]):
    """Serves a service: its handler gets requests, and what it returns is the reply.

    ```python
    async def echo(request: zmq4.Message) -> zmq4.Message:
        return request

    await zmq4.majordomo.asyncio.Worker("tcp://10.0.0.7:5555", "echo", echo).run()
    ```

    The handler takes a `Message`; it returns, or a coroutine does, bytes, text, several frames, or
    None for an empty reply. Generators, asynchronous ones too, reply in parts, each sent as it is
    yielded. What it raises is logged, and ends nothing; see `on_error`. A function that is no
    coroutine runs in the loop, and must not wait.

    Heartbeats hold while it awaits something, and a lost session is made again. A coroutine whose
    session is lost is cancelled, for nobody waits any more for what it is doing.
    """

    def _check(self) -> None:
        self._desks: list[_Desk] = []
        self._keeper: Keeper | None = None
        self._change = asyncio.Event()

    @property
    def is_registered(self) -> bool:
        """Whether a session is there: requests may come."""
        return any(desk.machine.is_registered for desk in self._desks)

    def start(self) -> None:
        """Serve, in tasks of the running loop, until `stop`.

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
        for number, desk in enumerate(self._desks, 1):
            desk.start(f"{name}-{number}")

    async def ready(self, timeout: float | None = None) -> None:
        """Wait until the broker may send requests.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            Timeout: There was no session in time.
        """
        try:
            async with asyncio.timeout(timeout):
                while not self.is_registered:
                    self._change.clear()
                    await self._change.wait()
        except TimeoutError:
            raise Timeout(f"{self!r}: no session within {timeout} s") from None

    async def run(self) -> None:
        """Serve until `stop` is called, from wherever.

        In the main thread, and if the program has no handler of its own, SIGTERM drains: what is
        being worked on is finished and replied to. Cancelled, it stops at once.

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
                await asyncio.wait([desk.task for desk in self._desks])
        finally:
            await self.stop(0)
        for desk in self._desks:
            if desk.station.failure is not None:
                raise desk.station.failure

    async def stop(self, timeout: float | None = None) -> None:
        """Take no more requests; finish those in hand, say goodbye to the broker, and end.

        Args:
            timeout: Seconds that handlers get to finish; None is no limit, 0 does not wait. What is
                not finished then is cancelled, and goes to another worker.
        """
        if self._keeper is None:
            return
        self._drain()
        tasks = [desk.task for desk in self._desks if desk.task is not asyncio.current_task()]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=timeout)
        finally:
            for desk in self._desks:
                desk.give_up()
        if tasks:
            await asyncio.wait(tasks)
        await self._keeper.join()

    async def __aenter__(self) -> Self:
        """Serve in the background until the end of the block."""
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop; what is in hand is finished, unless something went wrong."""
        await self.stop(None if error is None else 0)

    def _drain(self) -> None:
        for desk in self._desks:
            desk.station.tell(Stop())

    # What desks do.

    def note(self, event: WorkerEvent) -> None:
        """Tell the log, and who waits, of a session."""
        log_session(self._service, event)
        self._change.set()

    async def work(self, job: Job, desk: _Desk) -> None:
        """Have the handler work on a job, and send what comes of it."""
        request = Message(*job.body)
        try:
            body = frames_of(await self._respond(job, request, desk))
        except (Exception, SystemExit) as error:  # neither ends the worker
            failed = reply_to_error(self._service, request, error, self._on_error)
            desk.station.tell(Forgo(job.number) if failed is None else Reply(job.number, failed))
        else:
            desk.station.tell(Reply(job.number, body))

    async def _respond(self, job: Job, request: Message, desk: _Desk) -> Response:
        """Have the handler work, and send all parts but the last."""
        response = self._handler(request)
        if type(response) is bytes:
            return response
        if inspect.isawaitable(response):
            return await response
        if isinstance(response, AsyncIterator):
            return await self._send_async_parts(job, response, desk)
        if isinstance(response, Iterator):
            return await self._send_parts(job, response, desk)
        return response

    async def _send_parts(self, job: Job, parts: Iterator[Response], desk: _Desk) -> Response:
        try:
            while not desk.assignment.is_abandoned:
                await self._send_part(job, next(parts), desk)
        except StopIteration as end:
            return cast("Response", end.value)
        finally:
            if isinstance(parts, GeneratorType):
                parts.close()
        return None

    async def _send_async_parts(
        self, job: Job, parts: AsyncIterator[Response], desk: _Desk
    ) -> Response:
        try:
            async for part in parts:
                await self._send_part(job, part, desk)
        finally:
            if inspect.isasyncgen(parts):
                await cast("AsyncGenerator[Response, None]", parts).aclose()
        return None

    async def _send_part(self, job: Job, part: Response, desk: _Desk) -> None:
        desk.station.tell(Reply(job.number, frames_of(part), final=False))
        await asyncio.sleep(0)  # others have their turn
        # The broker may not read: no more is made until it does.
        while desk.machine.is_choked:  # noqa: ASYNC110 (its socket has no event for that)
            await asyncio.sleep(_BREATH)


class _Desk:
    """Where one session's requests are worked on, one after the other."""

    def __init__(self, worker: Worker, machine: Machine, sockets: Lines[Dealer]) -> None:
        """Begin at rest."""
        self._worker = worker
        self._is_given_up = False
        self.task: asyncio.Task[None]
        self.machine: Final = machine
        self.assignment = Assignment(0)
        """The job in hand, or the last one."""
        hand: Hand[WorkerCommand, WorkerEvent, Dealer] = Hand(machine, sockets, time.monotonic)
        self.station: Final = Station(hand, self._hear)

    def start(self, name: str) -> None:
        """Receive and work in a task."""
        self.task = asyncio.get_running_loop().create_task(self._run(), name=name)

    def give_up(self) -> None:
        """End now, whatever the handler is at."""
        if not self.task.done():
            self.station.tell(Stop(drain=False))
            self.task.cancel()

    async def _run(self) -> None:
        while (told := await self.station.receive()) is not None:
            for event in told:
                if isinstance(event, Job):
                    await self._work(event)
                else:
                    self._hear(event)

    async def _work(self, job: Job) -> None:
        assignment = self.assignment = Assignment(job.number)
        assignment.is_in_hand = True
        current.set(assignment)
        self.station.leave()
        try:
            await self._worker.work(job, self)
        except asyncio.CancelledError:
            self.station.tell(Forgo(job.number))
            # If the session's loss was the reason, this was meant for the handler alone.
            if not assignment.is_cancelled or self.task.uncancel():
                raise
        finally:
            assignment.is_in_hand = False

    def _hear(self, event: WorkerEvent) -> None:
        if isinstance(event, Abandoned):
            self.assignment.is_abandoned = True
            if self.assignment.is_in_hand:
                self.assignment.is_cancelled = True
                self.task.cancel()
        self._worker.note(event)


@contextmanager
def _at_sigterm(act: Callable[[], None]) -> Generator[None]:
    """Have SIGTERM do something, where that is ours to say."""
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    loop = asyncio.get_running_loop()
    if is_ours:
        try:
            loop.add_signal_handler(signal.SIGTERM, act)
        except NotImplementedError:
            is_ours = False
    try:
        yield
    finally:
        if is_ours:
            loop.remove_signal_handler(signal.SIGTERM)


_BREATH: Final = 0.01
"""Seconds between two looks at a broker that does not read."""
