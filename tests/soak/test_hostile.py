"""Attacks at full strength, as the threat model counts them."""

import statistics
import threading
import time
from collections.abc import Callable

import pytest

from hostile import gauge, wire
from hostile.attack import Crowd
from hostile.gauge import MIB
from hostile.test_announced_length import ABSURD, ALLOWED
from hostile.test_connect_and_close import come_and_go
from hostile.test_endless_multipart import send_frames
from hostile.test_slow_handshake import drip, time_to_connect
from hostile.victim import KINDS, Victim

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("descriptors")]


def test_five_thousand_drip_feeders_are_closed_within_ten_seconds(
    besiege: Besiege, figures: Figures
) -> None:
    victim = besiege("Pull", deadline=300)

    with victim.friend() as friend:
        before = victim.usage
        with Crowd(victim.port, 5000) as crowd:
            attack = threading.Thread(target=drip, args=(crowd, 30, 1))
            attack.start()
            honest = time_to_connect(victim.port, 200)
            friend.is_served()
            attack.join()
            still_open = len(crowd)
        after = victim.wait_until_as_before(before)

    p99 = statistics.quantiles(honest, n=100)[-1]
    figures(
        closed_by_s=round(max(crowd.lifetimes), 2),
        honest_p50_ms=round(statistics.median(honest) * 1000, 1),
        honest_p99_ms=round(p99 * 1000, 1),
        resident_mib=round((after.peak_resident - before.resident) / MIB, 1),
    )
    assert still_open == 0
    assert max(crowd.lifetimes) < 10.5
    assert p99 < 0.25


@pytest.mark.parametrize("lengths", [ABSURD, (ALLOWED,)])
def test_lengths_announced_on_a_thousand_connections_cost_no_memory(
    besiege: Besiege, figures: Figures, lengths: tuple[int, ...]
) -> None:
    victim = besiege("Pull", backlog=4096, deadline=120)
    opening = wire.GREETING + wire.ready("PUSH")

    with victim.friend() as friend:
        before = victim.usage
        with Crowd(victim.port, 1000) as crowd:
            crowd.each_say(
                lambda number: opening + wire.announce(lengths[number % len(lengths)]) + b"x"
            )
            crowd.watch(5)
            friend.is_served()
            still_open = len(crowd)
        after = victim.wait_until_as_before(before)

    figures(
        still_open=still_open,
        resident_mib=round((after.peak_resident - before.resident) / MIB, 2),
        virtual_mib=round((after.peak_virtual - before.peak_virtual) / MIB, 2),
    )
    assert after.peak_resident - before.resident < 16 * MIB
    assert after.peak_virtual - before.peak_virtual < 64 * MIB


def test_five_million_frames_of_one_message_cost_no_memory(
    besiege: Besiege, figures: Figures
) -> None:
    victim = besiege("Pull", deadline=120)

    with victim.friend() as friend:
        before = victim.usage
        for _ in range(20):
            send_frames(victim.port, 5_000_000)
        friend.is_served()
        after = victim.wait_until_as_before(before)

    figures(resident_mib=round((after.peak_resident - before.resident) / MIB, 2))
    assert after.peak_resident - before.resident < 8 * MIB


def test_process_without_descriptors_idles_for_a_minute(besiege: Besiege, figures: Figures) -> None:
    victim = besiege("Pull", descriptors=40, handshake_timeout=None, deadline=200)

    with victim.friend() as friend:
        with Crowd(victim.port, 120) as crowd:
            victim.wait_until_logged("no descriptors left", 1)
            began, cpu = time.monotonic(), gauge.cpu(victim.process.pid)
            crowd.watch(60)
            used = gauge.cpu(victim.process.pid) - cpu
            share = used / (time.monotonic() - began)
            friend.is_served()
        released = time.monotonic()
        with victim.friend():
            recovery = time.monotonic() - released

    figures(cpu_percent=round(share * 100, 3), recovery_ms=round(recovery * 1000))
    assert share < 0.05
    assert recovery < 1


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_flat_over_a_hundred_thousand_connections(
    besiege: Besiege, figures: Figures, kind: str
) -> None:
    victim = besiege(kind, backlog=1024, deadline=300)
    opening = wire.GREETING + wire.ready(victim.partner) + wire.frame(b"x")[:2]

    def attack() -> None:
        for _ in range(17):
            come_and_go(victim.port, b"")
            come_and_go(victim.port, opening)
            victim.wait_until_peers_are(1)

    grown = victim.endure(attack)

    figures(connections=102_000, resident_kib=grown // 1024)
    assert grown < 4 * MIB
