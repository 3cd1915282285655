"""The two sides of a publisher and its subscribers, who want everything, or one of many topics."""

from __future__ import annotations

from itertools import cycle, islice, repeat
from time import perf_counter
from typing import TYPE_CHECKING

from scenarios import Shape
from side import END, HELLO, Timing, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack

    from candidate import Candidate
    from scenarios import Scenario


class Publisher:
    """A publisher that binds and floods; see :class:`side.Side`."""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the socket; ``stack`` closes it."""
        pub = candidate.bind_pub(stack, address)
        self.endpoint = pub.endpoint
        self._send = pub.send
        self._await_subscriptions = pub.await_subscriptions
        self._subscriptions = len(MARKS) + len(_topics(scenario))
        if scenario.shape is Shape.FAN_OUT:
            self._subscriptions = scenario.peers
        self._bodies = _bodies(scenario)

    def greet(self) -> None:
        """Wait until all subscriptions are there, and send a greeting."""
        self._await_subscriptions(self._subscriptions)
        self._send(HELLO)

    def lap(self, count: int, *, verified: bool) -> Timing:  # noqa: ARG002  the receiver verifies
        """Publish ``count`` messages and the end mark."""
        send = self._send
        start = perf_counter()
        for body in islice(cycle(self._bodies), count):
            send(body)
        seconds = perf_counter() - start
        send(END)
        return Timing(seconds)


class Subscribers:
    """SUB sockets that connect and drain, in turn; see :class:`side.Side`."""

    endpoint = ""

    def __init__(
        self, candidate: Candidate, scenario: Scenario, address: str, stack: ExitStack
    ) -> None:
        """Open the sockets; ``stack`` closes them."""
        if scenario.shape is Shape.FAN_OUT:
            wants: list[Sequence[bytes]] = [[b""]] * scenario.peers
        else:
            wants = [[*MARKS, *_topics(scenario)]]
        self._recvs = [candidate.connect_sub(stack, address, topics).recv for topics in wants]
        self._bodies = _bodies(scenario)

    def greet(self) -> None:
        """Receive the greeting on every socket."""
        for recv in self._recvs:
            expect(HELLO, recv())

    def lap(self, count: int, *, verified: bool) -> Timing:
        """Receive ``count`` messages and the end mark on every socket."""
        drain = self._drain_verified if verified else _drain
        start = perf_counter()
        at = 0
        while at < count:
            # In turn, as a program would that serves them all.
            step = min(IN_TURN, count - at)
            for recv in self._recvs:
                drain(recv, at, step)
            at += step
        seconds = perf_counter() - start
        for recv in self._recvs:
            expect(END, recv())
        return Timing(seconds)

    def _drain_verified(self, recv: Callable[[], bytes], at: int, step: int) -> None:
        for body in islice(cycle(self._bodies), at, at + step):
            expect(body, recv())


def _drain(recv: Callable[[], bytes], at: int, step: int) -> None:  # noqa: ARG001  as the verified one
    for _ in repeat(None, step):
        recv()


def _topics(scenario: Scenario) -> list[bytes]:
    """The topics of ``Shape.TOPICS``, none of which is the beginning of another."""
    if scenario.shape is Shape.FAN_OUT:
        return []
    return [b"%0*d" % (scenario.size, number) for number in range(scenario.peers)]


def _bodies(scenario: Scenario) -> list[bytes]:
    """What is published, in turn: the body, or messages to topics from all over the range."""
    if scenario.shape is Shape.FAN_OUT:
        return [scenario.body]
    topics = _topics(scenario)
    return [topics[number * PRIME % len(topics)] for number in range(min(len(topics), 4096))]


MARKS = (HELLO, END)
IN_TURN = 100
PRIME = 7919
