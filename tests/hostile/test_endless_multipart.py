"""A message that never ends: its frames are counted, and the connection closed at the limit."""

from collections.abc import Callable
from contextlib import suppress

from hostile import wire
from hostile.attack import connect, say
from hostile.gauge import MIB
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

FRAMES = 200_000
EMPTY = wire.frame(b"", wire.MORE)


def test_endless_message_ends_at_the_limit_and_costs_little(
    besiege: Besiege, figures: Figures
) -> None:
    victim = besiege("Pull")

    with victim.friend() as friend:
        before = victim.usage
        sent = send_frames(victim.port, FRAMES)
        after = victim.wait_until_as_before(before)
        failure = victim.order(do="failure-when-peers-are", peers=1)
        friend.is_served()

    figures(
        frames_offered=FRAMES,
        frames_taken_by_the_kernel=sent,
        resident_mib=round((after.peak_resident - before.resident) / MIB, 2),
    )
    assert failure == "a message has more than 65536 frames"
    assert after.peak_resident - before.resident < 8 * MIB


def send_frames(port: int, count: int) -> int:
    """Send empty frames of one message until the other side closes; return how many went."""
    sent = 0
    with connect(port) as raw, suppress(ConnectionError):
        raw.sendall(wire.GREETING + wire.ready("PUSH"))
        for _ in range(count // 1000):
            raw.sendall(EMPTY * 1000)
            sent += 1000
        while raw.recv(65536):
            pass
    return sent


def test_message_of_as_many_frames_as_allowed_is_delivered(besiege: Besiege) -> None:
    victim = besiege("Pull")
    most = wire.frame(b"most", wire.MORE) + EMPTY * (65_536 - 2) + wire.frame(b"last")

    with connect(victim.port) as raw:
        raw.sendall(wire.GREETING + wire.ready("PUSH") + most)

        assert victim.order(do="receive", text="most", timeout=5)


def test_commands_between_frames_do_not_count_and_do_not_start_anew(besiege: Besiege) -> None:
    victim = besiege("Pull", max_frames=100)
    ping = wire.command(b"PING", b"\0\0")

    with victim.friend():
        say(victim.port, wire.GREETING + wire.ready("PUSH") + (EMPTY + ping) * 101)
        failure = victim.order(do="failure-when-peers-are", peers=1)

    assert failure == "a message has more than 100 frames"


def test_octets_of_empty_frames_count_as_what_they_cost(besiege: Besiege) -> None:
    victim = besiege("Pull", max_message_bytes=6400)

    with victim.friend():
        say(victim.port, wire.GREETING + wire.ready("PUSH") + EMPTY * 101)
        failure = victim.order(do="failure-when-peers-are", peers=1)

    assert failure == "the frames of a message exceed 6400 octets together"
