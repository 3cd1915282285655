"""The worker's machine: jobs, replies, and what is no job."""

import pytest

from unit.majordomo.worker_scene import (
    CLIENT,
    FINAL,
    HERE,
    LEAVE,
    PARTIAL,
    READY,
    REQUEST,
    Scene,
    W,
    is_beat,
    is_farewell,
    sender_of,
)
from zmq4.majordomo.jobs import Abandoned, Forgo, Job, Loss, Registered, Reply
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.messages import MDP01


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
