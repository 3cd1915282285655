"""READY that says too much: limits of number and length, and the reason on both sides."""

import re
from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, say
from hostile.gauge import MIB
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

TYPE = (b"Socket-Type", b"PUSH")


def ready(*properties: tuple[bytes, bytes]) -> bytes:
    """Return a READY with exactly these properties."""
    return wire.command(b"READY", wire.metadata(properties))


def numbered(count: int) -> list[tuple[bytes, bytes]]:
    """Return properties that differ in their names."""
    return [(b"X-%d" % number, b"") for number in range(count)]


REFUSED = {
    "a_hundred_thousand_properties": (
        ready(TYPE, *numbered(100_000)),
        r"a command of \d+ octets exceeds the limit of 16384",
        b"Command too long",
    ),
    "sixty_five_properties": (
        ready(TYPE, *numbered(64)),
        "metadata has more than 64 properties",
        b"Invalid metadata",
    ),
    "the_same_property_sixty_five_times": (
        ready(*[TYPE] * 65),
        "metadata has more than 64 properties",
        b"Invalid metadata",
    ),
    "no_name": (ready(TYPE, (b"", b"x")), "a metadata property has no name", b"Invalid metadata"),
    "long_value": (
        ready(TYPE, (b"X-long", bytes(8 * 1024 + 1))),
        "a property of 8193 octets exceeds the limit of 8192",
        b"Invalid metadata",
    ),
    "value_longer_than_its_command": (
        wire.command(b"READY", wire.metadata([TYPE]) + b"\x03X-a\x00\x00\x00\x05abc"),
        "a metadata property is cut off",
        b"Invalid metadata",
    ),
    "value_of_four_gigabytes": (
        wire.command(b"READY", wire.metadata([TYPE]) + b"\x03X-a\xff\xff\xff\xff"),
        "a property of 4294967295 octets exceeds the limit of 8192",
        b"Invalid metadata",
    ),
    "name_longer_than_its_command": (
        wire.command(b"READY", wire.metadata([TYPE]) + b"\xffX-a"),
        "a metadata property is cut off",
        b"Invalid metadata",
    ),
    "one_octet_too_many": (
        wire.command(b"READY", wire.metadata([TYPE]) + b"\x01"),
        "a metadata property is cut off",
        b"Invalid metadata",
    ),
    "long_routing_id": (
        ready(TYPE, (b"Identity", bytes(range(1, 256)) + b"!")),
        "a routing id of 256 octets is longer than 255",
        b"Invalid metadata",
    ),
    "second_type_that_fits": (
        ready((b"Socket-Type", b"SUB"), TYPE),
        'a PULL socket cannot talk to a peer of type "SUB"',
        b"Invalid socket type",
    ),
    "type_in_lower_case": (
        ready((b"Socket-Type", b"push")),
        'a PULL socket cannot talk to a peer of type "push"',
        b"Invalid socket type",
    ),
    "type_that_forges_a_log_line": (
        ready((b"Socket-Type", b"\x1b[2Jx\r\nCRITICAL root")),
        r'of type "\\x1b\[2Jx\\r\\nCRITICAL root"',
        b"Invalid socket type",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_metadata_is_refused_with_a_reason_for_both_sides(besiege: Besiege, case: str) -> None:
    octets, reason, told = REFUSED[case]
    victim = besiege("Pull")

    with victim.friend() as friend:
        answer = say(victim.port, wire.GREETING + octets)
        friend.is_served()
        victim.wait_until_logged("connection refused", 1)
        failure = victim.failure

    assert re.search(reason, failure or "")
    assert answer.endswith(wire.command(b"ERROR", bytes([len(told)]) + told))


TAKEN = {
    "sixty_four_properties": ready(TYPE, *numbered(63)),
    "longest_value": ready(TYPE, (b"X-long", bytes(8 * 1024))),
    "longest_name": ready(TYPE, (b"X" * 255, b"x")),
    "first_of_two_types": ready(TYPE, (b"Socket-Type", b"SUB")),
    "first_of_two_types_in_another_case": ready(TYPE, (b"SOCKET-TYPE", b"SUB")),
    "no_property": ready(),
    "routing_id_that_begins_with_zero": ready(TYPE, (b"Identity", b"\0\0\0\0\1")),
    "name_that_is_no_text": ready(TYPE, (b"\xff\0\n", b"\0")),
}


@pytest.mark.parametrize("case", TAKEN)
def test_odd_metadata_within_the_limits_is_taken(besiege: Besiege, case: str) -> None:
    victim = besiege("Pull")

    with connect(victim.port) as raw:
        raw.sendall(wire.GREETING + TAKEN[case] + wire.frame(b"odd"))

        assert victim.order(do="receive", text="odd", timeout=5)


def test_endless_properties_cost_no_memory(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Pull")
    flood = wire.GREETING + ready(TYPE, *numbered(100_000))

    with victim.friend():
        before = victim.usage
        for _ in range(50):
            say(victim.port, flood)
        after = victim.wait_until_as_before(before)

    figures(resident_mib=round((after.peak_resident - before.resident) / MIB, 2))
    assert after.peak_resident - before.resident < 8 * MIB
