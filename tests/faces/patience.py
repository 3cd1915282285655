"""Waiting in tests for what tells nobody when it happens."""

import time
from collections.abc import Callable

from fixtures.clock import DEADLINE


def eventually(claim: Callable[[], object], within: float = DEADLINE) -> None:
    """Return as soon as ``claim()`` is true.

    Raises:
        AssertionError: It was not true ``within`` so many seconds.
    """
    give_up = time.monotonic() + within
    while not claim():
        assert time.monotonic() < give_up, f"not true within {within} seconds"
        time.sleep(0.0005)  # whatever is waited for here has no bell to ring
