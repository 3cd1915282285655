"""Commands that are too long, too many, or not for us: bounded, ignored, or the end."""

from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, say
from hostile.gauge import MIB
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

HANDSHAKE_LIMIT = 16 * 1024
TRAFFIC_LIMIT = 64 * 1024


def ready_of(body_length: int) -> bytes:
    """Return a READY whose body has ``body_length`` octets, in values of allowed lengths."""
    head = wire.metadata([(b"Socket-Type", b"PUSH"), (b"X-a", bytes(8192))])
    left = body_length - len(b"\x05READY") - len(head) - len(b"\x03X-b") - 4
    return wire.command(b"READY", head + wire.metadata([(b"X-b", bytes(left))]))


def test_handshake_command_of_the_greatest_length_is_taken(besiege: Besiege) -> None:
    victim = besiege("Pull")

    with connect(victim.port) as raw:
        raw.sendall(wire.GREETING + ready_of(HANDSHAKE_LIMIT) + wire.frame(b"long"))

        assert victim.order(do="receive", text="long", timeout=5)


@pytest.mark.parametrize("octets", [HANDSHAKE_LIMIT + 1, 2**31, 2**62])
def test_longer_handshake_command_is_refused_at_its_header(besiege: Besiege, octets: int) -> None:
    victim = besiege("Pull")

    with victim.friend() as friend:
        answer = say(victim.port, wire.GREETING + wire.announce(octets, wire.COMMAND))
        friend.is_served()
        failure = victim.failure

    assert f"a command of {octets} octets exceeds the limit of {HANDSHAKE_LIMIT}" in (failure or "")
    assert answer.endswith(b"\x05ERROR\x10Command too long")


def test_longest_command_in_traffic_is_ignored(besiege: Besiege) -> None:
    victim = besiege("Pull")
    command = wire.frame(b"\x03FOO" + bytes(TRAFFIC_LIMIT - 4), wire.COMMAND)

    with connect(victim.port) as raw:
        raw.sendall(wire.GREETING + wire.ready("PUSH") + command + wire.frame(b"after"))

        assert victim.order(do="receive", text="after", timeout=5)


def test_longer_command_in_traffic_ends_the_connection(besiege: Besiege) -> None:
    victim = besiege("Pull")
    command = wire.announce(TRAFFIC_LIMIT + 1, wire.COMMAND)

    with victim.friend():
        say(victim.port, wire.GREETING + wire.ready("PUSH") + command)
        failure = victim.order(do="failure-when-peers-are", peers=1)

    assert failure == "a command of 65537 octets exceeds the limit of 65536"


FLOODS = {
    "ping": wire.command(b"PING", b"\0\0" + bytes(16)),
    "ping_without_time_to_live": wire.command(b"PING"),
    "error": wire.command(b"ERROR", b"\x03bad"),
    "subscribe": wire.command(b"SUBSCRIBE", b"topic"),
    "unknown": wire.command(b"\xff" * 200, bytes(200)),
    "empty": wire.frame(b"", wire.COMMAND),
    "name_behind_its_end": wire.frame(b"\xffPING", wire.COMMAND),
    "command_with_more": wire.frame(b"\x04PING\0\0", wire.COMMAND | wire.MORE),
}


@pytest.mark.parametrize("case", FLOODS)
def test_flood_of_commands_from_a_peer_that_never_reads_costs_no_memory(
    besiege: Besiege, case: str
) -> None:
    victim = besiege("Pull")
    flood = FLOODS[case] * 1000

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(wire.GREETING + wire.ready("PUSH"))
        for _ in range(100):
            raw.sendall(flood)
        raw.sendall(wire.frame(b"after"))
        heard = victim.order(do="receive", text="after", timeout=5)
        friend.is_served()
        after = victim.usage

    assert heard
    assert after.peak_resident - before.resident < 4 * MIB
    lines, _ = victim.order(do="log-size")
    assert lines < 1000


@pytest.mark.parametrize("octets", [100, MIB])
def test_peer_that_sends_to_one_that_does_not_receive_costs_no_memory(
    besiege: Besiege, octets: int
) -> None:
    victim = besiege("Push")

    with victim.friend() as friend, connect(victim.port) as raw:
        before = victim.usage
        raw.sendall(wire.GREETING + wire.ready("PULL"))
        for _ in range(100):
            raw.sendall(wire.frame(bytes(octets)))
        friend.is_served()
        after = victim.usage

    assert after.peak_resident - before.resident < 8 * MIB


def test_second_peer_of_a_pair_is_turned_away_with_the_reason(besiege: Besiege) -> None:
    victim = besiege("Pair")

    with victim.friend() as friend:
        say(victim.port, wire.GREETING + wire.ready("PAIR") + wire.frame(b"me too"))
        victim.wait_until_logged("the socket has its only peer already", 1)
        friend.is_served()
        failure = victim.failure or ""

    assert failure.endswith("the socket has its only peer already")
