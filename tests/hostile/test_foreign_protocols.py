"""Clients of other protocols, scanners and noise: closed with a reason that names what they are."""

import random
from collections.abc import Callable

import pytest

from hostile import wire
from hostile.attack import hang_up, say
from hostile.gauge import MIB
from hostile.victim import KINDS, Victim

Besiege = Callable[..., Victim]

OURS = wire.GREETING[:8] + b"\1" + wire.GREETING[9:]
"""What we greet with: octet 8 is the length of the routing id, and 1."""
SEED = 20_261_123

TLS_CLIENT_HELLO = bytes.fromhex(
    "16030100c8010000c40303" + "5a" * 32 + "20" + "a5" * 32 + "0022130113031302c02bc02fcca9cca8"
)

FOREIGN = {
    "http_get": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "by its first octets, HTTP"),
    "http_post": (b"POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "by its first octets, HTTP"),
    "http_2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "by its first octets, HTTP"),
    "tls": (TLS_CLIENT_HELLO, "by its first octets, TLS"),
    "ssh": (b"SSH-2.0-OpenSSH_9.6\r\n", "by its first octets, SSH"),
    "smtp": (b"220 mail.example ESMTP\r\n", "by its first octets, SMTP or FTP"),
    "redis": (b"*1\r\n$4\r\nPING\r\n", "no ZMTP greeting (first octet 0x2a)"),
    "nul": (bytes(100), "no ZMTP greeting (first octet 0x00)"),
    "zmtp_1_short": (b"\x01\x00\x06\x00hello", "no ZMTP greeting (first octet 0x01)"),
    "zmtp_1_long": (b"\xff" + bytes(7) + b"\x05\x00myid", "no ZMTP greeting (first octet 0xff)"),
    "zmtp_2": (wire.GREETING[:10] + b"\x01\x08" + bytes(64), "the peer speaks ZMTP 2.0"),
    "curve": (
        wire.GREETING.replace(b"NULL\0", b"CURVE"),
        'the peer\'s security mechanism is "CURVE", ours is NULL',
    ),
    "mechanism_with_garbage": (
        wire.GREETING.replace(b"NULL\0\0\0\0", b"NULL\0\0\x1b["),
        'the peer\'s security mechanism is "NULL\\x00\\x00\\x1b["',
    ),
    "message_before_ready": (
        wire.GREETING + wire.frame(b"hello"),
        "a message arrived before the peer was ready",
    ),
    "ping_before_ready": (
        wire.GREETING + wire.command(b"PING", b"\0\0"),
        'the command "PING" has no place in the handshake',
    ),
    "unknown_command": (
        wire.GREETING + wire.command(b"\x1b[31m\n" + b"A" * 100),
        r'the command "\x1b[31m\n',
    ),
    "empty_command": (
        wire.GREETING + wire.frame(b"", wire.COMMAND),
        "a frame of the handshake holds no command",
    ),
    "error_with_control_characters": (
        wire.GREETING + wire.command(b"ERROR", b"\x09\x1b[2J\r\nbad"),
        r'the peer ended the handshake: "\x1b[2J\r\nbad"',
    ),
    "wrong_socket_type": (
        wire.GREETING + wire.ready("SUB"),
        'a PULL socket cannot talk to a peer of type "SUB"',
    ),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_stranger_is_closed_with_the_reason_in_failure_and_log(besiege: Besiege, case: str) -> None:
    octets, reason = FOREIGN[case]
    victim = besiege("Pull")

    with victim.friend() as friend:
        say(victim.port, octets)
        victim.wait_until_logged("connection refused", 1)
        friend.is_served()
        failure = victim.failure or ""

        assert reason in failure
        assert failure.isprintable()
        assert victim.logged(reason) == 1


def test_stranger_of_another_mechanism_is_told_ours_before_it_is_closed(besiege: Besiege) -> None:
    victim = besiege("Pull")

    answer = say(victim.port, wire.GREETING.replace(b"NULL\0", b"PLAIN"))

    assert answer == OURS


def test_stranger_of_another_protocol_gets_no_more_than_a_signature(besiege: Besiege) -> None:
    victim = besiege("Pull")

    answer = say(victim.port, b"GET / HTTP/1.1\r\n\r\n")

    assert answer in (b"", OURS[:10])  # a reset may overtake it


@pytest.mark.parametrize("handshake", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_noise_leaves_nothing_behind(besiege: Besiege, kind: str, handshake: bool) -> None:
    victim = besiege(kind)
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be had again)
    opening = wire.GREETING + wire.ready(victim.partner) if handshake else b""

    def attack() -> None:
        for _ in range(300):
            hang_up(victim.port, opening + chance.randbytes(chance.randrange(1, 2000)))

    assert victim.endure(attack) < 4 * MIB


def test_every_noise_is_logged_or_counted(besiege: Besiege) -> None:
    victim = besiege("Pull")
    chance = random.Random(SEED)  # noqa: S311 (likewise)

    for _ in range(100):
        hang_up(victim.port, chance.randbytes(chance.randrange(1, 2000)))

    victim.wait_until_logged("connection refused", 100)
