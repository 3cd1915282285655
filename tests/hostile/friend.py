"""The honest peer of a victim, whose traffic must go on whatever others do."""

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Final, Protocol, Self

import zmq4
from fixtures.clock import TIME_UNIT

PATIENCE: Final = 50 * TIME_UNIT
"""Seconds that one honest message may take; more is no service."""

_tokens = itertools.count(1)

Socket = Any
"""A socket of whatever type talks to the victim's."""


class Served(Protocol):
    """What a friend asks of its victim."""

    @property
    def kind(self) -> str:
        """The class of its socket."""
        ...

    @property
    def port(self) -> int:
        """Where it is bound."""
        ...

    def order(self, **order: object) -> Any:  # noqa: ANN401 (what JSON holds is known to the order)
        """Have it do something, and return its answer."""
        ...


class Friend:
    """An honest peer of a victim, over an honest socket."""

    def __init__(self, victim: Served, context: zmq4.Context) -> None:
        """Connect, and have the peer that the victim's type talks to."""
        self._victim = victim
        self._ends = ExitStack()
        kind, options, self._exchanges = DIALOGUES[victim.kind]
        self._socket = getattr(zmq4, kind)(
            connect=f"tcp://127.0.0.1:{victim.port}", context=context, linger=0, **options
        )
        self._ends.callback(self._socket.close)
        self._socket.endpoint.ready(PATIENCE)
        if isinstance(self._socket, zmq4.Rep):
            thread = threading.Thread(target=self._answer)
            thread.start()
            self._ends.callback(thread.join)
            self._ends.callback(self._socket.close)

    def is_served(self) -> None:
        """Exchange a message in each direction that the types allow."""
        token = f"honest {next(_tokens)}"
        for exchange in self._exchanges:
            exchange(self._victim, self._socket, token)

    def _answer(self) -> None:
        """Answer every request with what it says, until the socket is closed."""
        for request in self._socket:
            request.reply(*request)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ends.close()


Exchange = Callable[[Served, Socket, str], None]


def tells(victim: Served, friend: Socket, token: str) -> None:
    """The friend sends, and the victim receives it."""
    friend.send(token, timeout=PATIENCE)
    assert victim.order(do="receive", text=token, timeout=PATIENCE)


def publishes(victim: Served, friend: Socket, token: str) -> None:
    """The friend publishes to the victim, which has subscribed."""
    friend.wait_for_subscribers(1, token, PATIENCE)
    tells(victim, friend, token)


def hears(victim: Served, friend: Socket, token: str) -> None:
    """The victim sends until the friend receives it: strangers may get some in their turn."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        assert victim.order(do="send", text=token, timeout=PATIENCE)
        with suppress(zmq4.Timeout):
            while friend.recv(timeout=PATIENCE / 10).text != token:
                pass  # one of the tokens before, which came after all
            return
    raise AssertionError(f"{token} did not come")


def is_answered(victim: Served, friend: Socket, token: str) -> None:
    """The friend sends, and the victim answers with the same."""
    friend.send(token, timeout=PATIENCE)
    assert victim.order(do="echo", text=token, timeout=PATIENCE)
    assert friend.recv(timeout=PATIENCE).text == token


def is_asked(victim: Served, _friend: Socket, token: str) -> None:
    """The victim asks until the friend answers: a stranger may be asked before."""
    assert victim.order(do="ask", text=token, timeout=PATIENCE / 10, retries=9)


DIALOGUES: Final[dict[str, tuple[str, dict[str, object], tuple[Exchange, ...]]]] = {
    "Pull": ("Push", {}, (tells,)),
    "Push": ("Pull", {}, (hears,)),
    "Pair": ("Pair", {}, (tells, hears)),
    "Dealer": ("Dealer", {}, (tells, hears)),
    "Router": ("Dealer", {}, (is_answered,)),
    "Rep": ("Req", {}, (is_answered,)),
    "Req": ("Rep", {}, (is_asked,)),
    "Pub": ("Sub", {"topics": "honest"}, (hears,)),
    "XPub": ("Sub", {"topics": "honest"}, (hears,)),
    "Sub": ("Pub", {}, (publishes,)),
    "XSub": ("Pub", {}, (publishes,)),
}
"""For the class of a victim's socket: its friend's, with options, and what they exchange."""
