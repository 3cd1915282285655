"""A world with a broker, workers and clients of ours, all of them machines in virtual time."""

from collections.abc import Sequence
from random import Random

from zmq4.majordomo.calls import Answer, Ask, ClientCommand, ClientEvent, Failed
from zmq4.majordomo.events import BrokerEvent
from zmq4.majordomo.jobs import Job, Registered, Reply, Unregistered, WorkerCommand, WorkerEvent
from zmq4.majordomo.machine.broker import Broker, BrokerCommand
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.machine.worker import Worker
from zmq4.testing import Node, World

HERE = "tcp://broker:5555"
THERE = "tcp://other:5555"


class Labourer:
    """A worker whose handler takes so many seconds; it counts what it began."""

    def __init__(self, stage: "Stage", name: str, seconds: float, brokers: Sequence[str]) -> None:
        self._stage = stage
        self.seconds = seconds
        self.jobs: list[bytes] = []
        chance = Random(name).random  # noqa: S311 (jitter is no secret)
        self.node: Node[WorkerCommand, WorkerEvent] = stage.world.add(
            name, lambda: Worker(Brokers(brokers), b"echo", chance), hear=self._hear
        )

    @property
    def registered_at(self) -> list[float]:
        """Tell when its sessions began."""
        return self._times_of(Registered)

    @property
    def sessions_lost(self) -> int:
        return len(self._times_of(Unregistered))

    def _times_of(self, kind: type) -> list[float]:
        return [at for at, event in self.history if isinstance(event, kind)]

    @property
    def history(self) -> list[tuple[float, WorkerEvent]]:
        return self._stage.heard[self.node.name]

    def _hear(self, event: WorkerEvent) -> None:
        self.history.append((self._stage.world.clock(), event))
        if isinstance(event, Job):
            machine = self.node.machine
            self.jobs.append(event.body[0])

            def finish() -> None:
                if self.node.machine is machine:
                    self.node.tell(Reply(event.number, event.body))

            self._stage.world.after(self.seconds, finish)


class Caller:
    """A client, and what it was told."""

    def __init__(self, stage: "Stage", name: str, brokers: Sequence[str]) -> None:
        self.answers: list[bytes] = []
        self.failures: list[str] = []
        self.node: Node[ClientCommand, ClientEvent] = stage.world.add(
            name, lambda: Client(Brokers(brokers)), hear=self._hear
        )

    @property
    def is_done(self) -> bool:
        return bool(self.answers or self.failures)

    def ask(self, body: bytes, *, timeout: float = 2.5, retries: int = 2) -> None:
        self.node.tell(Ask(b"echo", (body,), timeout, retries=retries))

    def _hear(self, event: ClientEvent) -> None:
        match event:
            case Answer(body):
                self.answers += body
            case Failed(failure):
                self.failures.append(failure)
            case _:
                pass


class Stage:
    """The world, its broker, and room for others."""

    def __init__(self, *, patience: float = 15.0, brokers: Sequence[str] = (HERE,)) -> None:
        self.world = World(7, patience=patience)
        self.heard: dict[str, list[tuple[float, WorkerEvent]]] = {}
        self._addresses = brokers
        self.brokers: list[Node[BrokerCommand, BrokerEvent]] = [
            self.world.add(address.split("/")[-1].split(":")[0], lambda at=address: Broker([at]))
            for address in brokers
        ]

    @property
    def broker(self) -> Node[BrokerCommand, BrokerEvent]:
        return self.brokers[0]

    def worker(self, name: str = "worker", seconds: float = 0.01) -> Labourer:
        self.heard[name] = []
        return Labourer(self, name, seconds, self._addresses)

    def client(self, name: str = "client") -> Caller:
        return Caller(self, name, self._addresses)
