"""Peers that take for ever over their handshake: they are closed in time, and block nobody."""

import statistics
import threading
import time
from collections.abc import Callable

import pytest

import zmq4
from hostile import wire
from hostile.attack import Crowd
from hostile.friend import PATIENCE
from hostile.gauge import MIB
from hostile.victim import Victim

PENDING_LIMIT = 512
"""Unfinished handshakes of one listener; beyond it the oldest go first."""
BACKLOG = 1024
"""Connections that the kernel keeps: in a burst beyond it, a SYN is sent again after 1 s."""

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


def drip(crowd: Crowd, seconds: float, pause: float) -> None:
    """Have each say the octets of a good greeting, one each ``pause``, for ``seconds``."""
    until = time.monotonic() + seconds
    for position in range(len(wire.GREETING)):
        octet = wire.GREETING[position : position + 1]
        crowd.each_say(lambda _number, octet=octet: octet)  # type: ignore[misc]
        crowd.watch(min(pause, max(0.0, until - time.monotonic())))
        if time.monotonic() >= until:
            return


def time_to_connect(port: int, count: int) -> list[float]:
    """Connect ``count`` honest clients, one after the other; return the seconds of each."""
    times = []
    with zmq4.Context() as context:
        for _ in range(count):
            began = time.monotonic()
            with zmq4.Push(connect=f"tcp://127.0.0.1:{port}", context=context, linger=0) as push:
                push.endpoint.ready(PATIENCE)
                times.append(time.monotonic() - began)
    return times


@pytest.mark.usefixtures("descriptors")
def test_drip_fed_handshakes_are_closed_in_time_while_honest_clients_connect(
    besiege: Besiege, figures: Figures, time_unit: float
) -> None:
    limit = 20 * time_unit
    victim = besiege("Pull", handshake_timeout=limit, backlog=BACKLOG)

    with victim.friend() as friend:
        before = victim.usage
        with Crowd(victim.port, 1000) as crowd:
            attack = threading.Thread(target=drip, args=(crowd, 2 * limit, 2 * time_unit))
            attack.start()
            honest = time_to_connect(victim.port, 200)
            friend.is_served()
            attack.join()
            still_open = len(crowd)
        peak = victim.usage.peak_resident

    p99 = statistics.quantiles(honest, n=100)[-1]
    figures(
        closed_by_s=round(max(crowd.lifetimes), 2),
        limit_s=limit,
        honest_p50_ms=round(statistics.median(honest) * 1000, 1),
        honest_p99_ms=round(p99 * 1000, 1),
        resident_mib=round((peak - before.resident) / MIB, 1),
    )
    assert still_open == 0
    assert max(crowd.lifetimes) < limit + 5 * time_unit
    assert p99 < 10 * time_unit
    assert peak - before.resident < 16 * MIB
    victim.wait_until_as_before(before)


def test_handshakes_have_ten_seconds_by_default(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Dealer")

    with victim.friend() as friend, Crowd(victim.port, 100) as crowd:
        drip(crowd, 12, 1)
        friend.is_served()

    figures(first_closed_s=round(min(crowd.lifetimes), 2), last=round(max(crowd.lifetimes), 2))
    assert len(crowd.lifetimes) == 100
    assert min(crowd.lifetimes) > 9.5
    assert max(crowd.lifetimes) < 10.5


def test_peer_that_says_nothing_is_closed_with_the_reason(
    besiege: Besiege, time_unit: float
) -> None:
    victim = besiege("Pull", handshake_timeout=3 * time_unit)

    with Crowd(victim.port, 3) as crowd:
        crowd.watch(100 * time_unit)
        victim.wait_until_logged("the handshake was not done within", 3)

    assert len(crowd.lifetimes) == 3
    assert "the handshake was not done within" in (victim.failure or "")


@pytest.mark.usefixtures("descriptors")
def test_oldest_of_too_many_unfinished_handshakes_are_closed_first(
    besiege: Besiege, time_unit: float
) -> None:
    victim = besiege("Pull", handshake_timeout=None, backlog=BACKLOG)

    with victim.friend() as friend, Crowd(victim.port, PENDING_LIMIT + 100) as crowd:
        oldest = list(crowd.numbers)[:100]
        crowd.watch(100 * time_unit, until_left=PENDING_LIMIT)
        friend.is_served()

        assert not set(oldest) & set(crowd.numbers)
        assert len(crowd) == PENDING_LIMIT


@pytest.mark.usefixtures("descriptors")
def test_unfinished_handshake_that_made_room_is_logged(besiege: Besiege, time_unit: float) -> None:
    victim = besiege("Pull", handshake_timeout=None, backlog=BACKLOG)

    with Crowd(victim.port, PENDING_LIMIT + 1) as crowd:
        crowd.watch(100 * time_unit, until_left=PENDING_LIMIT)

        victim.wait_until_logged("connection refused", 1)
        assert victim.failure
