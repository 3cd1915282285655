"""Names that a hash without a key would all put into one place: each peer is found all the same.

That the hash has a key is shown by a test of the core,
`names_are_hashed_with_a_key_that_no_peer_knows`; times are told here, and not judged.
"""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import pytest

from hostile import wire
from hostile.attack import connect, read_until
from hostile.friend import PATIENCE
from hostile.victim import Victim

PEERS = 1000
SEED = 20_261_127

FACTOR: Final = 0x51_7C_C1_B7_27_22_0A_95
"""What the fastest of the usual hashes multiplies by. Source: rustc-hash 1, "FxHasher"."""
WORD: Final = 2**64 - 1

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


def turned(word: int) -> int:
    """Return a word of 64 bits turned to the left by 5."""
    return (word << 5 | word >> 59) & WORD


def colliding(count: int) -> list[bytes]:
    """Return names of two words of which that hash makes the same: the second undoes the first."""
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    length = 16 * FACTOR & WORD
    names = []
    for _ in range(count):
        first = chance.getrandbits(64) | 1  # a name does not begin with zero
        state = (turned(length) ^ first) * FACTOR & WORD
        names.append(first.to_bytes(8, "little") + turned(state).to_bytes(8, "little"))
    return names


def differing(count: int) -> list[bytes]:
    """Return names as they come."""
    chance = random.Random(SEED)  # noqa: S311 (likewise)
    return [b"x" + chance.randbytes(15) for _ in range(count)]


@pytest.mark.usefixtures("descriptors")
@pytest.mark.parametrize("choose", [differing, colliding])
def test_every_one_of_a_thousand_names_is_found(
    besiege: Besiege, figures: Figures, choose: Callable[[int], list[bytes]]
) -> None:
    victim = besiege("Router", backlog=1024)
    names = choose(PEERS)

    with ExitStack() as ends:
        began = time.monotonic()
        peers = []
        for name in names:
            raw = ends.enter_context(connect(victim.port))
            raw.sendall(wire.GREETING + wire.ready("DEALER", (b"Identity", name)))
            read_until(raw, b"Identity\0\0\0\0")  # unfinished handshakes are limited in number
            peers.append(raw)
        victim.wait_until_peers_are(PEERS)
        for raw, name in zip(peers, names, strict=True):
            raw.sendall(wire.frame(name[:4].hex().encode()))
        letters = victim.order(do="letters", count=PEERS, timeout=PATIENCE)
        for name in names:
            assert victim.order(do="send-to", to=name.hex(), text="found") == "sent"
        for raw in peers:
            read_until(raw, b"found")

    figures(peers=PEERS, in_s=round(time.monotonic() - began, 2))
    assert sorted(letters) == sorted([name.hex(), name[:4].hex()] for name in names)
