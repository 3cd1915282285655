"""Calls that do not wait keep hold of the interpreter from beginning to end."""

import ctypes
import time
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from itertools import repeat

import pytest

import zmq4
import zmq4.asyncio
from counted.rival import rival

COUNT = 100_000
BODY = b"sixteen octets.."


def wait_for_arrival(pull: zmq4.Pull | zmq4.asyncio.Pull, count: int, deadline: float) -> None:
    """Wait until so many messages are there to be received: nothing tells of that but looking."""
    give_up = time.monotonic() + deadline
    while pull.stats().unread < count:
        assert time.monotonic() < give_up
        time.sleep(0.001)


def test_calls_that_detach_let_the_rival_run() -> None:
    """The control: however short a detachment, in so many of them the rival has its turn."""
    detach = ctypes.CDLL(None).getppid  # ctypes lets go of the interpreter around the call

    with rival() as other:
        before = other.turns
        for _ in repeat(None, COUNT):
            detach()
        after = other.turns

    assert after > before


def test_receive_that_waits_lets_the_rival_run(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull, rival() as other:
        before = other.turns
        with pytest.raises(zmq4.Timeout):
            pull.recv(timeout=0.01)
        after = other.turns

    assert after > before


def send(push: zmq4.Push) -> None:
    call = push.send
    for _ in repeat(None, COUNT):
        call(BODY)


def try_send(push: zmq4.Push) -> None:
    call = push.try_send
    for _ in repeat(None, COUNT):
        call(BODY)


def send_frames(push: zmq4.Push) -> None:
    call = push.send
    for _ in repeat(None, COUNT):
        call(BODY, b"", "text", timeout=1)


def send_many(push: zmq4.Push) -> None:
    push.send_many([BODY] * COUNT)


@pytest.mark.parametrize("flood", [send, try_send, send_frames, send_many])
def test_sends_that_do_not_wait_do_not_let_the_rival_run(
    endpoint: str, deadline: float, flood: Callable[[zmq4.Push], None]
) -> None:
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=0) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=0, linger=0) as push,
    ):
        push.endpoint.ready(timeout=deadline)

        with rival() as other:
            before = other.turns
            flood(push)
            after = other.turns

        assert after == before


def recv_bytes(pull: zmq4.Pull) -> None:
    call = pull.recv_bytes
    for _ in repeat(None, COUNT):
        call()


def recv(pull: zmq4.Pull) -> None:
    call = pull.recv
    for _ in repeat(None, COUNT):
        call(timeout=1)


def try_recv(pull: zmq4.Pull) -> None:
    call = pull.try_recv
    for _ in repeat(None, COUNT):
        call()


def recv_into(pull: zmq4.Pull) -> None:
    call = pull.recv_into
    buffer = bytearray(len(BODY))
    for _ in repeat(None, COUNT):
        call(buffer)


def recv_many(pull: zmq4.Pull) -> None:
    left = COUNT
    while left:
        left -= len(pull.recv_many(max=left))


@pytest.mark.parametrize("drain", [recv_bytes, recv, try_recv, recv_into, recv_many])
def test_receives_that_do_not_wait_do_not_let_the_rival_run(
    endpoint: str, deadline: float, drain: Callable[[zmq4.Pull], None]
) -> None:
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=0) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=0) as push,
    ):
        push.send_many([BODY] * COUNT)
        wait_for_arrival(pull, COUNT, deadline)

        with rival() as other:
            before = other.turns
            drain(pull)
            after = other.turns

        assert after == before
        assert pull.stats().received == COUNT


@pytest.mark.parametrize("size", [0, 16, 255, 256, 8192, 65535])
def test_size_of_a_message_does_not_change_that(endpoint: str, deadline: float, size: int) -> None:
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=0) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=0) as push,
    ):
        push.endpoint.ready(timeout=deadline)
        body = bytes(size)
        with rival() as other:
            before = other.turns
            for _ in range(100):
                push.send(body)
            after_sends = other.turns
        wait_for_arrival(pull, 100, deadline)
        with rival() as another:
            before_receives = another.turns
            for _ in range(100):
                pull.recv_bytes()
            after_receives = another.turns

    assert (after_sends, after_receives) == (before, before_receives)


def drive(operation: Coroutine[object, None, object]) -> None:
    """Do what a loop does with an operation that need not wait, but without its turn to poll."""
    with suppress(StopIteration):
        operation.send(None)
        operation.send(None)  # once in a while the first step only gives the loop its turn


def test_awaited_sends_that_do_not_wait_do_not_let_the_rival_run(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=0) as pull,
        closing(zmq4.asyncio.Push(connect=str(pull.endpoint), send_hwm=0)) as push,
    ):
        pull.endpoint.ready(timeout=deadline)

        with rival() as other:
            before = other.turns
            for _ in repeat(None, COUNT):
                drive(push.send(BODY))
            after = other.turns

        assert (after, push.stats().sent) == (before, COUNT)


def test_awaited_receives_that_do_not_wait_do_not_let_the_rival_run(
    endpoint: str, deadline: float
) -> None:
    with (
        closing(zmq4.asyncio.Pull(bind=endpoint, recv_hwm=0)) as pull,
        zmq4.Push(connect=str(pull.endpoint), send_hwm=0) as push,
    ):
        push.send_many([BODY] * COUNT)
        wait_for_arrival(pull, COUNT, deadline)

        with rival() as other:
            before = other.turns
            for _ in repeat(None, COUNT):
                drive(pull.recv_bytes())
            after = other.turns

        assert (after, pull.stats().received) == (before, COUNT)
