"""A system of Majordomo that a seed makes: a broker, workers, clients, and what happens to them.

Everybody has a living to make: clients ask and ask again until they are answered, workers work. For
a minute things go wrong; then all is repaired. In the end every request of a client that lived must
have had its answer: one, and its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from zmq4.majordomo.calls import Answer, Ask, ClientCommand, ClientEvent, Failed, Piece, Want
from zmq4.majordomo.jobs import Forgo, Job, Reply, WorkerCommand, WorkerEvent
from zmq4.majordomo.machine.broker import Broker
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.messages import MDP01, MDP02
from zmq4.majordomo.policy import Policy
from zmq4.options import Backoff
from zmq4.testing import Node, World

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = "tcp://broker:5555"
SERVICES = (b"echo", b"count")

FEW = 2_000
"""Seeds in the suite."""
MANY = 10_000
"""Seeds in all; the others are for the soak."""
CHUNK = 100
"""Seeds in one test."""

TROUBLE = 60.0
"""Seconds in which things go wrong."""
PATIENCE = 600.0
"""Seconds after that in which everybody must be answered: many tries, with back-off."""


def play(first: int) -> None:
    """Play the stories of a chunk of seeds.

    Raises:
        AssertionError: One went wrong; its note says which.
    """
    for seed in range(first, first + CHUNK):
        try:
            System(seed).run()
        except AssertionError as error:
            error.add_note(f"seed {seed}: System({seed}).run() plays it again")
            raise


@dataclass
class Errand:
    """A request that a client wants answered."""

    service: bytes
    payload: bytes
    want: Want
    parts: list[bytes] = field(default_factory=list)
    answers: int = 0


class Caller:
    """A connection of a client, and the errands that it has to run, one after the other."""

    def __init__(self, system: System, name: str, errands: list[Errand], brokers: Brokers) -> None:
        self.system = system
        self.name = name
        self.errands = errands
        self.at = 0
        dialect = system.random.choice([MDP01, MDP02])
        self.node: Node[ClientCommand, ClientEvent] = system.world.add(
            name, lambda: Client(brokers, dialect=dialect), hear=self.hear
        )
        self.has_parts = dialect.has_partial

    @property
    def is_done(self) -> bool:
        return self.at == len(self.errands)

    def next(self) -> None:
        if self.is_done:
            return
        errand = self.errands[self.at]
        errand.parts.clear()
        timeout = self.system.random.choice([1.0, 2.5, 8.0])
        ask = Ask(errand.service, (errand.payload,), timeout, retries=3, want=errand.want)
        self.node.tell(ask)

    def hear(self, event: ClientEvent) -> None:
        errand = self.errands[self.at]
        match event:
            case Piece(body):
                errand.parts.extend(body)
            case Answer(body):
                errand.parts.extend(body)
                errand.answers += 1
                self.system.check(self, errand)
                self.at += 1
                self.later(self.next)
            case Failed():
                self.system.failures[event.failure] += 1
                self.later(self.next)  # the same errand again

    def later(self, action: Callable[[], None]) -> None:
        self.system.world.after(self.system.random.random() * 2.0, action)


class Labourer:
    """A worker and its handler, which takes its time."""

    def __init__(self, system: System, name: str, service: bytes) -> None:
        self.system = system
        dialect = system.random.choice([MDP01, MDP02])
        self.node: Node[WorkerCommand, WorkerEvent] = system.world.add(
            name,
            lambda: Worker(
                Brokers([HERE]),
                service,
                system.random.random,
                dialect=dialect,
                backoff=Backoff(0.1, max=5.0),
                handler_timeout=20.0,
            ),
            hear=self.hear,
        )

    def hear(self, event: WorkerEvent) -> None:
        if not isinstance(event, Job):
            return
        random = self.system.random
        machine = self.node.machine
        replies = replies_to(event, random.random())
        delay = random.choice([0.001, 0.05, 0.5, 3.0, 30.0 if random.random() < 0.1 else 1.0])

        def go_on() -> None:
            if self.node.machine is not machine:
                return  # whoever worked on it was killed
            self.node.tell(replies.pop(0))
            if replies:
                self.system.world.after(delay / 4, go_on)

        self.system.jobs += 1
        self.system.world.after(delay, go_on)


def replies_to(job: Job, chance: float) -> list[Reply | Forgo]:
    """Make the replies to a job: an echo, or the payload in parts; now and then a failure."""
    if chance < 0.03:
        return [Forgo(job.number)]
    payload = job.body[0]
    if payload.startswith(b"count"):
        parts = [Reply(job.number, (payload + b"/%d" % at,), final=False) for at in range(3)]
        return [*parts, Reply(job.number, (b"",))]
    return [Reply(job.number, (payload.upper(),))]


class System:
    """All of it."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)  # noqa: S311 (the same seed is the same story)
        slow = random.choice([0.002, 0.02, 0.3])
        self.world = World(
            seed,
            latency=(0.0001, slow),
            breaks=random.choice([0.0, 0.0, 0.002, 0.01]),
            patience=random.choice([5.0, 15.0]),
        )
        self.failures: Counter[str] = Counter()
        self.jobs = 0
        self.loses = random.random() < 0.2
        """Whether single messages get lost between clients and broker. A whole request or answer
        may: the client asks again. A part would be missed by nobody, since parts have no numbers;
        connections lose none but their last."""
        self.mistakes: list[str] = []
        policy = Policy(busy_timeout=40.0)
        self.broker = self.world.add("broker", lambda: Broker([HERE], policy=policy))
        self.labourers = [
            Labourer(self, f"worker-{number}", SERVICES[number % len(SERVICES)])
            for number in range(random.randrange(2, 6))
        ]
        self.callers: list[Caller] = []
        for client in range(random.randrange(1, 4)):
            self._add_client(client)

    def _add_client(self, client: int) -> None:
        """Add a client with a few connections."""
        brokers = Brokers([HERE])
        for line in range(self.random.randrange(1, 4)):
            name = f"client-{client}.{line}"
            errands = [self._errand(f"{name}.{number}") for number in range(6)]
            caller = Caller(self, name, errands, brokers)
            self.callers.append(caller)
            self.world.after(self.random.random() * 20, caller.next)

    def _errand(self, name: str) -> Errand:
        service = b"echo" if self.loses else self.random.choice(SERVICES)
        want = self.random.choice([Want.WHOLE, Want.PARTS])
        return Errand(service, service + b" " + name.encode(), want)

    def run(self) -> None:
        """Play: trouble, repair, and the answers that are still owed.

        Raises:
            AssertionError: A request was not answered, or not with its own answer.
        """
        self._plan_trouble()
        self.world.run(TROUBLE)
        self._repair()
        is_answered = self.world.run_until(self._is_done, PATIENCE)

        owed = [caller.name for caller in self.callers if not caller.is_done]
        assert is_answered, f"not answered: {owed}; failures: {dict(self.failures)}"
        assert not self.mistakes, self.mistakes
        answers = [errand.answers for caller in self.callers for errand in caller.errands]
        assert set(answers) == {1}

    def _is_done(self) -> bool:
        return all(caller.is_done for caller in self.callers)

    def check(self, caller: Caller, errand: Errand) -> None:
        """Compare an answer with what the service makes of the request."""
        payload = errand.payload
        expected = [payload.upper()]
        if errand.service == b"count":
            # 0.1 knows no end mark: what a worker sends as the empty end is a frame like others.
            expected = [payload + b"/%d" % at for at in range(3)]
        got = [part for part in errand.parts if part]
        if got != expected:
            self.mistakes.append(f"{caller.name}: {expected} was answered by {errand.parts}")

    # Trouble.

    def _plan_trouble(self) -> None:
        for _ in range(self.random.randrange(1, 9)):
            self.world.at(self.random.random() * (TROUBLE - 10), self._make_trouble)
        if self.loses:
            self.world.lose(0.05, *(caller.name for caller in self.callers))

    def _make_trouble(self) -> None:
        random, world = self.random, self.world
        nodes = [self.broker, *(each.node for each in self.labourers)]
        node = random.choice(nodes)
        everybody = [*nodes, *(caller.node for caller in self.callers)]
        match random.randrange(7):
            case 0:
                node.restart(after=random.choice([0.1, 1.0, 15.0]))
            case 1:
                self.broker.restart(after=random.choice([0.1, 1.0, 15.0]))
            case 2:
                node.kill(silently=True)
                world.after(random.choice([1.0, 10.0, 30.0]), node.start)
            case 3:
                some = random.sample([each.name for each in everybody], k=len(everybody) // 2)
                world.cut(*some)
                world.after(random.choice([0.5, 2.0, 20.0]), world.heal)
            case 4:
                world.cut(node.name)
                world.after(random.choice([0.5, 2.0, 20.0]), world.heal)
            case 5:
                stopped = random.choice(everybody)
                stopped.pause()
                world.after(random.choice([0.5, 5.0, 20.0]), stopped.resume)
            case _:
                random.choice(everybody).jump(random.choice([1.0, 10.0, 3600.0]))

    def _repair(self) -> None:
        self.world.lose(0.0)
        self.world.break_connections(0.0)
        self.world.heal()
        for node in (self.broker, *(each.node for each in self.labourers)):
            node.resume()
            node.start()
        for caller in self.callers:
            caller.node.resume()
