"""Fixtures of attacks: a process to attack, and a line for the figures that come of it."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from fixtures.children import Children
from hostile import victim
from hostile.attack import many_descriptors

_FIGURES: Final = pytest.StashKey[list[str]]()


@pytest.fixture
def besiege(children: Children) -> Iterator[Callable[..., victim.Victim]]:
    """Start victims, as `victim.start` does; each must end well after the test."""
    started: list[victim.Victim] = []

    def start(kind: str, **options: object) -> victim.Victim:
        started.append(victim.start(children, kind, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        each.dismiss()


@pytest.fixture
def descriptors() -> Iterator[int]:
    """Raise the limit of descriptors of this process as far as it goes."""
    with many_descriptors() as limit:
        yield limit


@pytest.fixture
def figures(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Callable[..., None]:
    """Note figures of a test: in its report, and in a line at the end of the run."""

    def note(**values: object) -> None:
        for name, value in values.items():
            record_property(name, value)
        text = ", ".join(f"{name} {value}" for name, value in values.items())
        request.config.stash.setdefault(_FIGURES, []).append(f"{request.node.name}: {text}")

    return note


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the figures of the run, a line a test."""
    for line in config.stash.get(_FIGURES, []):
        terminalreporter.write_line(f"figures: {line}")
