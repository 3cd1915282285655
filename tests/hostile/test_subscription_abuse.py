"""Subscribing and taking back without end or sense: nothing is lost, nothing grows, nobody falls.

L#2942 and L#2258: what subscribers asked for was dropped at the high-water mark, and what they took
back later made the publisher crash.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import zmq4
from hostile import wire
from hostile.attack import connect, read_until
from hostile.friend import PATIENCE
from hostile.gauge import MIB
from hostile.relay import Relay
from hostile.victim import Victim

OPENING = wire.GREETING + wire.ready("SUB")
NAMES = 200
"""Topics that a fickle subscriber chooses from."""
SEED = 20_261_126

Besiege = Callable[..., Victim]


@contextmanager
def fickle(relay: Relay) -> Iterator[tuple[zmq4.XSub, Callable[[], None]]]:
    """Connect a subscriber that takes whatever it is sent; gives what changes its mind once."""
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    with zmq4.XSub(
        connect=relay.address, send_hwm=10, linger=0, reconnect=zmq4.Backoff(0.001, max=0.001)
    ) as sub:

        def change() -> None:
            topic = f"<{chance.randrange(NAMES)}>"
            if topic.encode() in sub.topics:
                sub.unsubscribe(topic)
            else:
                sub.subscribe(topic)

        yield sub, change


def published_to(victim: Victim, sub: zmq4.XSub) -> set[bytes]:
    """Have every topic published, and return what reached the subscriber."""
    sub.subscribe("end")
    victim.wait_until_topics_are(len(sub.topics))
    for number in range(NAMES):
        victim.order(do="send", text=f"<{number}>", timeout=PATIENCE)
    victim.order(do="send", text="end", timeout=PATIENCE)
    reached: set[bytes] = set()
    while (message := sub.recv(timeout=PATIENCE)).content != b"end":
        reached.add(message.content)
    return reached


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_publisher_and_subscriber_agree_after_a_hundred_connections(
    besiege: Besiege, kind: str
) -> None:
    victim = besiege(kind)

    with Relay(victim.port) as relay, fickle(relay) as (sub, change):
        for made in range(1, 101):
            for _ in range(20):
                change()
            relay.wait_until_made(made)
            victim.drain()
            relay.cut()
        for _ in range(20):
            change()

        victim.drain()
        wanted = set(sub.topics)
        assert published_to(victim, sub) == wanted

    victim.wait_until_topics_are(0)


def test_what_is_asked_for_while_the_publisher_is_stuck_is_not_lost(besiege: Besiege) -> None:
    victim = besiege("Pub")

    with Relay(victim.port) as relay, fickle(relay) as (sub, change):
        sub.endpoint.ready(PATIENCE)
        relay.stop()
        for _ in range(2001):
            change()
        relay.go_on()

        wanted = set(sub.topics)
        assert published_to(victim, sub) == wanted


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_taking_back_what_was_never_asked_for_does_nothing(besiege: Besiege, kind: str) -> None:
    victim = besiege(kind)
    unknown = b"".join(wire.cancel(b"%d" % number) for number in range(10_000))

    with victim.friend() as friend, connect(victim.port) as raw:
        raw.sendall(OPENING + wire.subscribe(b"known") + unknown + wire.cancel(b"known") * 2)
        raw.sendall(wire.frame(b"\0honest") + wire.subscribe(b"last"))
        victim.wait_until_topics_are(2)
        friend.is_served()


def test_empty_topic_is_everything_however_often_it_is_asked_for(besiege: Besiege) -> None:
    victim = besiege("Pub")

    with connect(victim.port) as raw:
        raw.sendall(OPENING + wire.subscribe(b"") * 1000 + wire.cancel(b"") + wire.subscribe(b"x"))
        victim.wait_until_topics_are(1)
        for text in ("hidden", "xyz"):
            victim.order(do="send", text=text, timeout=PATIENCE)
        heard = read_until(raw, b"xyz")

    assert b"hidden" not in heard


def test_change_of_mind_without_end_costs_a_publisher_no_memory(besiege: Besiege) -> None:
    victim = besiege("Pub")
    change = b"".join(wire.subscribe(b"%d" % n) + wire.cancel(b"%d" % n) for n in range(1000))

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(OPENING + change * 300 + wire.subscribe(b"last"))
        victim.wait_until_topics_are(2)
        friend.is_served()

        assert victim.usage.peak_resident - before.resident < 4 * MIB


@pytest.mark.parametrize("verbose", [False, True])
def test_publisher_that_does_not_listen_is_told_no_more_than_its_mark(
    besiege: Besiege, time_unit: float, verbose: bool
) -> None:
    victim = besiege("XPub", recv_hwm=100, verbose=verbose)
    change = b"".join(wire.subscribe(b"%d" % n) + wire.cancel(b"%d" % n) for n in range(1000))

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(OPENING)
        raw.settimeout(5 * time_unit)
        with pytest.raises(TimeoutError):
            for _ in range(10_000):
                raw.sendall(change)
        friend.is_served()

        assert victim.usage.peak_resident - before.resident < 8 * MIB


def test_peers_that_say_what_a_publisher_does_not_hear_cost_no_memory(besiege: Besiege) -> None:
    victim = besiege("Pub")
    said = wire.frame(b"said", wire.MORE) + wire.frame(bytes(1000))

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(OPENING)
        for _ in range(100):
            raw.sendall(said * 1000)
        raw.sendall(wire.subscribe(b"last"))
        victim.wait_until_topics_are(2)
        friend.is_served()

        assert victim.usage.peak_resident - before.resident < 4 * MIB
