"""Subscriptions without end: so many of a peer, so many octets of a socket, and no more."""

import random
from collections.abc import Callable, Iterator

import pytest

from hostile import wire
from hostile.attack import connect, read_to_the_end, say
from hostile.gauge import MIB
from hostile.victim import Victim

OPENING = wire.GREETING + wire.ready("SUB")
PEER_LIMIT = 100_000
"""Subscriptions of one peer."""
SOCKET_LIMIT = 64 * MIB
"""Octets of all subscriptions of a socket."""
TOPIC_LIMIT = MIB
"""Octets of one topic."""
OVERHEAD = 160
"""What a subscription counts beside the octets of its topic."""
SEED = 20_261_125

Besiege = Callable[..., Victim]
Figures = Callable[..., None]
Asking = Callable[[bytes], bytes]


def in_a_message(topic: bytes) -> bytes:
    """Ask as peers did before ZMTP 3.1."""
    return wire.frame(b"\1" + topic)


def random_topics(count: int, octets: int = 32) -> Iterator[bytes]:
    """Yield topics that have nothing in common: the worst that a tree of prefixes can be given."""
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    for _ in range(count):
        yield chance.randbytes(octets)


@pytest.mark.parametrize("ask", [wire.subscribe, in_a_message])
@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_peer_that_asks_for_one_more_than_it_may_is_closed(
    besiege: Besiege, figures: Figures, kind: str, ask: Asking
) -> None:
    # Its user is told of subscriptions, and is not read from beyond the mark: there must be none.
    victim = besiege(kind, **({"recv_hwm": 0} if kind == "XPub" else {}))
    topics = [ask(topic) for topic in random_topics(PEER_LIMIT + 1)]

    with victim.friend() as friend:
        before = victim.usage
        with connect(victim.port) as raw:
            raw.sendall(OPENING + b"".join(topics[:PEER_LIMIT]))
            victim.wait_until_topics_are(PEER_LIMIT + 1)
            friend.is_served()
            raw.sendall(topics[PEER_LIMIT])
            read_to_the_end(raw)
        failure = victim.order(do="failure-when-peers-are", peers=1)
        victim.wait_until_topics_are(1)
        peak = victim.usage.peak_resident

    figures(resident_mib=round((peak - before.resident) / MIB, 1))
    assert failure == "the peer asked for more subscriptions than it may hold"
    assert peak - before.resident < 40 * MIB


def test_topics_that_are_held_may_be_asked_for_again_and_again(besiege: Besiege) -> None:
    victim = besiege("Pub", max_subscriptions=10)
    topics = b"".join(wire.subscribe(b"%d" % number) for number in range(10))

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(OPENING + topics * 10_000 + wire.subscribe(b"9"))
        victim.wait_until_topics_are(11)
        friend.is_served()
        raw.sendall(wire.cancel(b"0"))
        victim.wait_until_topics_are(10)

        assert victim.usage.peak_resident - before.resident < 4 * MIB


def test_octets_of_all_peers_together_are_bounded(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Pub")
    octets = TOPIC_LIMIT - OVERHEAD  # so that a topic counts one MiB
    # The topic of the honest peer counts too: of the 64 there is room for 63.
    with victim.friend() as friend:
        before = victim.usage
        peers = [connect(victim.port) for _ in range(9)]
        for number, raw in enumerate(peers):
            raw.sendall(OPENING)
            for topic in range(7):
                raw.sendall(wire.subscribe(bytes([number, topic]) * (octets // 2)))
        victim.wait_until_topics_are(64)
        friend.is_served()
        peers[0].sendall(wire.subscribe(b"x" * octets))
        read_to_the_end(peers[0])
        failure = victim.order(do="failure-when-peers-are", peers=9)
        victim.wait_until_topics_are(64 - 7)
        peers[1].sendall(wire.subscribe(b"x" * octets))
        victim.wait_until_topics_are(64 - 6)
        friend.is_served()
        for raw in peers:
            raw.close()
        victim.wait_until_topics_are(1)
        peak = victim.usage.peak_resident

    figures(resident_mib=round((peak - before.resident) / MIB, 1))
    assert failure == "the subscriptions of all peers take as much memory as they may"
    assert peak - before.resident < 1.5 * SOCKET_LIMIT


@pytest.mark.parametrize("ask", [wire.subscribe, in_a_message])
def test_longest_topic_is_taken(besiege: Besiege, ask: Asking) -> None:
    victim = besiege("Pub")

    with victim.friend() as friend, connect(victim.port) as raw:
        raw.sendall(OPENING + ask(bytes(TOPIC_LIMIT)))
        victim.wait_until_topics_are(2)
        friend.is_served()


@pytest.mark.parametrize("ask", [wire.subscribe, in_a_message])
@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_longer_topic_ends_the_connection(besiege: Besiege, kind: str, ask: Asking) -> None:
    victim = besiege(kind)

    with victim.friend():
        say(victim.port, OPENING + ask(bytes(TOPIC_LIMIT + 1)))
        failure = victim.order(do="failure-when-peers-are", peers=1)

        assert victim.order(do="topics") == 1

    assert "exceeds the limit of" in failure or "longer than 1 MiB" in failure


def test_subscriptions_of_peers_that_leave_leave_nothing_behind(besiege: Besiege) -> None:
    victim = besiege("Pub")
    said = OPENING + b"".join(map(wire.subscribe, random_topics(20_000)))

    def attack() -> None:
        for _ in range(10):
            with connect(victim.port) as raw:
                raw.sendall(said)
                victim.wait_until_topics_are(20_001)
            victim.wait_until_topics_are(1)

    assert victim.endure(attack) < 8 * MIB
