"""The honest peer is served by every kind of socket: what the attacks are measured by."""

from collections.abc import Callable

import pytest

from hostile.victim import KINDS, Victim


@pytest.mark.parametrize("kind", KINDS)
def test_friend_of_every_kind_is_served(besiege: Callable[..., Victim], kind: str) -> None:
    victim = besiege(kind)

    with victim.friend() as friend:
        friend.is_served()

    victim.wait_until_peers_are(0)
