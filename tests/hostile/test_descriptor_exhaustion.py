"""A flood that takes all descriptors: the process waits it out idle, and serves after."""

import time
from collections.abc import Callable

from hostile import gauge
from hostile.attack import Crowd
from hostile.victim import Victim

LIMIT = 40
FLOOD = 120

Besiege = Callable[..., Victim]
Figures = Callable[..., None]


def test_process_without_descriptors_idles_and_serves_within_a_second_after(
    besiege: Besiege, figures: Figures, time_unit: float
) -> None:
    victim = besiege("Pull", descriptors=LIMIT, handshake_timeout=None)
    hold = 30 * time_unit

    with victim.friend() as friend:
        with Crowd(victim.port, FLOOD) as crowd:
            victim.wait_until_logged("no descriptors left: accepting is paused", 1)
            began, cpu = time.monotonic(), gauge.cpu(victim.process.pid)
            crowd.watch(hold)
            used = gauge.cpu(victim.process.pid) - cpu
            share = used / (time.monotonic() - began)
            friend.is_served()
            held = victim.usage.descriptors
        released = time.monotonic()
        with victim.friend():
            recovery = time.monotonic() - released

    figures(
        held_s=hold,
        cpu_percent=round(share * 100, 2),
        recovery_ms=round(recovery * 1000),
        descriptors=held,
        of=LIMIT,
    )
    assert share < 0.05
    assert recovery < 1 + 5 * time_unit
    assert held <= LIMIT


def test_pause_of_accepting_is_logged_once_and_not_at_every_try(
    besiege: Besiege, time_unit: float
) -> None:
    victim = besiege("Pull", descriptors=LIMIT, handshake_timeout=None)

    with Crowd(victim.port, FLOOD) as crowd:
        victim.wait_until_logged("no descriptors left", 1)
        crowd.watch(20 * time_unit)

        assert victim.logged("no descriptors left") == 1


def test_process_may_still_open_files_while_a_flood_holds_its_share(besiege: Besiege) -> None:
    victim = besiege("Pull", descriptors=100, handshake_timeout=None)

    with victim.friend() as friend, Crowd(victim.port, FLOOD):
        victim.wait_until_logged("no descriptors left", 1)
        friend.is_served()

        assert victim.usage.descriptors < 100


def test_descriptors_taken_by_others_than_peers_stop_accepting_only(
    besiege: Besiege, time_unit: float
) -> None:
    victim = besiege("Pull", descriptors=LIMIT)

    with victim.friend() as friend:
        victim.order(do="hoard-descriptors")
        with Crowd(victim.port, 10) as crowd:
            victim.wait_until_logged("no descriptors left", 1)
            cpu = gauge.cpu(victim.process.pid)
            crowd.watch(10 * time_unit)
            used = gauge.cpu(victim.process.pid) - cpu
            friend.is_served()
        victim.order(do="release-descriptors")
        with victim.friend():
            pass

    assert used < 0.05 * 10 * time_unit + 0.02
