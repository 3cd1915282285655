"""Handlers: what a service is made of, and what becomes of what they return or raise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, TypeAlias

from zmq4._native import Message
from zmq4.majordomo.jobs import Abandoned, Job, Registered, Unregistered

if TYPE_CHECKING:
    from zmq4.majordomo.jobs import WorkerEvent
    from zmq4.types import Part

Response: TypeAlias = "Part | Sequence[Part] | None"
"""What becomes a reply, or a part of one: one frame, several, or None for an empty one."""

Handler: TypeAlias = "Callable[[Message], Response | Iterator[Response]]"
"""What works on a request; a generator replies in parts."""

OnError: TypeAlias = Callable[[Message, BaseException], "Response"]
"""What makes a reply of an exception that a handler raised; None gives no reply."""


class Assignment:
    """A job in the hands of a handler."""

    __slots__ = ("is_abandoned", "is_cancelled", "is_in_hand", "number")

    def __init__(self, number: int) -> None:
        """Begin with somebody waiting for the reply."""
        self.number: Final = number
        self.is_abandoned = False
        self.is_in_hand = False
        self.is_cancelled = False


def is_abandoned() -> bool:
    """Tell a handler whether its work is in vain: the session, and with it the client, is lost.

    A handler that takes long may ask now and then, and return early: what it returns goes nowhere.
    A generator is closed at its next part.
    """
    assignment = current.get()
    return assignment is not None and assignment.is_abandoned


def frames_of(response: Response) -> Sequence[Part]:
    """Return the frames of what a handler returned.

    Raises:
        TypeError: It is nothing that can be sent.
    """
    match response:
        case bytes():
            return (response,)
        case Message():
            return response
        case None:
            return _EMPTY
        case tuple() | list():
            return Message(*response) if response else _EMPTY
        case _:
            return Message(response)  # type: ignore[arg-type]  # or says that it is no frame


def reply_to_error(
    service: bytes, request: Message, error: BaseException, on_error: OnError | None
) -> Sequence[Part] | None:
    """Log what a handler raised, and have the service's own function make a reply of it.

    Returns:
        The frames of a reply; None for none.
    """
    name = service.decode()
    LOGGER.error("the handler of %r failed", name, exc_info=error)
    if on_error is None:
        return None
    try:
        response = on_error(request, error)
        return None if response is None else frames_of(response)
    except Exception:
        LOGGER.exception("the handler of errors of %r failed", name)
        return None


def log_session(service: bytes, event: WorkerEvent) -> None:
    """Tell the log of sessions that begin and end."""
    name = service.decode()
    match event:
        case Registered():
            LOGGER.debug("%r is served at %s", name, event.broker)
        case Unregistered():
            LOGGER.warning(
                "%r lost its session at %s: %s; another follows in %.1f s",
                name,
                event.broker,
                event.loss,
                event.retry_in,
            )
        case Abandoned():
            LOGGER.warning("%r: nobody waits for a handler any more: %s", name, event.loss)
        case Job():
            pass


LOGGER: Final = logging.getLogger("zmq4.majordomo")

current: Final[ContextVar[Assignment | None]] = ContextVar("zmq4.majordomo.job", default=None)
"""The job that the calling handler works on."""

_EMPTY: Final = (b"",)
