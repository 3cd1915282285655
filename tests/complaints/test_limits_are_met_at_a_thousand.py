"""There is a largest number of sockets, and each takes descriptors though it does nothing.

vllm#7394: MAX_SOCKETS is 1023; "Too many open files".
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import zmq4
import zmq4.asyncio
from faces.patience import eventually
from fixtures.leaks import possessions
from hostile.attack import many_descriptors

MANY = 5000
KINDS = ["Push", "Pull", "Pair", "Dealer", "Router", "Req", "Rep", "Pub", "Sub", "XPub", "XSub"]


class Taken:
    """What this process has opened and begun since; what others give back meanwhile counts for nothing."""

    def __init__(self) -> None:
        self._before = possessions()

    def __call__(self) -> tuple[int, int]:
        """Count the new descriptors and the new threads."""
        new = possessions() - self._before
        threads = sum(each.startswith("thread ") for each in new)
        return len(new) - threads, threads


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    """Close what is entered here, without waiting for anything."""
    with ExitStack() as opened:
        yield opened


@pytest.mark.parametrize("face", [zmq4, zmq4.asyncio], ids=lambda face: face.__name__)
def test_idle_sockets_take_no_descriptor_and_no_thread(sockets: ExitStack, face: object) -> None:
    taken = Taken()

    for number in range(MANY):
        socket = getattr(face, KINDS[number % len(KINDS)])()
        sockets.callback(socket.close)

    assert taken() == (0, 0)


def test_thousands_of_sockets_talk_without_a_descriptor(
    sockets: ExitStack, inproc_endpoint: str
) -> None:
    with zmq4.Context() as context:
        taken = Taken()
        pulls = [
            sockets.enter_context(zmq4.Pull(bind=f"{inproc_endpoint}/{number}", context=context))
            for number in range(MANY // 2)
        ]
        pushes = [
            sockets.enter_context(zmq4.Push(connect=pull.endpoint, context=context))
            for pull in pulls
        ]

        for number, push in enumerate(pushes):
            push.send(b"%d" % number)
        assert [int(pull.recv(timeout=0).content) for pull in pulls] == [*range(MANY // 2)]

        assert taken()[0] == 0
        sockets.close()


def test_connection_takes_one_descriptor_at_each_end_and_no_thread(
    sockets: ExitStack, deadline: float
) -> None:
    count = 1500
    with many_descriptors():
        pull = sockets.enter_context(zmq4.Pull(bind="tcp://127.0.0.1:0", backlog=4096))
        first = sockets.enter_context(zmq4.Push(connect=pull.endpoint))
        first.endpoint.ready(deadline)  # by then the listener has what it takes
        eventually(pull.peers)
        taken = Taken()
        pushes = [sockets.enter_context(zmq4.Push(connect=pull.endpoint)) for _ in range(count)]
        for push in pushes:
            push.endpoint.ready(deadline)
        eventually(lambda: len(pull.peers()) == count + 1)

        assert taken() == (2 * count, 0)
        for number, push in enumerate(pushes):
            push.send(b"%d" % number)
        arrived = sorted(int(pull.recv(timeout=deadline).content) for _ in range(count))
        assert arrived == [*range(count)]
        sockets.close()


async def test_thousands_of_sockets_that_wait_share_one_descriptor(
    sockets: ExitStack, inproc_endpoint: str
) -> None:
    async with zmq4.asyncio.Pull(bind=f"{inproc_endpoint}/first") as first:
        waiting = [asyncio.create_task(first.recv())]
        await asyncio.sleep(0)
        taken = Taken()
        for number in range(MANY // 5):
            pull = zmq4.asyncio.Pull(bind=f"{inproc_endpoint}/{number}")
            sockets.callback(pull.close)
            waiting.append(asyncio.create_task(pull.recv()))
        await asyncio.sleep(0)

        assert taken() == (0, 0)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
