"""Asking the program about peers: what both faces share, and a small pool of threads.

```text
 I/O thread            a thread of the pool
 queues the question ─▶ takes it ─▶ allow(applicant) ─▶ answers
```

A thread that takes a question and leaves nobody behind to take the next one starts another first,
up to a bound that the native module knows. All of them end with the last socket that asks.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final
from weakref import ref

from zmq4 import _native
from zmq4.error import OptionError
from zmq4.security import Applicant, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from zmq4._native import Inquiry, Question


def attend(inquiry: Inquiry) -> None:
    """Have the pool answer the questions of a socket.

    Raises:
        OptionError: Its callable is a coroutine function, which no thread can run.
        ForkError: The socket belongs to the process before a fork.
    """
    if is_asynchronous(inquiry.decide):
        text = "security: allow= is a coroutine function; only sockets of zmq4.asyncio can await it"
        raise OptionError(text)
    token = inquiry.token
    if token not in _inquiries:
        _inquiries[token] = ref(inquiry, lambda _: _inquiries.pop(token, None))
    if inquiry.use_pool():
        _start()


def is_asynchronous(decide: Callable[[Applicant], object] | None) -> bool:
    """Tell whether what a callable returns has to be awaited."""
    from inspect import iscoroutinefunction  # noqa: PLC0415 (dear to import, and seldom needed)

    if decide is None:
        return False
    return iscoroutinefunction(decide) or iscoroutinefunction(type(decide).__call__)


def applicant_of(question: Question) -> Applicant:
    """Make of a question what a callable is given."""
    return Applicant(*question.facts())


def reply(question: Question, outcome: object) -> None:
    """Answer with what a callable returned.

    Raises:
        TypeError: It is none of what one may return.
    """
    match outcome:
        case True:
            question.answer(200)
        case False:
            question.answer(400)
        case str() if outcome:
            question.answer(200, outcome)
        case Verdict():
            metadata = [(name, _octets(value)) for name, value in outcome.metadata.items()]
            question.answer(outcome.status, outcome.user_id, metadata)
        case _:
            what = "an empty user id" if outcome == "" else type(outcome).__name__
            text = f"allow= returned {what}, and not a bool, a user id or a Verdict"
            raise TypeError(text)


def fail(question: Question, decide: object, error: BaseException) -> None:
    """Answer that nobody could decide, and log why."""
    question.answer(500, why=f"allow= failed with {type(error).__name__}")
    from zmq4._log import LOGGER  # noqa: PLC0415 (`logging` is dear to import)

    LOGGER.error("a peer was not let in: %r failed", decide, exc_info=error)


def stop() -> None:
    """End the pool: later questions have status 500.

    Its threads must be gone before the interpreter is; one that the program keeps is left behind.
    """
    _native.stop_questions()
    for thread in list(_threads):
        thread.join(_PATIENCE)


def _start() -> None:
    """Start one more thread."""
    thread = threading.Thread(target=_work, name="zmq4-auth", daemon=True)
    _threads.add(thread)
    try:
        thread.start()
    except RuntimeError:
        # The interpreter is ending, or the system has no thread left.
        _threads.discard(thread)
        _native.leave_pool()


def _work() -> None:
    """Answer questions until there is no socket left that asks."""
    while (asked := _native.next_question()) is not None:
        token, question, is_alone = asked
        if is_alone:
            _start()
        _serve(token, question)
        # Neither is kept while the next question is waited for.
        del asked, question
    _threads.discard(threading.current_thread())


def _serve(token: int, question: Question) -> None:
    known = _inquiries.get(token)
    inquiry = None if known is None else known()
    if inquiry is None or (decide := inquiry.decide) is None:
        return  # the socket is gone; so is whoever asked
    del inquiry
    try:
        reply(question, decide(applicant_of(question)))
    except BaseException as error:
        # Not even an exit ends the thread: whoever exits is not here.
        fail(question, decide, error)


def _octets(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


_inquiries: Final[dict[int, ref[Inquiry]]] = {}
"""Who asks, by the number that questions have."""

_threads: Final[set[threading.Thread]] = set()

_PATIENCE: Final = 1.0
"""Seconds that each thread may take at the end of the interpreter."""
