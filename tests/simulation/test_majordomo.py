"""Every request of a client that lives gets one answer, its own, whatever happens meanwhile."""

import pytest

from simulation.majordomo import CHUNK, FEW, System, play


@pytest.mark.parametrize("first", range(0, FEW, CHUNK))
def test_every_request_gets_exactly_one_answer(first: int) -> None:
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
