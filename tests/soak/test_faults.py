"""Faults as often, and as long, as a suite has no time for."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable

import pytest

import zmq4
from faces.asyncio.test_cancellation_at_random import cancelled_now_and_then, flow
from faults.test_cancelled_dialogues import cancel_at_random
from faults.test_races import HAMMER, PLACES
from faults.test_restarts import kill_and_begin_anew, restart
from faults.test_slow_consumers import BODY, MARK, OTHERS, SEGMENT, neglect
from faults.test_storms_at_the_mark import storm
from fixtures.children import Children
from hostile.gauge import MIB
from hostile.victim import Victim
from zmq4.asyncio import Pull, Push

Besiege = Callable[..., Victim]
Figures = Callable[..., None]

pytestmark = pytest.mark.soak


def test_subscriber_that_reads_nothing_costs_no_more_over_a_hundred_thousand_messages(
    besiege: Besiege, figures: Figures, deadline: float
) -> None:
    victim = besiege("Pub", send_hwm=MARK, kernel_send_buffer=16 * 1024, deadline=600)

    grown, dropped = neglect(victim, deadline, 100_000)

    figures(dropped=dropped, resident_mib=round(grown / MIB, 2))
    assert grown < MARK * BODY * 1.25 + (OTHERS + 1) * 2 * SEGMENT


@pytest.mark.parametrize(("sender", "receiver"), [("Push", "Pull"), ("Dealer", "Dealer")])
async def test_pairs_at_the_mark_exchange_hundreds_of_thousands(
    endpoint: str, deadline: float, sender: str, receiver: str
) -> None:
    await storm(endpoint, 6 * deadline, sender, receiver, 5000)


def test_peer_that_was_stopped_for_a_minute_is_served_within_two_seconds(
    besiege: Besiege, figures: Figures, deadline: float
) -> None:
    victim = besiege("Pull", deadline=300)
    heartbeat = zmq4.Heartbeat(1, timeout=3)
    with zmq4.Push(connect=f"tcp://127.0.0.1:{victim.port}", heartbeat=heartbeat) as push:
        push.endpoint.ready(deadline)
        os.kill(victim.process.pid, signal.SIGSTOP)
        time.sleep(60)  # what takes a minute takes a minute
        assert push.endpoint.state == "connecting"
        push.send("after")
        os.kill(victim.process.pid, signal.SIGCONT)
        went_on = time.monotonic()
        assert victim.order(do="receive", text="after", timeout=60)

    figures(served_after_s=round(time.monotonic() - went_on, 2))


@pytest.mark.parametrize(("kind", "partner"), [("Push", "Pull"), ("Dealer", "Router")])
def test_thousand_restarts_lose_no_message(
    tcp_endpoint: str, deadline: float, kind: str, partner: str
) -> None:
    restart(tcp_endpoint, deadline, kind, partner, 1000)


def test_two_hundred_kills_lose_no_message(children: Children, deadline: float) -> None:
    kill_and_begin_anew(children, deadline, 200)


async def test_hundred_thousand_cancellations_lose_and_double_nothing(
    inproc_endpoint: str, figures: Figures
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 (it chooses when to cancel)
    async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
        sending = asyncio.create_task(flow(push, 50_000, chance))
        arrived = []
        for _ in range(100_000):
            message = await cancelled_now_and_then(pull.recv, chance)
            if message is not None:
                arrived.append(int(message.content))
        sending.cancel()
        arrived += [int(message.content) for message in iter(pull.try_recv, None)]

    figures(received=len(arrived))
    assert arrived == [*range(len(arrived))]


async def test_tens_of_thousands_of_requests_are_cancelled_and_none_mixed_up(
    tcp_endpoint: str, deadline: float
) -> None:
    await cancel_at_random(tcp_endpoint, deadline, 30_000)


@pytest.mark.parametrize("place", PLACES)
def test_threads_do_what_they_like_for_a_minute(children: Children, place: str) -> None:
    assert children.run(HAMMER, "60", place, deadline=180) == "[]\n"
