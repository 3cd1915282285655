"""What peers can make us write into a log: nothing but printable lines, and few of them a second."""

import time
from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import connect, hang_up, say
from hostile.victim import Victim

LINES_A_SECOND = 10
"""Of one kind; then comes a line that says how many more there were."""

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


def most_lines(seconds: float) -> int:
    """Return the most lines of one kind that may be written in so long a time.

    Each window has its lines and a sum; a window begins before, and one ends behind.
    """
    return (LINES_A_SECOND + 1) * (int(seconds) + 2)


def flood_with_refusals(victim: Victim, count: int) -> float:
    """Be refused ``count`` times, and return for how many seconds that went on in the log."""
    began = time.monotonic()
    for _ in range(count):
        hang_up(victim.port, b"GET / HTTP/1.1\r\n\r\n")
    victim.wait_until_logged("connection refused", count)
    return time.monotonic() - began


def test_flood_of_bad_handshakes_is_summed_up_and_each_is_counted(
    besiege: Besiege, figures: Figures
) -> None:
    victim = besiege("Pull")

    with victim.friend():
        seconds = flood_with_refusals(victim, 3000)
        lines, octets = victim.order(do="log-size")

    figures(handshakes=3000, lines=lines, octets=octets, in_s=round(seconds, 1))
    assert lines <= most_lines(seconds)
    assert octets < 200 * lines
    assert victim.logged("connection refused") == 3000


def test_flood_of_one_kind_does_not_hide_another(besiege: Besiege) -> None:
    victim = besiege("Pull")

    with connect(victim.port) as raw:
        raw.sendall(wire.GREETING + wire.ready("PUSH"))
        flood_with_refusals(victim, 100)
        raw.sendall(wire.command(b"ERROR", b"\x05other"))

        victim.wait_until_logged("the peer reports an error", 1)


def test_flood_of_errors_from_one_peer_is_summed_up(besiege: Besiege) -> None:
    victim = besiege("Pull")
    began = time.monotonic()

    with victim.friend() as friend, connect(victim.port) as raw:
        raw.sendall(wire.GREETING + wire.ready("PUSH"))
        for _ in range(100):
            raw.sendall(wire.command(b"ERROR", b"\x03bad") * 1000)
        raw.sendall(wire.frame(b"after"))
        assert victim.order(do="receive", text="after", timeout=50)
        friend.is_served()
        lines, _ = victim.order(do="log-size")

    assert lines <= most_lines(time.monotonic() - began)


WORDS = {
    "escape": b"\x1b[2J\x1b]0;x\x07",
    "new_line": b"x\r\nCRITICAL root",
    "nul": b"\0x\0",
    "right_to_left": "\u202ex\u2066".encode(),
    "line_separator": "\u2028x\u2029\x85".encode(),
    "no_text": b"\xff\xfe\x80",
    "percent": b"%s%n%(x)s{}",
    "long": b"A" * 200,
}
CHANNELS: dict[str, Callable[[bytes], bytes]] = {
    "mechanism": lambda words: (
        wire.GREETING[:12] + words[:20].ljust(20, b"\0") + wire.GREETING[32:]
    ),
    "socket_type": lambda words: wire.GREETING + wire.ready(words.decode("latin-1")),
    "error_in_the_handshake": lambda words: (
        wire.GREETING + wire.command(b"ERROR", bytes([len(words)]) + words)
    ),
    "command_in_the_handshake": lambda words: wire.GREETING + wire.command(words),
    "error_in_traffic": lambda words: (
        wire.GREETING
        + wire.ready("PUSH")
        + wire.command(b"ERROR", bytes([len(words)]) + words)
        + wire.announce(2**63)
    ),
    "no_greeting": lambda words: words,
}


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_words_of_a_peer_are_told_in_printable_lines(
    besiege: Besiege, channel: str, words: str
) -> None:
    victim = besiege("Pull")

    say(victim.port, CHANNELS[channel](WORDS[words]) + bytes(64))
    victim.wait_until_logged("peer", 1)
    failure, lines = victim.failure or "", victim.order(do="log-lines")

    assert failure.isprintable()
    assert len(failure) < 400
    assert lines
    for line in lines:
        assert line.isprintable()
        assert len(line) < 1200
