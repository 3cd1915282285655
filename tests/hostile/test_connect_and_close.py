"""Connections by the thousand that close at once: nothing is left of them."""

from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, reset
from hostile.gauge import MIB
from hostile.victim import KINDS, Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

COUNT = 3000


@pytest.mark.parametrize("kind", KINDS)
def test_connections_that_close_at_once_leave_nothing_behind(
    besiege: Besiege, figures: Figures, kind: str
) -> None:
    victim = besiege(kind, backlog=1024)

    grown = victim.endure(lambda: come_and_go(victim.port, b""))

    figures(connections=COUNT, resident_kib=grown // 1024)
    assert grown < 4 * MIB


@pytest.mark.parametrize("kind", KINDS)
def test_peers_that_leave_after_their_handshake_leave_nothing_behind(
    besiege: Besiege, figures: Figures, kind: str
) -> None:
    victim = besiege(kind, backlog=1024)
    opening = wire.GREETING + wire.ready(victim.partner) + wire.frame(b"x")[:2]

    grown = victim.endure(lambda: come_and_go(victim.port, opening))

    figures(connections=COUNT, resident_kib=grown // 1024)
    assert grown < 4 * MIB


def come_and_go(port: int, octets: bytes) -> None:
    """Connect, say ``octets``, and leave: by turns with a FIN and with a RST."""
    for number in range(COUNT):
        raw = connect(port)
        raw.sendall(octets)
        if number % 2:
            reset(raw)
        else:
            raw.close()
