"""Figures of a run: noted by tests, kept in their reports, and shown in a line each at the end.

Both folders of tests that measure take these names into their `conftest.py`.
"""

from collections.abc import Callable
from typing import Final

import pytest

_FIGURES: Final = pytest.StashKey[list[str]]()


@pytest.fixture
def figures(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Callable[..., None]:
    """Note figures of a test, each by its name."""

    def note(**values: object) -> None:
        for name, value in values.items():
            record_property(name, value)
        text = ", ".join(f"{name} {value}" for name, value in values.items())
        request.config.stash.setdefault(_FIGURES, []).append(f"{request.node.name}: {text}")

    return note


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the figures of the run, once, however often this name was taken."""
    lines = config.stash.get(_FIGURES, [])
    while lines:
        terminalreporter.write_line(f"figures: {lines.pop(0)}")
