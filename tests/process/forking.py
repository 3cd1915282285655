"""For snippets that fork: run something in a child of the child, and see how it ended.

Put in front of a snippet by the fixture `run_forking`; it runs where the tests cannot be imported.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

PATIENCE = 10.0
"""Seconds that a forked process may take; more is a hang."""


def in_fork(work: Callable[[], object]) -> None:
    """Fork, do ``work`` in the child, and see that it neither failed nor hung."""
    pid = os.fork()
    if pid == 0:
        _end_with(work)
    assert wait_for(pid) == 0, "the forked process failed"


def _end_with(work: Callable[[], object]) -> NoReturn:
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # whatever it is, this process must not run on in its parent's place
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds.

    Raises:
        AssertionError: It does not come to hold.
    """
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.001)


def wait_for(pid: int) -> int:
    """Wait until process ``pid`` ends and return its exit status, negative for a signal.

    Raises:
        AssertionError: It hangs; it is killed.
    """
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)  # a wait with a deadline would need a signal
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("the forked process hangs")
