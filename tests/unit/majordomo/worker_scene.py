"""A world in which a scripted broker talks with a worker's machine."""

from random import Random

from zmq4.majordomo.jobs import (
    Job,
    WorkerCommand,
    WorkerEvent,
)
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.messages import MDP02, Dialect
from zmq4.options import Backoff
from zmq4.testing import Node, Parcel, World

HERE = "tcp://broker:5555"
THERE = "tcp://other:5555"
W = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, BEAT, LEAVE = (bytes([number]) for number in range(1, 7))
CHANCE = Random(1).random  # noqa: S311 (jitter is no secret)
CLIENT = b"\0\1\2\3\4"

WorkerNode = Node[WorkerCommand, WorkerEvent]


class Scene:
    """A world with a scripted broker and a worker of "echo"."""

    def __init__(
        self,
        *,
        dialect: Dialect = MDP02,
        handler_timeout: float | None = None,
        backoff: Backoff | None = None,
        brokers: tuple[str, ...] = (HERE,),
        patience: float = 15.0,
    ) -> None:
        self.world = World(5, patience=patience)
        self.broker = self.world.peer("broker", "ROUTER", bind=HERE, notify="disconnect")
        self.worker: WorkerNode = self.world.add(
            "worker",
            lambda: Worker(
                Brokers(brokers),
                b"echo",
                CHANCE,
                dialect=dialect,
                backoff=backoff,
                handler_timeout=handler_timeout,
            ),
        )

    def register(self) -> bytes:
        """Take a READY; return the worker's routing id."""
        return sender_of(self.broker.expect(W, READY, "echo", within=60))

    def give(self, worker: bytes, *body: str) -> Job:
        """Give the worker a request; return the job that comes of it."""
        self.broker.send(worker, W, REQUEST, CLIENT, b"", *body)
        self.world.run(0.1)
        job = self.worker.events[-1]
        assert isinstance(job, Job)
        return job

    def beats(self, worker: bytes, *, every: float = 2.5) -> None:
        """Send heartbeats from now on."""

        def beat() -> None:
            self.broker.send(worker, W, BEAT)
            self.world.after(every, beat)

        beat()


def sender_of(message: Parcel) -> bytes:
    assert message.sender is not None
    return message.sender


def is_beat(message: Parcel) -> bool:
    return message == (W, BEAT)


def is_farewell(message: Parcel) -> bool:
    return message == (b"",)


def times_of(scene: Scene, seconds: float, *wanted: bytes) -> list[float]:
    """Return when the broker got such messages within so many seconds."""
    end = scene.world.clock() + seconds
    times: list[float] = []
    while scene.world.run_until(scene.broker.has_news, end - scene.world.clock()):
        if scene.broker.recv() == wanted:
            times.append(scene.world.clock())
    return times
