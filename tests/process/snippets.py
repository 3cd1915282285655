"""Fixtures of the process tests: snippets that fork, and how a process came to its end."""

import functools
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from fixtures.children import Children
from fixtures.clock import DEADLINE
from process import ending

FORKING: Final = Path(__file__).with_name("forking.py").read_text()


@pytest.fixture
def run_forking(children: Children) -> Callable[..., str]:
    """Run a snippet as `children.run` does, with the names of `forking.py` at hand."""

    def run(snippet: str, *arguments: str, deadline: float = 3 * DEADLINE) -> str:
        source = FORKING + "import threading, zmq4\n" + textwrap.dedent(snippet)
        return children.run(source, *arguments, deadline=deadline)

    return run


@pytest.fixture
def end_of(children: Children) -> Callable[..., ending.End]:
    """Run a snippet, as `ending.end_of` does."""
    return functools.partial(ending.end_of, children)
