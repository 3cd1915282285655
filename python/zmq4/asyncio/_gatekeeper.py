"""Asking the program about peers on an event loop: callables that may be awaited.

The loop is the one that runs when an endpoint is opened. What is asked meanwhile is queued by the
native module, which rings the loop as it does for everything else.
"""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary, ref

from zmq4 import _gatekeeper
from zmq4.asyncio._bridge import LoopBridge, running_bridge
from zmq4.error import StateError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from zmq4._native import Inquiry, Question
    from zmq4.security import Applicant


def attend(inquiry: Inquiry) -> None:
    """Have the running loop answer the questions of a socket.

    What takes its time without being awaited, the files of the package, goes to the threads of the
    pool; so does a plain callable while no loop is running.

    Raises:
        StateError: The callable is a coroutine function, and no loop is running to await it.
        ForkError: The socket belongs to the process before a fork.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        if _gatekeeper.is_asynchronous(inquiry.decide):
            text = "security: allow= is a coroutine function; open the socket where its loop runs"
            raise StateError(text) from None
        _leave_to_the_pool(inquiry)
        return
    if getattr(inquiry.decide, "blocks", False) is True:
        _leave_to_the_pool(inquiry)
        return
    known = _gates.get(inquiry)
    if known is None or not known.is_of(loop):
        _gates[inquiry] = _Gate(inquiry, loop, running_bridge())


def _leave_to_the_pool(inquiry: Inquiry) -> None:
    _gates.pop(inquiry, None)
    _gatekeeper.attend(inquiry)


class _Gate:
    """Answers the questions of one socket on one loop; the bridge holds it, by what it awaits."""

    __slots__ = ("__weakref__", "_bridge", "_inquiry", "_loop", "_tasks", "_token")

    def __init__(
        self, inquiry: Inquiry, loop: asyncio.AbstractEventLoop, bridge: LoopBridge
    ) -> None:
        """Begin to listen."""
        self._inquiry = ref(inquiry, self._end)
        self._bridge = ref(bridge)
        self._loop = ref(loop)
        self._tasks: dict[asyncio.Task[None], Question] = {}
        self._token = 0
        self._listen(inquiry, bridge)

    def is_of(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Tell whether it answers on that loop."""
        return self._loop() is loop

    def _listen(self, inquiry: Inquiry, bridge: LoopBridge) -> None:
        self._token, rung = bridge.expect(None)
        rung.add_done_callback(self._answer_all)
        # It rings at once if questions have come meanwhile.
        inquiry.use_loop(bridge.signal, self._token)

    def _end(self, _: object) -> None:
        """The socket is gone."""
        bridge = self._bridge()
        if bridge is not None:
            bridge.forget(self._token)

    def _answer_all(self, rung: asyncio.Future[None]) -> None:
        inquiry, bridge = self._inquiry(), self._bridge()
        if rung.cancelled() or inquiry is None or bridge is None:
            return
        if _gates.get(inquiry) is not self:
            return  # another loop has taken over
        self._listen(inquiry, bridge)
        self._give_up_in_vain()
        decide, questions = inquiry.decide, _taken_from(inquiry)
        # Whoever keeps the record of a failure keeps this frame, and is not to keep these.
        del inquiry, bridge
        for question in questions:
            if decide is not None:
                self._ask(decide, question)

    def _ask(self, decide: Callable[[Applicant], object], question: Question) -> None:
        try:
            outcome = decide(_gatekeeper.applicant_of(question))
            if isawaitable(outcome):
                task = asyncio.get_running_loop().create_task(_finish(decide, outcome, question))
                self._tasks[task] = question
                task.add_done_callback(self._forget)
                return
            _gatekeeper.reply(question, outcome)
        except Exception as error:
            _gatekeeper.fail(question, decide, error)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)

    def _give_up_in_vain(self) -> None:
        """Cancel what nobody waits for any more, so that strangers cannot heap up tasks."""
        for task, question in list(self._tasks.items()):
            if not question.is_awaited:
                task.cancel()


def _taken_from(inquiry: Inquiry) -> list[Question]:
    questions: list[Question] = []
    while (question := inquiry.take()) is not None:
        questions.append(question)
    return questions


async def _finish(decide: object, outcome: Awaitable[object], question: Question) -> None:
    """Await a decision; a task that is cancelled leaves it at status 500."""
    try:
        _gatekeeper.reply(question, await outcome)
    except asyncio.CancelledError:
        question.answer(500)
        raise
    except Exception as error:
        _gatekeeper.fail(question, decide, error)


_gates: Final[WeakKeyDictionary[Inquiry, _Gate]] = WeakKeyDictionary()
"""Who answers for whom; a gate does not hold its inquiry."""
