"""Restarts, networks and clocks, one at a time: broker, workers and clients in virtual time.

Scenarios 22.4 and 22.5 of what is known of Majordomo, where all three are ours.
"""

from random import Random
from typing import TYPE_CHECKING

import pytest

from zmq4.majordomo.calls import Answer, Ask, ClientCommand, ClientEvent, Failed, Failure
from zmq4.majordomo.events import Parting, WorkerGone
from zmq4.majordomo.jobs import Job, Registered, Reply, Unregistered, WorkerCommand, WorkerEvent
from zmq4.majordomo.machine.broker import Broker
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.policy import Policy
from zmq4.testing import Node, World

if TYPE_CHECKING:
    from collections.abc import Callable

HERE, THERE = "tcp://broker:5555", "tcp://other:5555"


class Stage:
    """A broker, and whoever is put on."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.world = World(11)
        self.broker = self.world.add("broker", lambda: Broker([HERE], policy=policy))
        self.executions: list[str] = []
        """Whose handlers began to work, in order."""

    def worker(
        self, name: str = "worker", *, takes: float = 0.01
    ) -> Node[WorkerCommand, WorkerEvent]:
        """Put a worker on that replies with its name, after so many seconds."""

        def hear(event: WorkerEvent) -> None:
            if not isinstance(event, Job):
                return
            machine = node.machine
            self.executions.append(name)

            def reply() -> None:
                if node.machine is machine:
                    node.tell(Reply(event.number, (name,)))

            self.world.after(takes, reply)

        random = Random(1)  # noqa: S311 (jitter)
        node: Node[WorkerCommand, WorkerEvent] = self.world.add(
            name, lambda: Worker(Brokers([HERE]), b"it", random.random), hear=hear
        )
        return node

    def client(
        self, name: str = "client", brokers: tuple[str, ...] = (HERE,)
    ) -> Node[ClientCommand, ClientEvent]:
        return self.world.add(name, lambda: Client(Brokers(brokers)))

    def ask(
        self,
        client: Node[ClientCommand, ClientEvent],
        *,
        timeout: float = 60.0,
        retries: int = 0,
    ) -> None:
        client.tell(Ask(b"it", (b"x",), timeout, retries))

    def outcome(
        self, client: Node[ClientCommand, ClientEvent], within: float = 120.0
    ) -> ClientEvent:
        """Let time pass until the client knows; it must know one thing."""
        assert self.world.run_until(lambda: bool(client.events), within)
        self.world.run(60)
        (event,) = client.events
        return event

    def sessions(self) -> int:
        machine = self.broker.machine
        assert isinstance(machine, Broker)
        return machine.stats(self.broker.now()).workers


def test_request_is_served_at_once_when_a_worker_comes() -> None:
    stage = Stage()
    client = stage.client()
    stage.ask(client)
    stage.world.run(3)

    stage.worker()

    assert stage.world.run_until(lambda: bool(client.events), 0.2)
    assert client.events == [Answer((b"worker",))]


def test_request_of_a_worker_that_dies_goes_to_another() -> None:
    stage = Stage()
    first, client = stage.worker("first", takes=5.0), stage.client()
    stage.world.run(1)
    stage.ask(client)
    stage.world.run(1)
    stage.worker("second")
    stage.world.run(1)

    first.kill()

    assert stage.outcome(client) == Answer((b"second",))
    assert stage.executions == ["first", "second"]


def test_request_of_a_worker_that_vanishes_goes_to_another_after_its_silence() -> None:
    stage = Stage()
    first, client = stage.worker("first", takes=50.0), stage.client()
    stage.world.run(1)
    stage.ask(client)
    stage.world.run(10)  # long enough to be known for heartbeats while it works
    stage.worker("second")
    start = stage.world.clock()

    first.kill(silently=True)

    assert stage.world.run_until(lambda: bool(client.events), 20)
    assert stage.world.clock() - start < 11
    assert stage.outcome(client) == Answer((b"second",))


def test_request_that_may_be_given_out_once_is_not_given_again() -> None:
    stage = Stage(Policy(max_attempts=1))
    first, client = stage.worker("first", takes=5.0), stage.client()
    stage.world.run(1)
    stage.ask(client, timeout=20.0)
    stage.world.run(1)
    stage.worker("second")

    first.kill()
    outcome = stage.outcome(client)

    assert isinstance(outcome, Failed)
    assert stage.executions == ["first"]


def test_request_that_was_given_up_is_executed_by_nobody() -> None:
    stage = Stage()
    client = stage.client()
    for _ in range(3):
        stage.ask(client, timeout=2.5, retries=2)
        stage.world.run(10)

    stage.worker()
    stage.world.run(10)

    assert stage.executions == []


def test_try_that_was_given_up_is_not_executed_beside_the_next() -> None:
    stage = Stage()
    client = stage.client()
    stage.ask(client, timeout=2.5, retries=10)
    stage.world.run(6)

    stage.worker()

    assert stage.outcome(client) == Answer((b"worker",))
    assert stage.executions == ["worker"]


def test_slow_service_is_executed_once_for_one_try() -> None:
    stage = Stage()
    stage.worker(takes=4.0)
    client = stage.client()
    stage.world.run(1)

    stage.ask(client, timeout=2.5)
    outcome = stage.outcome(client)

    assert isinstance(outcome, Failed)
    assert outcome.failure is Failure.TIMEOUT
    assert stage.executions == ["worker"]


@pytest.mark.parametrize(("down", "limit"), [(1.0, 4.0), (15.0, 50.0)])
def test_everybody_comes_back_to_a_broker_that_restarts(down: float, limit: float) -> None:
    stage = Stage()
    workers = [stage.worker(f"worker-{number}") for number in range(3)]
    client = stage.client()
    stage.world.run(10)

    stage.broker.restart(after=down)
    stage.world.run(0.1)
    stage.ask(client, timeout=20.0, retries=3)

    assert stage.world.run_until(lambda: bool(client.events), down + limit)
    assert isinstance(stage.outcome(client), Answer)
    assert stage.sessions() == len(workers)


def test_broker_may_come_last() -> None:
    stage = Stage()
    stage.broker.restart(after=10)
    client = stage.client()
    stage.worker()

    stage.ask(client)

    assert stage.outcome(client) == Answer((b"worker",))


def test_short_cut_costs_nothing() -> None:
    stage = Stage()
    idle, busy = stage.worker("idle"), stage.worker("busy", takes=4.0)
    client = stage.client()
    stage.world.run(1)
    idle.pause()  # so that the other gets it
    stage.world.run(0.1)
    stage.ask(client)
    stage.world.run(1)
    idle.resume()

    stage.world.cut("broker")
    stage.world.run(2)
    stage.world.heal()

    assert isinstance(stage.outcome(client), Answer)
    for node in (idle, busy):
        assert not any(isinstance(event, Unregistered) for event in node.events)
    assert len(stage.executions) == 1


def test_long_cut_of_a_busy_worker_is_answered_by_another_once() -> None:
    stage = Stage()
    cut, client = stage.worker("cut", takes=15.0), stage.client()
    stage.world.run(1)
    stage.ask(client)
    stage.world.run(6)
    stage.worker("other")
    stage.world.run(1)

    stage.world.cut("cut")
    stage.world.run(20)
    stage.world.heal()

    assert stage.outcome(client) == Answer((b"other",))
    stage.world.run(30)
    assert stage.sessions() == 2
    assert sum(isinstance(event, Registered) for event in cut.events) == 2


@pytest.mark.parametrize("who", ["broker", "worker", "client"])
@pytest.mark.parametrize("seconds", [10.0, 3600.0])
def test_clock_that_jumps_costs_no_answer(who: str, seconds: float) -> None:
    stage = Stage()
    worker, client = stage.worker(takes=3.0), stage.client()
    nodes: dict[str, Callable[[float], None]] = {
        "broker": stage.broker.jump,
        "worker": worker.jump,
        "client": client.jump,
    }
    stage.world.run(10)
    stage.ask(client, timeout=20.0, retries=5)
    stage.world.run(1)

    nodes[who](seconds)

    assert stage.outcome(client) == Answer((b"worker",))
    assert stage.sessions() == 1


def test_broker_that_stood_still_reads_before_it_judges() -> None:
    stage = Stage()
    workers = [stage.worker(f"worker-{number}") for number in range(20)]
    stage.world.run(10)

    stage.broker.pause()
    stage.world.run(20)
    stage.broker.resume()
    stage.world.run(20)

    assert stage.sessions() == len(workers)
    gone = [event for event in stage.broker.events if isinstance(event, WorkerGone)]
    assert not any(event.parting is Parting.SILENT for event in gone)


def test_worker_that_stood_still_comes_again() -> None:
    stage = Stage()
    worker, client = stage.worker(), stage.client()
    stage.world.run(10)

    worker.pause()
    stage.world.run(20)
    worker.resume()
    stage.world.run(5)
    stage.ask(client)

    assert stage.outcome(client) == Answer((b"worker",))
    assert stage.sessions() == 1


def test_other_broker_answers_within_one_try() -> None:
    stage = Stage()
    other = stage.world.add("other", lambda: Broker([THERE]))
    stage.worker()
    client = stage.client(brokers=(THERE, HERE))
    stage.world.run(1)
    other.kill()

    stage.ask(client, timeout=10.0)

    assert stage.world.run_until(lambda: bool(client.events), 5)
    assert stage.outcome(client) == Answer((b"worker",))
