"""Where sockets of ours meet scripted peers."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from wire.scripted import Meet, OurSocket, ScriptedListener, ScriptedPeer, call


@pytest.fixture
def listener() -> Iterator[ScriptedListener]:
    """Listen where a socket of ours is to connect to."""
    with closing(ScriptedListener.open()) as opened:
        yield opened


@pytest.fixture
def visit() -> Iterator[Meet]:
    """Bind a socket of ours, unless it is, and connect a scripted peer to it."""
    with ExitStack() as stack:

        def meet(ours: OurSocket) -> ScriptedPeer:
            place = ours.endpoint if ours.endpoints else ours.bind("tcp://127.0.0.1:0")
            return stack.enter_context(closing(call(place.port)))

        yield meet


@pytest.fixture
def await_visit(listener: ScriptedListener) -> Meet:
    """Connect a socket of ours, unless it is, to a scripted peer that listens."""

    def meet(ours: OurSocket) -> ScriptedPeer:
        if not ours.endpoints:
            ours.connect(listener.address)
        return listener.accept()

    return meet


@pytest.fixture(params=["visit", "await_visit"], ids=["we_bind", "we_connect"])
def meet(request: pytest.FixtureRequest) -> Meet:
    """Let a socket of ours and a scripted peer meet, once in either role: tests run twice."""
    opened: Meet = request.getfixturevalue(request.param)
    return opened
