"""One that does not keep up: it costs its publisher a bounded memory, and the others nothing."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice

import pytest

import zmq4
import zmq4.asyncio
from hostile import wire
from hostile.attack import connect
from hostile.gauge import MIB
from hostile.victim import Victim

OTHERS = 49
BODY = 1024
MARK = 1000
SEGMENT = MIB // 4
"""A queue in use holds its memory in pieces of this size: two, if it is emptied as fast as filled."""
TOTAL = 4000
BATCH = 200
"""Messages that are sent before the others have to catch up: less than the mark."""

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_subscriber_that_reads_nothing_costs_its_mark_and_the_others_nothing(
    besiege: Besiege, figures: Figures, deadline: float, kind: str
) -> None:
    victim = besiege(kind, send_hwm=MARK, kernel_send_buffer=16 * 1024)
    with ExitStack() as ends:
        slow = ends.enter_context(connect(victim.port))
        slow.sendall(wire.GREETING + wire.ready("SUB") + wire.subscribe(b""))
        address = f"tcp://127.0.0.1:{victim.port}"
        others = [ends.enter_context(zmq4.Sub(connect=address, topics="")) for _ in range(OTHERS)]
        victim.order(do="wait-for-subscribers", count=OTHERS + 1, timeout=deadline)
        before = victim.usage

        for first in range(0, TOTAL, BATCH):
            victim.order(do="publish", first=first, count=BATCH, octets=BODY)
            for other in others:
                got = [int(other.recv(timeout=deadline)[0]) for _ in range(BATCH)]
                assert got == [*range(first, first + BATCH)]
        after, dropped = victim.usage, victim.order(do="stats")["dropped"]
        numbers = heads(slow)
        kept = [*islice(numbers, TOTAL - dropped)]
        victim.order(do="publish", first=TOTAL, count=1, octets=0)

        assert next(numbers) == TOTAL  # nothing more came before: what was dropped was counted

    grown = after.peak_resident - before.resident
    figures(of=TOTAL, dropped=dropped, resident_mib=round(grown / MIB, 2))
    assert dropped > 0
    assert kept == sorted(set(kept))
    assert grown < MARK * BODY * 1.25 + (OTHERS + 1) * 2 * SEGMENT


async def test_subscriber_of_a_loop_that_sleeps_misses_what_is_counted(
    tcp_endpoint: str, deadline: float
) -> None:
    async with (
        zmq4.asyncio.Pub(bind=tcp_endpoint, send_hwm=100, kernel_send_buffer=16 * 1024) as pub,
        zmq4.asyncio.Sub(connect=pub.endpoint, topics="", recv_hwm=100) as slow,
        zmq4.asyncio.Sub(connect=pub.endpoint, topics="") as other,
    ):
        await pub.wait_for_subscribers(2, timeout=deadline)
        for first in range(0, 2000, 50):
            await pub.send_many([(b"%d" % n, bytes(BODY)) for n in range(first, first + 50)])
            for number in range(first, first + 50):
                assert int((await other.recv(timeout=deadline))[0]) == number
        dropped = pub.stats().dropped
        kept = [int((await slow.recv(timeout=deadline))[0]) for _ in range(2000 - dropped)]
        await pub.send(b"2000")

        assert int((await slow.recv(timeout=deadline))[0]) == 2000

    assert dropped > 0
    assert kept == sorted(set(kept))


def heads(raw: socket.socket) -> Iterator[int]:
    """Read messages from the wire, and yield the number that each begins with."""
    with raw.makefile("rb") as stream:
        stream.read(len(wire.GREETING))
        is_first = True
        while flags := stream.read(1):
            size = 8 if flags[0] & wire.LONG else 1
            body = stream.read(int.from_bytes(stream.read(size), "big"))
            if not flags[0] & wire.COMMAND:
                if is_first:
                    yield int(body)
                is_first = not flags[0] & wire.MORE
