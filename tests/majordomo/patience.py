"""Waiting for what nobody tells of."""

import time
from collections.abc import Callable

from fixtures.clock import DEADLINE


def wait_until(is_so: Callable[[], bool], within: float = DEADLINE) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.005)  # what a broker's peers see of it comes later than what it counts
