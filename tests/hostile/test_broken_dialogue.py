"""A good dialogue cut short at every octet, or with bits turned: whole messages or none."""

import random
from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, hang_up, reset
from hostile.gauge import MIB
from hostile.victim import KINDS, Victim

Besiege = Callable[..., Victim]

SEED = 20_261_124
PART = 40 * 1024
"""Octets of noise in a dialogue with bits turned: enough to become a length."""


def drop(port: int, octets: bytes) -> None:
    """Say ``octets`` and reset the connection."""
    raw = connect(port)
    raw.sendall(octets)
    reset(raw)


@pytest.mark.parametrize("leave", [hang_up, drop])
@pytest.mark.parametrize("kind", KINDS)
def test_dialogue_cut_short_anywhere_leaves_nothing_behind(
    besiege: Besiege, kind: str, leave: Callable[[int, bytes], None]
) -> None:
    victim = besiege(kind, backlog=1024)
    whole = wire.dialogue(victim.partner)

    def attack() -> None:
        for length in range(len(whole) + 1):
            leave(victim.port, whole[:length])
        victim.drain()

    assert victim.endure(attack) < 2 * MIB


def test_message_cut_short_is_not_delivered(besiege: Besiege) -> None:
    victim = besiege("Pull")
    opening = wire.GREETING + wire.ready("PUSH")
    message = wire.frame(b"whole?", wire.MORE) + wire.frame(b"", wire.MORE) + wire.frame(b"end")

    for length in range(len(message)):
        hang_up(victim.port, opening + message[:length])
    hang_up(victim.port, opening + message)
    victim.wait_until_peers_are(0)

    assert victim.order(do="receive-all") == [["whole?", "", "end"]]


def test_handshake_cut_short_is_told_with_its_reason(besiege: Besiege) -> None:
    victim = besiege("Pull")
    opening = wire.GREETING + wire.ready("PUSH")

    for length in range(len(opening)):
        hang_up(victim.port, opening[:length])

    victim.wait_until_logged("reason=the peer closed the connection", 10)
    victim.wait_until_logged("connection refused", len(opening))
    assert "the peer closed the connection" in (victim.failure or "")


@pytest.mark.parametrize("kind", KINDS)
def test_dialogue_with_one_bit_turned_leaves_nothing_behind(besiege: Besiege, kind: str) -> None:
    victim = besiege(kind)
    whole = wire.dialogue(victim.partner)

    def attack() -> None:
        for octet in range(len(whole)):
            for bit in range(8):
                hang_up(victim.port, turned(whole, [8 * octet + bit]))
            victim.drain()

    assert victim.endure(attack) < 4 * MIB


def test_dialogue_with_many_bits_turned_leaves_nothing_behind(besiege: Besiege) -> None:
    victim = besiege("Dealer")
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    whole = wire.dialogue("DEALER") + chance.randbytes(PART)

    def attack() -> None:
        for _ in range(300):
            # The greeting is left alone now and then, so that traffic is reached.
            first = chance.choice([0, len(wire.GREETING) * 8])
            count = chance.randrange(1, 20)
            positions = [chance.randrange(first, len(whole) * 8) for _ in range(count)]
            hang_up(victim.port, turned(whole, positions))

    assert victim.endure(attack) < 4 * MIB


def turned(octets: bytes, positions: list[int]) -> bytes:
    """Return ``octets`` with the bits at ``positions`` turned."""
    changed = bytearray(octets)
    for position in positions:
        changed[position // 8] ^= 1 << position % 8
    return bytes(changed)
