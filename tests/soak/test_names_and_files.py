"""Names that two claim, files that two bind, and refusals without end."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.children import Children
from hostile.test_ipc_files import race
from hostile.test_log_flood import flood_with_refusals, most_lines
from hostile.test_routing_ids import claim_in_turn
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_name_has_one_owner_a_thousand_times(besiege: Besiege, order: tuple[int, ...]) -> None:
    claim_in_turn(besiege("Router", deadline=300), order, 1000)


def test_stale_socket_has_one_successor_ten_thousand_times(
    children: Children, tmp_path: Path, figures: Figures
) -> None:
    one, other = race(children, tmp_path, 10_000)

    figures(won_by_one=len(one), by_the_other=len(other))
    assert sorted(one + other) == [*range(10_000)]


def test_two_hundred_thousand_refusals_write_little(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Pull", deadline=900)

    with victim.friend():
        seconds = flood_with_refusals(victim, 200_000)
        lines, octets = victim.order(do="log-size")

    figures(handshakes=200_000, lines=lines, octets=octets, in_s=round(seconds))
    assert lines <= most_lines(seconds)
    assert octets < 1_000_000
    assert victim.logged("connection refused") == 200_000
