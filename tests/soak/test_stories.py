"""More stories of systems in virtual time than the suite has time for."""

import pytest

from simulation.majordomo import CHUNK, FEW, MANY, play

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("first", range(FEW, MANY, CHUNK))
def test_every_request_gets_exactly_one_answer(first: int) -> None:
    play(first)
