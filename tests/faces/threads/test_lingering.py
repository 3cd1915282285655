"""What becomes of unsent messages when a socket closes: linger and drain."""

import math
import time

import pytest

import zmq4
from faces.crew import Crew

NUMBERS = [b"%d" % number for number in range(500)]


@pytest.mark.parametrize("linger", [10, math.inf, None])
def test_what_was_sent_before_a_close_arrives(
    endpoint: str, deadline: float, linger: float | None
) -> None:
    with zmq4.Pull(bind=endpoint) as pull:
        with zmq4.Push(connect=pull.endpoint, linger=linger) as push:
            push.send_many(NUMBERS)

        assert [pull.recv(timeout=deadline).content for _ in NUMBERS] == NUMBERS


def test_lingering_goes_on_connecting(ipc_endpoint: str, deadline: float) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(connect=ipc_endpoint, linger=10, reconnect=backoff) as push:
        push.send(b"left behind")

    with zmq4.Pull(bind=ipc_endpoint) as pull:
        assert pull.recv(timeout=deadline).content == b"left behind"


def test_close_never_waits(ipc_endpoint: str, deadline: float) -> None:
    push = zmq4.Push(connect=ipc_endpoint, reconnect=zmq4.Backoff(0.01, max=0.01))
    push.send(b"x")
    before = time.monotonic()

    push.close(linger=math.inf)

    assert time.monotonic() - before < 1
    with zmq4.Pull(bind=ipc_endpoint) as pull:
        pull.recv(timeout=deadline)


@pytest.mark.parametrize("how", ["option", "argument"])
def test_no_linger_drops_at_once(refusing_endpoint: str, how: str) -> None:
    with zmq4.Context() as context:
        push = zmq4.Push(connect=refusing_endpoint, context=context)
        push.send(b"x")
        if how == "option":
            push.linger = 0
            push.close()
        else:
            push.close(linger=0)

        context.term(timeout=5)  # a Timeout if anything lingered


def test_linger_ends_after_its_time(refusing_endpoint: str) -> None:
    with zmq4.Context() as context:
        push = zmq4.Push(connect=refusing_endpoint, context=context, linger=0.1)
        push.send(b"x")
        push.close()

        with pytest.raises(zmq4.Timeout, match="still"):
            context.term(timeout=0)
        before = time.monotonic()
        context.term(timeout=10)
        assert time.monotonic() - before < 5


def test_linger_of_the_call_goes_before_that_of_the_socket(refusing_endpoint: str) -> None:
    with zmq4.Context() as context:
        push = zmq4.Push(connect=refusing_endpoint, context=context, linger=None)
        push.send(b"x")
        push.close(linger=0.01)

        context.term(timeout=10)


def test_with_closes_with_a_linger_of_one_second() -> None:
    with zmq4.Push() as push:
        assert push.linger == 1.0


@pytest.mark.parametrize("linger", [-1, math.nan, -math.inf])
def test_what_is_no_time_is_refused_and_closes_nothing(linger: float) -> None:
    with zmq4.Push() as push:
        with pytest.raises(ValueError, match="seconds"):
            push.close(linger=linger)
        assert not push.closed


def test_close_twice_is_close_once(inproc_endpoint: str) -> None:
    push = zmq4.Push(bind=inproc_endpoint)
    for _ in range(3):
        push.close()
    assert push.closed


def test_drain_returns_when_the_kernel_has_everything(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        reading = crew.start(lambda: [pull.recv(timeout=deadline) for _ in range(900)])
        push.send_many([b"x" * 1000] * 900)

        push.drain(deadline)

        push.close(linger=0)  # nothing is left that could be lost
        assert len(reading.result()) == 900


def test_drain_of_nothing_returns_at_once() -> None:
    with zmq4.Push() as push:
        push.drain()
        push.bind("tcp://127.0.0.1:0")
        push.drain(timeout=0)


def test_drain_in_vain_tells_how_much_is_left(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, linger=0) as push:
        push.send_many([b"x"] * 7)

        with pytest.raises(zmq4.Timeout, match=r"Push.*7 messages were not sent"):
            push.drain(timeout=0.01)

        assert push.stats().queued == 7


def test_drain_waits_for_the_connection(ipc_endpoint: str, crew: Crew) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(connect=ipc_endpoint, reconnect=backoff) as push:
        push.send(b"x")
        draining = crew.start(push.drain).asleep()

        with zmq4.Pull(bind=ipc_endpoint):
            draining.result()


def test_drain_ends_when_the_socket_is_closed(refusing_endpoint: str, crew: Crew) -> None:
    push = zmq4.Push(connect=refusing_endpoint, linger=0)
    push.send(b"x")
    draining = crew.start(push.drain).asleep()

    push.close()

    assert isinstance(draining.error(), zmq4.Closed)
