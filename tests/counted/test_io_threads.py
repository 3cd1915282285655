"""The core's I/O threads never enter the interpreter, and never wait for it."""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

import zmq4
from counted.rival import rival
from counted.thread_states import ForeignThread, io_threads, thread_states

COUNT = 20_000
BODIES = [b"sixteen octets..", bytes(8192), bytes(100_000)]
"""Bodies that are copied, and one that the I/O thread sends from the object as it is."""


class Log(logging.Handler):
    """Notes when the core tells of a connection."""

    def __init__(self) -> None:
        """Begin without a record."""
        super().__init__()
        self.tells_of_a_connection = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a record."""
        if "connected" in record.getMessage():
            self.tells_of_a_connection.set()


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    """Let everything that the core has to say be logged."""
    logger, handler = logging.getLogger("zmq4"), Log()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


@pytest.fixture(params=["tcp", "ipc"])
def address(request: pytest.FixtureRequest) -> str:
    """Name an address to bind that needs an I/O thread."""
    named: str = request.getfixturevalue(f"{request.param}_endpoint")
    return named


def connect_and_flood(push: zmq4.Push, pull: zmq4.Pull, deadline: float) -> None:
    """Connect, send, and see everything arrive; nothing that is called here lets go."""
    push.connect(pull.endpoint)
    for body in BODIES:
        assert push.try_send(body)
    for _ in range(COUNT):
        push.send(BODIES[0])
    give_up = time.monotonic() + deadline
    while pull.stats().unread < len(BODIES) + COUNT:
        assert time.monotonic() < give_up, "nothing moves while the interpreter is held"


def test_connecting_and_messages_go_on_while_the_interpreter_is_held(
    address: str, deadline: float
) -> None:
    with zmq4.Pull(bind=address, recv_hwm=0) as pull, zmq4.Push(send_hwm=0) as push:
        with rival() as other:
            before = other.turns
            connect_and_flood(push, pull, deadline)
            after = other.turns

        assert after == before


def test_foreign_thread_that_wants_to_enter_would_be_noticed(deadline: float) -> None:
    with closing(ForeignThread()) as foreign, rival() as other:
        turns, before = other.turns, thread_states()
        foreign.start()
        give_up = time.monotonic() + deadline
        while not thread_states() - before:
            assert time.monotonic() < give_up

        assert (len(thread_states() - before), other.turns) == (1, turns)


def test_no_thread_waits_to_enter_during_a_flood(address: str, deadline: float, log: Log) -> None:
    with zmq4.Pull(bind=address, recv_hwm=0) as pull, zmq4.Push(send_hwm=0) as push:
        with rival():
            before = thread_states()
            connect_and_flood(push, pull, deadline)
            after = thread_states()

        assert after == before
    assert log.tells_of_a_connection.wait(deadline)


def test_io_threads_have_no_thread_state(address: str, deadline: float) -> None:
    with zmq4.Pull(bind=address, recv_hwm=0) as pull, zmq4.Push(send_hwm=0) as push:
        connect_and_flood(push, pull, deadline)

        known = threading.enumerate()

        assert io_threads()
        assert io_threads().isdisjoint(thread.native_id for thread in known)
        assert len(thread_states()) == len(known)
        assert set(sys._current_frames()) <= {thread.ident for thread in known}
