"""Connections by the thousand that close at once: nothing is left of them."""

from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, reset
from hostile.gauge import MIB
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

COUNT = 3000


@pytest.mark.parametrize("kind", ["Pull", "Push", "Pair", "Dealer"])
def test_connections_that_close_at_once_leave_nothing_behind(
    besiege: Besiege, figures: Figures, kind: str
) -> None:
    victim = besiege(kind, backlog=1024)

    with victim.friend() as friend:
        come_and_go(victim.port, b"", 300)  # what the allocator keeps, it keeps from here on
        before = victim.usage
        come_and_go(victim.port, b"", COUNT)
        friend.is_served()
        after = victim.wait_until_as_before(before)

    figures(connections=COUNT, resident_kib=(after.resident - before.resident) // 1024)
    assert after.resident - before.resident < 8 * MIB


@pytest.mark.parametrize("kind", ["Pull", "Push", "Pair", "Dealer"])
def test_peers_that_leave_after_their_handshake_leave_nothing_behind(
    besiege: Besiege, figures: Figures, kind: str
) -> None:
    victim = besiege(kind, backlog=1024)
    opening = wire.GREETING + wire.ready(wire.PARTNER[victim.socket_type]) + wire.frame(b"x")[:2]

    with victim.friend() as friend:
        come_and_go(victim.port, opening, 300)
        before = victim.usage
        come_and_go(victim.port, opening, COUNT)
        friend.is_served()
        after = victim.wait_until_as_before(before)
        victim.wait_until_peers_are(1)

    figures(connections=COUNT, resident_kib=(after.resident - before.resident) // 1024)
    assert after.resident - before.resident < 8 * MIB


def come_and_go(port: int, octets: bytes, count: int) -> None:
    """Connect, say ``octets``, and leave: by turns with a FIN and with a RST."""
    for number in range(count):
        raw = connect(port)
        raw.sendall(octets)
        if number % 2:
            reset(raw)
        else:
            raw.close()
