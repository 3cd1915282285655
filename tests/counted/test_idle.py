"""What waits takes no turns of the processor: not one, however long it waits."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import zmq4
from faces.crew import Crew, Worker, crew
from faces.patience import eventually

__all__ = ["crew"]

Between = tuple[zmq4.Pair, zmq4.Proxy, zmq4.Pair]


def turns(worker: Worker[Any]) -> int:
    """Count how often a thread has gone to sleep, or was put aside."""
    status = Path(f"/proc/self/task/{worker.thread.native_id}/status").read_text()
    counts = [line.split()[1] for line in status.splitlines() if "ctxt_switches" in line]
    assert len(counts) == 2
    return sum(map(int, counts))


def expect_no_turns(worker: Worker[Any], seconds: float) -> None:
    """Look twice, some time apart: nothing tells that nothing happens but time."""
    worker.asleep()
    before = turns(worker)
    time.sleep(seconds)
    assert turns(worker) == before


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Close at the end whatever a test opens."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def between(inproc_endpoint: str, opened: ExitStack) -> Between:
    """Give a proxy, and the peers of its two sockets."""
    front = opened.enter_context(zmq4.Pair(bind=f"{inproc_endpoint}-front"))
    back = opened.enter_context(zmq4.Pair(bind=f"{inproc_endpoint}-back"))
    one = opened.enter_context(zmq4.Pair(connect=front.endpoint))
    other = opened.enter_context(zmq4.Pair(connect=back.endpoint))
    return one, zmq4.Proxy(front, back), other


def test_turn_would_be_counted(inproc_endpoint: str, crew: Crew, time_unit: float) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        receiving = crew.start(lambda: [pull.recv() for _ in range(4)]).asleep()
        before = turns(receiving)
        for _ in range(3):
            push.send(b"x")
            time.sleep(time_unit)
            receiving.asleep()

        assert turns(receiving) >= before + 3
        push.send(b"last")


def test_idle_poller_takes_no_turns(
    inproc_endpoint: str, crew: Crew, opened: ExitStack, time_unit: float
) -> None:
    pull = opened.enter_context(zmq4.Pull(bind=inproc_endpoint))
    full = opened.enter_context(zmq4.Push())
    sub = opened.enter_context(zmq4.Sub(bind=f"{inproc_endpoint}-sub"))
    poller: zmq4.Poller = zmq4.Poller()
    poller.register(pull)
    poller.register(full, zmq4.PollEvent.OUT)
    poller.register(sub)

    waiting = crew.start(poller.poll)
    expect_no_turns(waiting, 3 * time_unit)

    sub.close()
    assert waiting.result()


def test_idle_proxy_takes_no_turns(between: Between, crew: Crew, time_unit: float) -> None:
    one, proxy, other = between
    running = crew.start(proxy.run)
    one.send(b"x")
    assert other.recv()

    expect_no_turns(running, 3 * time_unit)

    proxy.stop()
    running.result()


def test_paused_proxy_takes_no_turns_whatever_comes(
    between: Between, crew: Crew, time_unit: float
) -> None:
    one, proxy, other = between
    running = crew.start(proxy.run)
    proxy.pause()
    running.asleep()
    before = turns(running)
    for _ in range(500):
        for end in (one, other):
            end.send(b"x")

    expect_no_turns(running, 3 * time_unit)
    # What had begun before the pause was noticed may have ended since.
    assert turns(running) - before <= 2

    proxy.stop()
    running.result()


def test_proxy_that_is_held_up_takes_no_turns(
    between: Between, crew: Crew, time_unit: float
) -> None:
    one, proxy, _ = between
    running = crew.start(proxy.run)
    while one.try_send(b"x"):
        continue
    eventually(lambda: not one.try_send(b"x"))

    expect_no_turns(running, 3 * time_unit)

    proxy.stop()
    running.result()


def test_descriptor_that_nobody_watches_costs_no_turns(
    inproc_endpoint: str, crew: Crew, time_unit: float
) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        pull.fileno()
        waiting = crew.start(pull.recv)

        expect_no_turns(waiting, time_unit)

        push.send(b"x")
        assert waiting.result()
