"""What the tests of all rules stand on."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from faces.crew import crew
from faces.ground import io_thread
from faces.silence import refusing_endpoint

__all__ = ["crew", "io_thread", "refusing_endpoint"]

_numbers = itertools.count(1)


@pytest.fixture(params=["tcp", "ipc", "inproc"])
def new_endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Give a source of addresses to bind, once for each transport: the test runs three times."""

    def make() -> str:
        match request.param:
            case "tcp":
                return "tcp://127.0.0.1:0"
            case "ipc":
                return f"ipc://{tmp_path}/{next(_numbers)}"
            case _:
                return f"inproc://conformance-{next(_numbers)}"

    return make


@pytest.fixture(params=["tcp", "ipc"])
def wired_endpoint(request: pytest.FixtureRequest) -> str:
    """Name an address to bind whose connections can be lost and made again: the test runs twice."""
    address: str = request.getfixturevalue(f"{request.param}_endpoint")
    return address
