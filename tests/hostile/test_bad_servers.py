"""Servers that are none, or mean harm: who connects to them backs off, says why, and serves on."""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from fixtures.clock import DEADLINE
from hostile import gauge, wire
from hostile.attack import read_to_the_end
from hostile.victim import Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[float]]]:
    """Serve on a port of its own; gives the address, and the times at which peers came."""
    times: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:
                    return
                times.append(time.monotonic())
                with raw, suppress(OSError):
                    answer(raw)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", times
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(*words: bytes) -> Callable[[socket.socket], None]:
    """Return a server that says ``words`` and hears its peer out."""

    def answer(raw: socket.socket) -> None:
        for each in words:
            raw.sendall(each)
        raw.settimeout(2)
        read_to_the_end(raw)

    return answer


REFUSALS = {
    "http": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "by its first octets, HTTP"),
    "ssh": (saying(b"SSH-2.0-OpenSSH_9.6\r\n"), "by its first octets, SSH"),
    "tls_alert": (saying(b"\x15\x03\x01\x00\x02\x02\x46"), "by its first octets, TLS"),
    "smtp": (saying(b"220 mail.example ESMTP\r\n"), "by its first octets, SMTP or FTP"),
    "curve": (saying(wire.GREETING.replace(b"NULL\0", b"CURVE")), 'mechanism is "CURVE"'),
    "wrong_type": (saying(wire.GREETING + wire.ready("PUB")), 'peer of type "PUB"'),
    "denied": (
        saying(wire.GREETING + wire.command(b"ERROR", b"\x03400")),
        'the peer ended the handshake: "400"',
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_server_that_will_never_do_is_not_asked_again_soon(
    besiege: Besiege, time_unit: float, case: str
) -> None:
    answer, reason = REFUSALS[case]
    victim = besiege("Push")

    with victim.friend() as friend, server(answer) as (address, times):
        victim.order(do="connect", address=address)
        victim.wait_until_logged(reason, 1)
        time.sleep(3 * time_unit)  # an attempt that must not come cannot be waited for
        friend.is_served()
        state, failure, attempts = victim.order(do="line")

    assert (state, attempts, len(times)) == ("connecting", 1, 1)
    assert reason in failure


def close(raw: socket.socket) -> None:
    """Close without a word."""


def close_in_the_handshake(raw: socket.socket) -> None:
    """Close behind the greeting."""
    raw.sendall(wire.GREETING)


def close_in_traffic(raw: socket.socket) -> None:
    """Close behind a good handshake."""
    raw.sendall(wire.GREETING + wire.ready("PULL"))
    raw.recv(64)


@pytest.mark.parametrize("answer", [close, close_in_the_handshake, close_in_traffic])
def test_server_that_closes_again_and_again_is_asked_ever_more_seldom(
    besiege: Besiege,
    figures: Figures,
    time_unit: float,
    answer: Callable[[socket.socket], None],
) -> None:
    victim = besiege("Push")
    hold = 10 * time_unit

    with server(answer) as (address, times):
        cpu = gauge.cpu(victim.process.pid)
        victim.order(do="connect", address=address)
        time.sleep(hold)  # what counts is how often it comes in a given time
        used = gauge.cpu(victim.process.pid) - cpu
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]

    figures(attempts=len(times), in_s=hold, cpu_percent=round(used / hold * 100, 1))
    assert 3 <= len(times) <= 5
    assert pauses[-1] > 1.5 * pauses[0]
    assert used < 0.05 * hold + 0.02


def test_silent_server_is_left_when_the_handshake_is_due(
    besiege: Besiege, time_unit: float
) -> None:
    victim = besiege("Push", handshake_timeout=3 * time_unit)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        victim.order(do="connect", address=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        raw, _ = listener.accept()
        with raw:
            raw.settimeout(50 * time_unit)
            heard = read_to_the_end(raw)
        _, failure, _ = victim.order(do="line")

    assert heard == wire.GREETING[:8] + b"\1\x7f"
    assert "the handshake was not done within" in failure


def test_endless_message_of_a_server_is_cut_off_and_costs_no_memory(besiege: Besiege) -> None:
    victim = besiege("Dealer")
    opening = wire.GREETING + wire.ready("DEALER")

    def answer(raw: socket.socket) -> None:
        raw.sendall(opening)
        while True:
            raw.sendall(wire.frame(b"", wire.MORE) * 10_000)

    with victim.friend(), server(answer) as (address, times):
        before = victim.usage
        victim.order(do="connect", address=address)
        wait_until(lambda: len(times) >= 3)
        _, failure, _ = victim.order(do="line")
        after = victim.usage

    assert after.peak_resident - before.resident < 8 * gauge.MIB
    assert failure == "a message has more than 65536 frames"


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait until ``is_done``."""
    give_up = time.monotonic() + DEADLINE
    while not is_done():
        assert time.monotonic() < give_up
        time.sleep(0.01)  # a server of raw sockets tells nobody
