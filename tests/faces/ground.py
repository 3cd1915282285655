"""What is there before the first test, so that no test is blamed for it."""

import pytest

import zmq4
from fixtures.clock import DEADLINE
from fixtures.leaks import settle


@pytest.fixture(scope="session", autouse=True)
def io_thread() -> None:
    """Let the implicit context start its I/O thread, which it keeps for good."""
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send(b"the thread runs, and has its name")
        pull.recv(timeout=DEADLINE)
    settle()
