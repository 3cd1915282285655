"""Waiting for an endpoint to change: its state, its peers, its last failure."""

import select
import time
from collections.abc import Callable

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4._native import LoopSignal


def wait_until(condition: Callable[[], object], endpoint: zmq4.Endpoint) -> None:
    """Wait until ``condition`` holds; it is looked at again whenever ``endpoint`` changes."""
    give_up = time.monotonic() + DEADLINE
    signal = LoopSignal()
    while not condition():
        kept = endpoint._handle.watch(signal, 0)
        if condition():
            return
        readable, _, _ = select.select([signal], [], [], max(0, give_up - time.monotonic()))
        if not readable:
            pytest.fail(
                f"{endpoint!r} did not change in time; its last failure: {endpoint.failure}"
            )
        signal.take()
        del kept  # the watch ends when it is dropped


def failure_of(endpoint: zmq4.Endpoint) -> str:
    """Wait until a connection of ``endpoint`` has failed, and return why."""
    wait_until(lambda: endpoint.failure, endpoint)
    return endpoint.failure or ""
