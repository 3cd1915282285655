"""The worker's machine: dialogues with a scripted broker in virtual time."""

from itertools import pairwise
from random import Random

import pytest

from zmq4.majordomo.jobs import (
    Abandoned,
    Forgo,
    Job,
    Loss,
    Registered,
    Reply,
    Stop,
    Unregistered,
    WorkerCommand,
    WorkerEvent,
)
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.messages import MDP01, MDP02, Dialect
from zmq4.options import Backoff
from zmq4.testing import Node, Parcel, World

HERE = "tcp://broker:5555"
THERE = "tcp://other:5555"
W = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, BEAT, LEAVE = (bytes([number]) for number in range(1, 7))
CHANCE = Random(1)  # noqa: S311 (jitter is no secret)
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


class TestSessions:
    def test_ready_is_said_once_when_the_broker_is_there(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_beat

        scene.register()

        assert scene.worker.events == [Registered(HERE)]
        scene.broker.expect_silence(5)

    def test_broker_that_comes_later_is_found(self) -> None:
        world = World()
        world.add("worker", lambda: Worker(Brokers([HERE]), b"echo", CHANCE))
        world.run(20)

        broker = world.peer("broker", "ROUTER", bind=HERE)

        broker.expect(W, READY, "echo", within=40)

    def test_heartbeats_are_sent_each_interval_while_idle(self) -> None:
        scene = Scene()
        scene.beats(scene.register())

        times = times_of(scene, 20, W, BEAT)

        gaps = [after - before for before, after in pairwise(times)]
        assert len(times) == 8
        assert all(2.2 <= gap <= 2.8 for gap in gaps)

    def test_heartbeats_go_on_while_the_handler_works(self) -> None:
        scene = Scene()
        scene.give(scene.register(), "long")

        assert len(times_of(scene, 20, W, BEAT)) == 8

    def test_heartbeat_is_sent_only_if_nothing_else_was(self) -> None:
        scene = Scene()
        worker = scene.register()
        job = scene.give(worker, "x")

        for _ in range(10):
            scene.world.run(2)
            scene.worker.tell(Reply(job.number, ["part"], final=False))

        assert not any(is_beat(message) for message in scene.broker.received)

    def test_silent_broker_is_left_after_three_intervals(self) -> None:
        scene = Scene()
        first = scene.register()
        start = scene.world.clock()
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)

        second = scene.register()

        assert second != first
        assert 7.4 < scene.world.clock() - start < 8
        assert scene.worker.events[1:2] == [
            Unregistered(HERE, Loss.SILENCE, pytest.approx(0.1, abs=0.03))  # type: ignore[arg-type]
        ]

    def test_pause_grows_with_each_session_that_comes_to_nothing(self) -> None:
        scene = Scene(backoff=Backoff(0.1, max=2.0, jitter=0.0))
        pauses: list[float] = []
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)

        for _ in range(7):
            scene.broker.send(scene.register(), W, LEAVE)
            scene.world.run(0.05)
            lost = scene.worker.events[-1]
            assert isinstance(lost, Unregistered)
            pauses.append(lost.retry_in)

        assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]

    def test_worker_that_is_refused_each_time_asks_seldom(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_farewell
        count = 0
        end = scene.world.clock() + 10

        while scene.world.run_until(scene.broker.has_news, end - scene.world.clock()):
            scene.broker.send(scene.register(), W, LEAVE)
            count += 1

        assert 4 <= count <= 10

    def test_good_session_makes_the_pause_short_again(self) -> None:
        scene = Scene(backoff=Backoff(0.1, max=30.0, jitter=0.0))
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)
        for _ in range(5):
            scene.broker.send(scene.register(), W, LEAVE)
        worker = scene.register()
        scene.beats(worker)
        scene.world.run(20)

        scene.broker.send(worker, W, LEAVE)
        scene.world.run(0.05)

        lost = scene.worker.events[-1]
        assert isinstance(lost, Unregistered)
        assert lost.retry_in == 0.1

    def test_disconnect_leads_to_a_new_routing_id(self) -> None:
        scene = Scene()
        first = scene.register()

        scene.broker.send(first, W, LEAVE)

        assert sender_of(scene.broker.expect("")) == first
        assert scene.register() != first

    def test_lost_connection_leads_to_a_new_session_at_once(self) -> None:
        scene = Scene()
        first = scene.register()
        scene.beats(first)
        scene.world.run(10)

        scene.broker.reopen()
        scene.broker.connected()

        assert scene.world.clock() < 11
        assert scene.register() != first

    def test_other_broker_is_tried_when_one_does_not_answer(self) -> None:
        scene = Scene(brokers=(THERE, HERE))

        scene.register()

        assert scene.worker.events == [Registered(HERE)]

    def test_time_that_stood_still_costs_the_session_and_no_more(self) -> None:
        scene = Scene()
        scene.beats(scene.register())
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)

        scene.worker.jump(3600)

        scene.register()
        scene.broker.expect_silence(5)


class TestJobs:
    def test_reply_goes_back_with_the_address_untouched(self) -> None:
        scene = Scene()
        worker = scene.register()

        job = scene.give(worker, "hello", "", "world")
        scene.worker.tell(Reply(job.number, ["HELLO", b"", "WORLD"]))

        assert [*job.body] == [b"hello", b"", b"world"]
        scene.broker.expect(W, FINAL, CLIENT, b"", "HELLO", b"", "WORLD")

    def test_reply_in_parts(self) -> None:
        scene = Scene()
        job = scene.give(scene.register(), "count")

        scene.worker.tell(Reply(job.number, ["1"], final=False))
        scene.worker.tell(Reply(job.number, ["2"], final=False))
        scene.worker.tell(Reply(job.number, [b""]))

        scene.broker.expect(W, PARTIAL, CLIENT, b"", "1")
        scene.broker.expect(W, PARTIAL, CLIENT, b"", "2")
        scene.broker.expect(W, FINAL, CLIENT, b"", b"")

    def test_parts_are_one_reply_where_the_dialect_has_none(self) -> None:
        scene = Scene(dialect=MDP01)
        worker = sender_of(scene.broker.expect(b"", b"MDPW01", READY, "echo"))
        scene.broker.send(worker, b"", b"MDPW01", b"\2", CLIENT, b"", "count")
        scene.world.run(0.1)
        job = scene.worker.events[-1]
        assert isinstance(job, Job)

        scene.worker.tell(Reply(job.number, ["1"], final=False))
        scene.worker.tell(Reply(job.number, ["2", "3"], final=False))
        scene.worker.tell(Reply(job.number, ["end"]))

        scene.broker.expect(b"", b"MDPW01", b"\3", CLIENT, b"", "1", "2", "3", "end")

    def test_next_request_may_come_at_once(self) -> None:
        scene = Scene()
        worker = scene.register()

        for number in range(1, 4):
            job = scene.give(worker, "x")
            scene.worker.tell(Reply(job.number, ["y"]))
            assert job.number == number
            scene.broker.expect(W, FINAL, CLIENT, b"", "y")

    def test_second_request_is_dropped(self) -> None:
        scene = Scene()
        worker = scene.register()
        job = scene.give(worker, "first")

        scene.broker.send(worker, W, REQUEST, CLIENT, b"", "second")
        scene.world.run(1)

        assert scene.worker.events[-1] == job

    def test_silence_of_the_broker_does_not_count_while_there_is_a_job(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_beat
        job = scene.give(scene.register(), "long")

        scene.world.run(20)
        scene.worker.tell(Reply(job.number, ["done"]))

        scene.broker.expect(W, FINAL, CLIENT, b"", "done")
        scene.broker.expect_silence(7)

    def test_job_that_lost_its_session_is_abandoned_and_its_reply_dropped(self) -> None:
        scene = Scene()
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)
        worker = scene.register()
        job = scene.give(worker, "x")

        scene.broker.send(worker, W, LEAVE)
        scene.broker.expect_silence(5)
        assert scene.worker.events[-1] == Abandoned(job.number, Loss.DISMISSAL)
        scene.worker.tell(Reply(job.number, ["late part"], final=False))
        scene.worker.tell(Reply(job.number, ["late"]))

        assert scene.register() != worker
        scene.broker.expect_silence(5)

    def test_reply_to_an_earlier_job_is_dropped(self) -> None:
        scene = Scene()
        worker = scene.register()
        first = scene.give(worker, "1")
        scene.worker.tell(Reply(first.number, ["1"]))
        scene.broker.expect(W, FINAL, CLIENT, b"", "1")
        scene.give(worker, "2")

        scene.worker.tell(Reply(first.number, ["again"]))

        scene.broker.expect_silence(2)

    def test_handler_that_takes_too_long_costs_the_session(self) -> None:
        scene = Scene(handler_timeout=6.0)
        scene.broker.ignores = lambda message: is_beat(message) or is_farewell(message)
        worker = scene.register()
        job = scene.give(worker, "hang")
        start = scene.world.clock()

        scene.broker.expect(W, LEAVE, within=7)
        assert scene.world.clock() - start == pytest.approx(6, abs=0.2)
        assert scene.worker.events[-1] == Abandoned(job.number, Loss.OVERTIME)
        before = len(scene.broker.received)
        scene.broker.expect_silence(20)
        assert not any(is_beat(message) for message in scene.broker.received[before:])
        scene.worker.tell(Forgo(job.number))

        scene.register()

    def test_job_without_a_reply_gives_the_session_up(self) -> None:
        scene = Scene()
        worker = scene.register()
        job = scene.give(worker, "x")

        scene.worker.tell(Forgo(job.number))

        scene.broker.expect(W, LEAVE)
        scene.broker.expect("")
        assert scene.register() != worker

    def test_broker_that_does_not_read_chokes_the_worker_and_loses_nothing(self) -> None:
        scene = Scene()
        job = scene.give(scene.register(), "stream")
        machine = scene.worker.machine
        assert isinstance(machine, Worker)

        for number in range(3000):
            scene.worker.tell(Reply(job.number, [str(number)], final=False))
        scene.world.run_until(lambda: machine.is_choked, 0.01)
        assert machine.is_choked
        scene.worker.tell(Reply(job.number, ["end"]))
        scene.world.run(5)

        bodies = [message[4] for message in scene.broker.received if len(message) == 5]
        assert bodies == [*(str(number).encode() for number in range(3000)), b"end"]
        assert not machine.is_choked


class TestStop:
    def test_idle_worker_says_goodbye(self) -> None:
        scene = Scene()
        scene.register()

        scene.worker.tell(Stop())

        scene.broker.expect(W, LEAVE)
        assert not scene.worker.is_running

    def test_busy_worker_replies_first(self) -> None:
        scene = Scene()
        job = scene.give(scene.register(), "x")

        scene.worker.tell(Stop())
        scene.broker.expect_silence(2)
        scene.worker.tell(Reply(job.number, ["y"]))

        scene.broker.expect(W, FINAL, CLIENT, b"", "y")
        scene.broker.expect(W, LEAVE)
        assert not scene.worker.is_running

    def test_busy_worker_that_may_not_drain_leaves_at_once(self) -> None:
        scene = Scene()
        scene.give(scene.register(), "x")

        scene.worker.tell(Stop(drain=False))

        scene.broker.expect(W, LEAVE)
        assert not scene.worker.is_running

    def test_draining_worker_that_loses_its_session_is_done(self) -> None:
        scene = Scene()
        worker = scene.register()
        scene.give(worker, "x")

        scene.worker.tell(Stop())
        scene.broker.send(worker, W, LEAVE)
        scene.world.run(1)

        assert not scene.worker.is_running

    def test_worker_without_a_broker_stops_too(self) -> None:
        world = World()
        worker: WorkerNode = world.add("worker", lambda: Worker(Brokers([HERE]), b"echo", CHANCE))
        world.run(3)

        worker.tell(Stop())

        assert not worker.is_running


class TestGarbage:
    @pytest.mark.parametrize(
        "frames",
        [
            (b"",),
            (b"MDPW01", REQUEST, CLIENT, b"", b"x"),
            (W,),
            (W, b"\x09"),
            (W, READY, b"echo"),
            (W, REQUEST),
            (W, REQUEST, CLIENT),
            (W, REQUEST, CLIENT, b"x", b"y"),
            (W, REQUEST, CLIENT, b""),
            (W, REQUEST, b"", b"", b"x"),
            (b"MDPC02", b"\3", b"echo", b"x"),
        ],
        ids=repr,
    )
    def test_nonsense_is_dropped_and_the_session_goes_on(self, frames: tuple[bytes, ...]) -> None:
        scene = Scene()
        worker = scene.register()

        scene.broker.send(worker, *frames)
        scene.world.run(1)

        assert scene.worker.events == [Registered(HERE)]
        job = scene.give(worker, "sense")
        scene.worker.tell(Reply(job.number, ["sense"]))
        scene.broker.expect(W, FINAL, CLIENT, b"", "sense")

    def test_what_stands_behind_a_disconnect_is_not_heard(self) -> None:
        scene = Scene()
        worker = scene.register()

        scene.broker.send(worker, W, LEAVE)
        scene.broker.send(worker, W, REQUEST, CLIENT, b"", "x")
        scene.world.run(0.1)

        assert not any(isinstance(event, Job) for event in scene.worker.events)
