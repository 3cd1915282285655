"""Fixtures of the process tests: snippets that fork, and how a process came to its end."""

import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from fixtures.children import Children
from fixtures.clock import DEADLINE

FORKING: Final = Path(__file__).with_name("forking.py").read_text()


@pytest.fixture
def run_forking(children: Children) -> Callable[..., str]:
    """Run a snippet as `children.run` does, with the names of `forking.py` at hand."""

    def run(snippet: str, *arguments: str, deadline: float = 3 * DEADLINE) -> str:
        source = FORKING + "import threading, zmq4\n" + textwrap.dedent(snippet)
        return children.run(source, *arguments, deadline=deadline)

    return run


@dataclass(frozen=True, slots=True)
class End:
    """How a process came to its end."""

    status: int
    output: str
    errors: str
    seconds: float
    """From its line `end` on standard output, or from its start if it has none, to its end."""


@pytest.fixture
def end_of(children: Children) -> Callable[..., End]:
    """Run a snippet, and tell how and how long after its line `end` it ended."""

    def run(
        snippet: str, *arguments: str, deadline: float = 2 * DEADLINE, flags: Sequence[str] = ()
    ) -> End:
        process = children.start(snippet, *arguments, deadline=deadline, flags=flags)
        assert process.stdout is not None
        began = time.monotonic()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "end\n":
                began = time.monotonic()
                break
        output, errors = process.communicate(timeout=deadline)
        seconds = time.monotonic() - began
        return End(process.returncode, "".join(lines) + output, errors, seconds)

    return run
