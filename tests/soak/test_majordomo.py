"""What only load can show of a broker: scenarios M20, M50, M68, M70 and M85, at full strength.

The broker is a child of its own, watched from outside; its peers are sockets of ours that follow the
frames of RFC 7 and RFC 18.
"""

import itertools
import json
import random
import subprocess  # noqa: TC003 (a dataclass asks for it)
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

import zmq4
import zmq4.majordomo
from fixtures.children import Children
from fixtures.clock import DEADLINE
from hostile import gauge
from majordomo.vectors import ADDRESS
from zmq4.majordomo import Client

Figures = Callable[..., None]

pytestmark = pytest.mark.soak

MIB = gauge.MIB
PROGRAM = """
    import json, sys
    from zmq4.majordomo import Broker, Limits, Policy

    settings = json.loads(sys.argv[1])
    policy = Policy(**settings.pop("policy", {}))
    limits = Limits(**settings.pop("limits", {}))
    with Broker("tcp://127.0.0.1:0", policy=policy, limits=limits, **settings) as broker:
        print(broker.endpoint, flush=True)
        for line in sys.stdin:
            stats = broker.stats()
            print(json.dumps([stats.workers, stats.clients, stats.queued]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A broker in a process of its own."""

    address: str
    process: "subprocess.Popen[str]"

    def counts(self) -> tuple[int, int, int]:
        """Count workers, clients, and requests that wait."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        workers, clients, queued = json.loads(self.process.stdout.readline())
        return workers, clients, queued

    @property
    def usage(self) -> gauge.Usage:
        return gauge.usage(self.process.pid)


@pytest.fixture
def watch(children: Children) -> Callable[..., Watched]:
    def start(**settings: object) -> Watched:
        process = children.start(PROGRAM, json.dumps(settings), deadline=60 * DEADLINE)
        assert process.stdout is not None
        return Watched(process.stdout.readline().strip(), process)

    return start


def wait_until(is_so: Callable[[], bool], within: float = 3 * DEADLINE) -> None:
    give_up = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)  # nobody tells from outside


def say(socket: zmq4.Dealer, *frames: bytes) -> None:
    socket.send(*frames, timeout=DEADLINE)


def test_a_hundred_thousand_random_messages_leave_no_memory_behind(
    watch: Callable[..., Watched], figures: Figures
) -> None:
    broker = watch()
    chance = random.Random(20)  # noqa: S311 (no secret)
    frames = [b"", b"MDPC01", b"MDPW01", b"MDPC02", b"MDPW02", b"echo", ADDRESS]
    frames += [bytes([octet]) for octet in range(8)]

    def attack() -> int:
        for _ in range(100):
            with zmq4.Dealer(connect=broker.address, linger=DEADLINE) as peer:
                for _ in range(1000):
                    message = [chance.choice(frames) for _ in range(chance.randrange(1, 9))]
                    peer.send(*message, chance.randbytes(chance.randrange(10)), timeout=DEADLINE)
                peer.drain(timeout=DEADLINE)
        wait_until(lambda: broker.counts() == (0, 0, 0))
        return broker.usage.resident

    first, second = attack(), attack()

    figures(grown_kib=(second - first) // 1024)
    assert second - first < 4 * MIB


def test_ten_thousand_idle_sessions_stay_and_their_heartbeats_are_spread(
    watch: Callable[..., Watched], figures: Figures
) -> None:
    sessions, seconds = 10_000, 60
    broker = watch()
    beat = (b"", b"MDPW01", b"\x04")
    with ExitStack() as stack:
        workers = [
            stack.enter_context(zmq4.Dealer(connect=broker.address, linger=0))
            for _ in range(sessions)
        ]
        for worker in workers:
            say(worker, b"", b"MDPW01", b"\x01", b"idle")
        wait_until(lambda: broker.counts()[0] == sessions, within=12 * DEADLINE)

        before, until = broker.usage.cpu, time.monotonic() + seconds
        heard: list[int] = []
        while time.monotonic() < until:
            began = time.monotonic()
            heard.append(0)
            for worker in workers:
                heard[-1] += len(worker.recv_many(timeout=0))
                worker.send(*beat)
            time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))

        used = (broker.usage.cpu - before) / seconds
        figures(sessions=sessions, heard_a_second=heard, cpu=round(used, 3))
        assert broker.counts()[0] == sessions
        middle = sorted(heard[2:-1])
        assert middle[-1] < 3 * max(1, middle[len(middle) // 2])
        assert used < 0.7


def test_client_that_reads_nothing_does_not_fill_the_broker(
    watch: Callable[..., Watched], figures: Figures
) -> None:
    broker = watch()
    part = bytes(64 * 1024)
    with (
        zmq4.Dealer(connect=broker.address, linger=0, recv_hwm=10) as client,
        zmq4.Dealer(connect=broker.address, linger=0) as worker,
        Client(broker.address, timeout=DEADLINE) as other,
    ):
        say(worker, b"MDPW02", b"\x01", b"flood")
        say(client, b"MDPC02", b"\x01", b"flood", b"x")
        address = worker.recv(timeout=DEADLINE)[2]
        before, peak = broker.usage.resident, 0
        for number in range((1 << 30) // len(part)):
            try:
                worker.send(b"MDPW02", b"\x03", address, b"", part, timeout=1)
            except zmq4.Timeout:
                break
            if number % 100 == 0:
                peak = max(peak, broker.usage.resident - before)
                assert other.request("mmi.service", "flood").content == b"200"

        figures(peak_mib=peak // MIB)
        assert peak < 200 * MIB


def test_a_million_requests_for_one_worker_are_bounded(
    watch: Callable[..., Watched], figures: Figures
) -> None:
    length = 10_000
    broker = watch(policy={"queue_length": length}, limits={"requests_per_client": 2_000_000})
    with (
        zmq4.Dealer(connect=broker.address, linger=0) as flood,
        zmq4.Dealer(connect=broker.address, linger=0) as worker,
        zmq4.Dealer(connect=broker.address, linger=0) as idle,
    ):
        say(worker, b"", b"MDPW01", b"\x01", b"echo")
        say(idle, b"", b"MDPW01", b"\x01", b"idle")
        wait_until(lambda: broker.counts()[0] == 2)
        before, heard, began = broker.usage.resident, [time.monotonic()], time.monotonic()
        batch = [(b"", b"MDPC01", b"echo", bytes(100))] * 1000
        most = 0
        for number in range(1000):
            flood.send_many(batch, timeout=6 * DEADLINE)
            for message in idle.recv_many(timeout=0):
                assert list(message) == [b"", b"MDPW01", b"\x04"]
                heard.append(time.monotonic())
            if number % 20 == 0:
                say(idle, b"", b"MDPW01", b"\x04")
                say(worker, b"", b"MDPW01", b"\x04")
                most = max(most, broker.counts()[2])
        seconds = time.monotonic() - began

        gaps = [later - earlier for earlier, later in itertools.pairwise(heard)]
        figures(
            seconds=round(seconds, 1),
            grown_mib=(broker.usage.resident - before) // MIB,
            queued=most,
            longest_gap=round(max(gaps, default=0.0), 1),
        )
        assert most <= length
        assert broker.usage.resident - before < 200 * MIB
        assert max(gaps, default=0.0) < 7.5
        assert broker.counts()[0] == 2


def test_thousands_of_clients_that_come_and_go_leave_nothing_behind(
    watch: Callable[..., Watched], figures: Figures
) -> None:
    broker = watch()
    with zmq4.majordomo.Worker(broker.address, "echo", lambda request: request, concurrency=4):
        visits = 0

        def visit(seconds: int) -> int:
            nonlocal visits
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                with Client(broker.address, timeout=DEADLINE) as client:
                    client.request("echo", "x")
                visits += 1
            wait_until(lambda: broker.counts()[1] == 0)
            return broker.usage.resident

        first, second = visit(30), visit(30)

    figures(clients=visits, a_second=visits // 60, grown_kib=(second - first) // 1024)
    assert second - first < 4 * MIB
