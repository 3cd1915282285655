"""Every request of a client that lives gets one answer, its own, whatever happens meanwhile."""

import pytest

from simulation.majordomo import System

FEW = 2_000
"""Seeds in `make test`."""
MANY = 10_000
"""Seeds in all; the others are for `make soak`."""
CHUNK = 100


def play(first: int) -> None:
    """Play the stories of some seeds, and say which went wrong."""
    for seed in range(first, first + CHUNK):
        system = System(seed)
        try:
            system.run()
        except AssertionError as error:
            error.add_note(f"seed {seed}: run System({seed}).run() to see it again")
            raise


@pytest.mark.parametrize("first", range(0, FEW, CHUNK))
def test_every_request_gets_exactly_one_answer(first: int) -> None:
    play(first)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(FEW, MANY, CHUNK))
def test_every_request_gets_exactly_one_answer_in_more_stories(first: int) -> None:
    play(first)


def test_same_seed_is_the_same_story() -> None:
    def story(seed: int) -> tuple[float, int, list[object]]:
        system = System(seed)
        system.run()
        events = [event for each in system.labourers for event in each.node.events]
        return system.world.clock(), system.jobs, [*map(repr, events)]

    assert story(3) == story(3)


def test_stories_have_trouble_in_them() -> None:
    systems = [System(seed) for seed in range(20)]
    for system in systems:
        system.run()

    assert sum(sum(system.failures.values()) for system in systems) > 10
    assert sum(system.world.lost for system in systems) > 10
    errands = sum(len(caller.errands) for system in systems for caller in system.callers)
    assert sum(system.jobs for system in systems) > errands
