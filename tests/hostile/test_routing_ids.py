"""Peers that claim the name of another: a name has one owner, and who does not get it is told."""

import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hostile import wire
from hostile.attack import Crowd, connect, read_to_the_end, read_until
from hostile.friend import PATIENCE
from hostile.victim import Victim

NAME = b"alice"
TAKEN = "another peer has the same routing id"
REPLACED = "another peer took over its routing id"

Besiege = Callable[..., Victim]


def claiming(name: bytes) -> bytes:
    """Return the READY of a peer that calls itself ``name``."""
    return wire.ready("DEALER", (b"Identity", name))


@contextmanager
def claimants(victim: Victim, count: int) -> Iterator[list[socket.socket]]:
    """Connect so many; each has exchanged its greeting and is about to claim a name."""
    peers = [connect(victim.port) for _ in range(count)]
    try:
        for raw in peers:
            raw.sendall(wire.GREETING)
        yield peers
    finally:
        for raw in peers:
            raw.close()


def is_reached(victim: Victim, raw: socket.socket, text: str) -> bool:
    """Tell whether what is sent to the name reaches ``raw``."""
    assert victim.order(do="send-to", to=NAME.hex(), text=text) == "sent"
    return read_until(raw, text.encode()) != b""


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_first_of_many_claimants_has_the_name_and_the_others_are_told(
    besiege: Besiege, order: tuple[int, ...]
) -> None:
    victim = besiege("Router")
    with victim.friend() as friend:
        for turn in range(20):
            with claimants(victim, 3) as peers:
                first, *others = (peers[number] for number in order)
                first.sendall(claiming(NAME) + wire.frame(b"first"))
                assert victim.order(do="letters", count=1, timeout=PATIENCE) == [
                    [NAME.hex(), "first"]
                ]
                for other in others:
                    other.sendall(claiming(NAME) + wire.frame(b"other"))
                for other in others:
                    read_to_the_end(other)
                assert is_reached(victim, first, f"to the first {turn}")
                first.sendall(wire.frame(b"still here"))
                assert victim.order(do="letters", count=1, timeout=PATIENCE) == [
                    [NAME.hex(), "still here"]
                ]
                assert TAKEN in (victim.failure or "")
            victim.wait_until_peers_are(1)
            assert "no peer has" in victim.order(do="send-to", to=NAME.hex(), text="nobody")
        friend.is_served()


def test_of_two_who_claim_a_name_at_once_one_has_it(besiege: Besiege) -> None:
    victim = besiege("Router")

    for _ in range(100):
        with claimants(victim, 2) as peers:
            for number, raw in enumerate(peers):
                raw.sendall(claiming(NAME) + wire.frame(b"%d" % number))
            [[sender, owner]] = victim.order(do="letters", count=1, timeout=PATIENCE)
            read_to_the_end(peers[1 - int(owner)])

            assert sender == NAME.hex()
            assert is_reached(victim, peers[int(owner)], "to the owner")
        victim.wait_until_peers_are(0)


def test_name_is_free_again_when_its_owner_has_left(besiege: Besiege) -> None:
    victim = besiege("Router")

    for turn in range(100):
        with claimants(victim, 1) as [raw]:
            raw.sendall(claiming(NAME))
            victim.wait_until_peers_are(1)
            assert is_reached(victim, raw, f"turn {turn}")
        victim.wait_until_peers_are(0)


def test_name_goes_to_the_newest_where_that_is_asked_for_and_nothing_sent_is_lost(
    besiege: Besiege,
) -> None:
    victim = besiege("Router", handover=True)

    for turn in range(50):
        with claimants(victim, 2) as [old, new]:
            old.sendall(claiming(NAME) + wire.frame(b"old"))
            victim.wait_until_peers_are(1)
            assert is_reached(victim, old, f"to the old {turn}")
            new.sendall(claiming(NAME) + wire.frame(b"new"))
            read_to_the_end(old)
            assert is_reached(victim, new, f"to the new {turn}")

            letters = victim.order(do="letters", count=2, timeout=PATIENCE)
            assert sorted(letters) == [[NAME.hex(), "new"], [NAME.hex(), "old"]]
            victim.order(do="wait-until-failure-has", part=REPLACED)
        victim.wait_until_peers_are(0)


def test_chain_of_successors_leaves_one_owner(besiege: Besiege) -> None:
    victim = besiege("Router", handover=True)

    with victim.friend() as friend, claimants(victim, 100) as peers:
        for before, raw in itertools.pairwise([None, *peers]):
            assert raw is not None
            raw.sendall(claiming(NAME))
            if before is not None:
                read_to_the_end(before)
        victim.wait_until_peers_are(2)
        friend.is_served()

        assert is_reached(victim, peers[-1], "to the last")


def test_claims_at_once_leave_one_owner(besiege: Besiege) -> None:
    victim = besiege("Router", handover=True)

    with Crowd(victim.port, 100) as crowd:
        crowd.each_say(lambda _: wire.GREETING + claiming(NAME))
        crowd.watch(PATIENCE, until_left=1)
        victim.wait_until_peers_are(1)

        assert len(crowd) == 1
        assert victim.order(do="send-to", to=NAME.hex(), text="to the last") == "sent"


@pytest.mark.parametrize("name", [b"\0", b"\0\0\0\0\1", b"\0" * 255, b"\0alice"])
def test_names_that_begin_with_zero_are_ours_to_give(besiege: Besiege, name: bytes) -> None:
    victim = besiege("Router")

    with claimants(victim, 1) as [raw]:
        raw.sendall(claiming(name) + wire.frame(b"hello"))
        [[sender, text]] = victim.order(do="letters", count=1, timeout=PATIENCE)

    assert (text, len(bytes.fromhex(sender)), sender[:2]) == ("hello", 5, "00")
    assert bytes.fromhex(sender) != name


def test_names_that_we_give_are_not_those_of_another_process(besiege: Besiege) -> None:
    names = []
    for _ in range(3):
        victim = besiege("Router")
        with claimants(victim, 1) as [raw]:
            raw.sendall(wire.ready("DEALER") + wire.frame(b"hello"))
            [[sender, _]] = victim.order(do="letters", count=1, timeout=PATIENCE)
        names.append(sender)

    assert len(set(names)) == 3


def test_thousand_claims_to_the_name_of_another_do_not_disturb_it(besiege: Besiege) -> None:
    victim = besiege("Router", backlog=1024)

    with claimants(victim, 1) as [owner]:
        owner.sendall(claiming(NAME))
        victim.wait_until_peers_are(1)

        def attack() -> None:
            for _ in range(1000):
                with connect(victim.port) as raw:
                    raw.sendall(wire.GREETING + claiming(NAME))
                    read_to_the_end(raw)

        assert victim.endure(attack) < 4 << 20
        assert is_reached(victim, owner, "to the owner")
