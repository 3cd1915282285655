"""Pairs of sockets for the tests of the threads face."""

from collections.abc import Iterator

import pytest

import zmq4


@pytest.fixture
def pipeline(inproc_endpoint: str) -> Iterator[tuple[zmq4.Push, zmq4.Pull]]:
    """Give a Push and the Pull it sends to, over inproc: what is sent is there at once."""
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        yield push, pull


@pytest.fixture
def line(endpoint: str, deadline: float) -> Iterator[tuple[zmq4.Push, zmq4.Pull]]:
    """Give a Push and a Pull that are connected, once for each transport."""
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)
        yield push, pull
