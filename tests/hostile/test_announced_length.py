"""Lengths that are announced and never sent: memory follows what arrives, not what is announced."""

from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import Crowd, say
from hostile.gauge import MIB
from hostile.victim import Victim

ABSURD = (2**33, 2**62, 2**63, 2**64 - 1)
"""Beyond the limit of a message, and for the last two beyond the grammar's."""
ALLOWED = 2**29
"""Within the limit of a message."""

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


@pytest.mark.usefixtures("descriptors")
def test_absurd_lengths_cost_no_memory_and_end_their_connections(
    besiege: Besiege, figures: Figures, time_unit: float
) -> None:
    victim = besiege("Pull", backlog=1024)

    with victim.friend() as friend:
        before = victim.usage
        with Crowd(victim.port, 200) as crowd:
            crowd.each_say(lambda _: wire.GREETING + wire.ready("PUSH"))
            crowd.each_say(lambda number: wire.frame(b"whole") + wire.announce(ABSURD[number % 4]))
            friend.is_served()
            crowd.watch(100 * time_unit)
            after = victim.wait_until_as_before(before)

    figures(
        connections=200,
        resident_mib=round((after.peak_resident - before.resident) / MIB, 2),
        virtual_mib=round((after.peak_virtual - before.peak_virtual) / MIB, 2),
    )
    assert len(crowd.lifetimes) == 200
    assert after.peak_resident - before.resident < 16 * MIB
    assert after.peak_virtual - before.peak_virtual < 64 * MIB


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (2**30 + 1, "the frames of a message exceed 1073741824 octets together"),
        (2**33, "the frames of a message exceed 1073741824 octets together"),
        (2**62, "the frames of a message exceed 1073741824 octets together"),
        (2**63 - 1, "the frames of a message exceed 1073741824 octets together"),
        (2**63, "a frame length of 0x8000000000000000 is not below 2^63"),
        (2**64 - 9, "a frame length of 0xfffffffffffffff7 is not below 2^63"),
        (2**64 - 1, "a frame length of 0xffffffffffffffff is not below 2^63"),
    ],
)
def test_absurd_length_is_the_reason_that_is_told(
    besiege: Besiege, length: int, reason: str
) -> None:
    victim = besiege("Dealer")

    say(victim.port, wire.GREETING + wire.ready("DEALER") + wire.announce(length))

    assert victim.order(do="failure-when-peers-are", peers=0) == reason


@pytest.mark.usefixtures("descriptors")
def test_allowed_length_takes_no_memory_before_its_octets_come(
    besiege: Besiege, figures: Figures
) -> None:
    victim = besiege("Pull", backlog=1024)

    with victim.friend() as friend:
        before = victim.usage
        with Crowd(victim.port, 200) as crowd:
            crowd.each_say(
                lambda _: wire.GREETING + wire.ready("PUSH") + wire.announce(ALLOWED) + b"x"
            )
            friend.is_served()
            victim.wait_until_peers_are(201)
            friend.is_served()
            during = victim.usage

    figures(
        connections=200,
        resident_mib=round((during.peak_resident - before.resident) / MIB, 2),
        virtual_mib=round((during.peak_virtual - before.peak_virtual) / MIB, 2),
    )
    assert during.peak_resident - before.resident < 16 * MIB
    assert during.peak_virtual - before.peak_virtual < 64 * MIB


def test_limit_of_a_frame_ends_the_connection_that_announces_more(besiege: Besiege) -> None:
    victim = besiege("Pull", max_message_size=1000)

    with victim.friend():
        say(victim.port, wire.GREETING + wire.ready("PUSH") + wire.announce(1001))
        failure = victim.order(do="failure-when-peers-are", peers=1)

    assert failure == "a frame of 1001 octets exceeds the limit of 1000"
