"""Fixtures of attacks: a process to attack, and descriptors to do it.

Folders of tests that attack take these names into their `conftest.py`.
"""

from collections.abc import Callable, Iterator

import pytest

from fixtures.children import Children
from hostile import victim
from hostile.attack import many_descriptors


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
