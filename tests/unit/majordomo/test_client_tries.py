"""The client's machine: tries, their ends, and services without workers."""

import pytest

from unit.majordomo.client_scene import (
    HERE,
    PARTIAL,
    REQUEST,
    THERE,
    C,
    ClientNode,
    Scene,
    is_probe,
)
from zmq4.majordomo.calls import Answer, Ask, Failed, Failure, Piece, Want
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.testing import World


class TestTries:
    def test_time_out_without_retries_is_told(self) -> None:
        scene = Scene()

        scene.ask("x", timeout=2.0)
        scene.take("x")
        scene.take_probe("200")
        outcome = scene.outcome()

        assert isinstance(outcome, Failed)
        assert outcome.failure is Failure.TIMEOUT
        assert scene.world.clock() == pytest.approx(2.0, abs=0.1)

    def test_each_try_is_the_same_octets_on_a_new_connection(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_probe

        scene.ask("x", timeout=2.0, retries=2)
        senders = [scene.take("x") for _ in range(3)]
        scene.answer(senders[0], "late answer to the first")
        scene.answer(senders[2], "right")

        assert len({*senders}) == 3
        assert scene.outcome() == Answer((b"right",))

    def test_lost_connection_is_a_lost_try(self) -> None:
        scene = Scene()
        scene.ask("x", retries=1)
        scene.take("x")

        scene.broker.reopen()

        scene.answer(scene.take("x"), "right")
        assert scene.outcome() == Answer((b"right",))
        assert scene.world.clock() < 5

    def test_lost_connection_is_told_at_once_when_there_is_no_other_try(self) -> None:
        scene = Scene()
        scene.ask("x", timeout=30.0)
        scene.take("x")

        scene.broker.reopen()
        outcome = scene.outcome(within=1)

        assert isinstance(outcome, Failed)
        assert outcome.failure is Failure.BROKER_GONE

    def test_nobody_there_is_told_when_the_time_is_over(self) -> None:
        world = World()
        client: ClientNode = world.add("client", lambda: Client(Brokers([HERE])))

        client.tell(Ask(b"echo", ("x",), timeout=3.0, retries=1))
        world.run(7)

        (outcome,) = client.events
        assert isinstance(outcome, Failed)
        assert outcome.failure is Failure.BROKER_GONE
        assert HERE in outcome.detail

    def test_broker_that_comes_in_time_is_asked(self) -> None:
        world = World()
        client: ClientNode = world.add("client", lambda: Client(Brokers([HERE])))
        client.tell(Ask(b"echo", ("x",), timeout=10.0))
        world.run(4)

        broker = world.peer("broker", "ROUTER", bind=HERE)

        broker.expect(C, REQUEST, "echo", "x", within=4)

    def test_limit_ends_all_tries(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_probe

        scene.ask("x", timeout=2.0, retries=100, limit=7.0)
        outcome = scene.outcome()

        assert isinstance(outcome, Failed)
        assert scene.world.clock() == pytest.approx(7.0, abs=0.1)

    def test_next_broker_is_asked_within_the_same_try(self) -> None:
        scene = Scene(brokers=(THERE, HERE))

        scene.ask("x", timeout=5.0)
        scene.answer(scene.take("x"), "right")

        assert scene.outcome() == Answer((b"right",))
        assert scene.world.clock() < 2

    def test_next_broker_is_asked_after_a_failed_try(self) -> None:
        scene = Scene(brokers=(HERE, THERE))
        other = scene.world.peer("other", "ROUTER", bind=THERE)
        scene.broker.ignores = is_probe

        scene.ask("x", timeout=2.0, retries=1)
        scene.take("x")

        other.expect(C, REQUEST, "echo", "x")

    def test_each_part_has_its_time(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_probe
        scene.ask("count", timeout=2.0, want=Want.PARTS)
        client = scene.take("count")

        for number in range(5):
            scene.world.run(1.5)
            scene.answer(client, str(number), command=PARTIAL)
        scene.world.run(2.1)

        assert [type(event) for event in scene.client.events] == [*[Piece] * 5, Failed]

    def test_nothing_is_tried_again_once_a_part_was_told(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_probe
        scene.ask("count", timeout=2.0, retries=3, want=Want.PARTS)

        scene.answer(scene.take("count"), "1", command=PARTIAL)

        scene.broker.expect_silence(10)
        assert isinstance(scene.client.events[-1], Failed)

    def test_parts_of_a_lost_try_are_forgotten(self) -> None:
        scene = Scene()
        scene.broker.ignores = is_probe
        scene.ask("count", timeout=2.0, retries=1)

        scene.answer(scene.take("count"), "1", command=PARTIAL)
        scene.world.run(2.5)
        scene.answer(scene.take("count"), "whole")

        assert scene.outcome() == Answer((b"whole",))


class TestServices:
    def test_service_without_a_worker_is_told_when_the_time_is_over(self) -> None:
        scene = Scene()

        scene.ask("x", timeout=4.0)
        scene.take("x")
        scene.take_probe("404")
        outcome = scene.outcome()

        assert isinstance(outcome, Failed)
        assert outcome.failure is Failure.NO_SERVICE
        assert scene.world.clock() == pytest.approx(4.0, abs=0.1)

    def test_worker_that_comes_late_is_waited_for(self) -> None:
        scene = Scene()

        scene.ask("x", timeout=4.0)
        client = scene.take("x")
        scene.take_probe("404")
        scene.answer(client, "there after all")

        assert scene.outcome() == Answer((b"there after all",))

    def test_who_does_not_wait_is_told_at_once_and_nothing_is_requested(self) -> None:
        scene = Scene()

        scene.ask("x", waits=False, retries=3)
        scene.take_probe("404")
        outcome = scene.outcome(within=1)

        assert isinstance(outcome, Failed)
        assert outcome.failure is Failure.NO_SERVICE
        scene.broker.expect_silence(5)

    @pytest.mark.parametrize("answer", ["200", "501"])
    def test_who_does_not_wait_asks_what_is_not_denied(self, answer: str) -> None:
        scene = Scene()

        scene.ask("x", waits=False)
        scene.take_probe(answer)
        scene.answer(scene.take("x"), "ok")

        assert scene.outcome() == Answer((b"ok",))

    def test_management_is_asked_without_questions(self) -> None:
        scene = Scene()

        scene.ask("echo", service=b"mmi.service", waits=False, timeout=10.0)
        message = scene.broker.expect(C, REQUEST, "mmi.service", "echo")
        scene.broker.expect_silence(8)
        assert message.sender is not None
        scene.answer(message.sender, "200", service="mmi.service")

        assert scene.outcome() == Answer((b"200",))
