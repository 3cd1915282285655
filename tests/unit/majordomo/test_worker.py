"""The worker's machine: how sessions begin, last and end. Scenarios 22.3."""

from itertools import pairwise

import pytest

from unit.majordomo.worker_scene import (
    BEAT,
    CHANCE,
    CLIENT,
    FINAL,
    HERE,
    LEAVE,
    READY,
    THERE,
    Scene,
    W,
    WorkerNode,
    is_beat,
    is_farewell,
    sender_of,
    times_of,
)
from zmq4.majordomo.jobs import Loss, Registered, Reply, Stop, Unregistered
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.worker import Worker
from zmq4.options import Backoff
from zmq4.testing import World


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
