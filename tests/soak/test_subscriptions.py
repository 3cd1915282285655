"""Subscriptions by the million, and changes of mind by the hundred thousand."""

from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect
from hostile.gauge import MIB
from hostile.test_subscription_abuse import change_and_cut
from hostile.test_subscriptions import OPENING, random_topics
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

pytestmark = pytest.mark.soak

MILLION = 1_000_000


def test_a_million_subscriptions_take_less_than_150_mib(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Pub", max_subscriptions=MILLION, max_subscription_bytes=1 << 30, deadline=300)

    with victim.friend() as friend:
        before = victim.usage
        with connect(victim.port) as raw:
            raw.settimeout(120)
            raw.sendall(OPENING)
            raw.sendall(b"".join(map(wire.subscribe, random_topics(MILLION))))
            victim.wait_until_topics_are(MILLION + 1)
            friend.is_served()
            after = victim.usage
        victim.wait_until_topics_are(1)
        friend.is_served()

    held, peak = (each - before.resident for each in (after.resident, after.peak_resident))
    figures(resident_mib=round(held / MIB, 1), peak_mib=round(peak / MIB, 1))
    assert held < 150 * MIB
    assert peak < 220 * MIB  # while what holds them grows, the old and the new are there


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_both_sides_agree_after_two_hundred_thousand_changes(besiege: Besiege, kind: str) -> None:
    change_and_cut(besiege(kind, deadline=300), connections=100, changes=2000)
