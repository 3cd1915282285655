"""The client's machine: dialogues with a scripted broker in virtual time."""

import math

import pytest

from zmq4.majordomo.calls import (
    Answer,
    Ask,
    ClientCommand,
    ClientEvent,
    Close,
    Failed,
    Failure,
    GiveUp,
    Piece,
    Want,
)
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.messages import MDP01, MDP02, Dialect
from zmq4.testing import Node, Parcel, World

HERE = "tcp://broker:5555"
THERE = "tcp://other:5555"
C = b"MDPC02"
REQUEST, PARTIAL, FINAL = b"\1", b"\2", b"\3"

ClientNode = Node[ClientCommand, ClientEvent]


class Scene:
    """A world with a scripted broker and a client."""

    def __init__(self, *, dialect: Dialect = MDP02, brokers: tuple[str, ...] = (HERE,)) -> None:
        self.world = World(5)
        self.broker = self.world.peer("broker", "ROUTER", bind=HERE)
        self.client: ClientNode = self.world.add(
            "client", lambda: Client(Brokers(brokers), dialect=dialect)
        )

    def ask(self, *body: str, service: bytes = b"echo", **terms: object) -> None:
        self.client.tell(Ask(service, body, **{"timeout": 10.0, **terms}))  # type: ignore[arg-type]

    def take(self, *body: str) -> bytes:
        """Take a request; return whose it is."""
        message = self.broker.expect(C, REQUEST, "echo", *body)
        assert message.sender is not None
        return message.sender

    def answer(self, to: bytes, *body: str, command: bytes = FINAL, service: str = "echo") -> None:
        self.broker.send(to, C, command, service, *body)
        self.world.run(0.1)

    def take_probe(self, answer: str | None = None) -> None:
        """Take the question whether there is a worker, and answer it."""
        message = self.broker.expect(C, REQUEST, "mmi.service", "echo", within=30)
        if answer is not None:
            assert message.sender is not None
            self.answer(message.sender, answer, service="mmi.service")

    def outcome(self, within: float = 60.0) -> ClientEvent:
        """Let the world go on until the request has come to its end."""
        events = self.client.events
        assert self.world.run_until(lambda: bool(events), within)
        assert not isinstance(events[0], Piece)
        return events.pop()


class TestAnswers:
    def test_request_is_answered(self) -> None:
        scene = Scene()

        scene.ask("hello", "", "world")
        scene.answer(scene.take("hello", "", "world"), "HELLO", "", "WORLD")

        assert scene.outcome() == Answer((b"HELLO", b"", b"WORLD"))

    def test_older_dialect_is_spoken(self) -> None:
        scene = Scene(dialect=MDP01)

        scene.ask("hello")
        message = scene.broker.expect(b"", b"MDPC01", "echo", "hello")
        assert message.sender is not None
        scene.broker.send(message.sender, b"", b"MDPC01", "echo", "HELLO")

        assert scene.outcome() == Answer((b"HELLO",))

    def test_parts_are_told_when_they_come(self) -> None:
        scene = Scene()

        scene.ask("count", want=Want.PARTS)
        client = scene.take("count")
        scene.answer(client, "1", command=PARTIAL)
        scene.answer(client, "2", command=PARTIAL)
        assert scene.client.events == [Piece((b"1",)), Piece((b"2",))]
        scene.answer(client, "3")

        assert scene.client.events[-1] == Answer((b"3",))

    def test_empty_end_is_no_part(self) -> None:
        scene = Scene()

        scene.ask("count", want=Want.PARTS)
        client = scene.take("count")
        scene.answer(client, "1", command=PARTIAL)
        scene.answer(client, "")

        assert scene.client.events == [Piece((b"1",)), Answer(())]

    def test_empty_answer_without_parts_is_an_answer(self) -> None:
        scene = Scene()

        scene.ask("nothing", want=Want.PARTS)
        scene.answer(scene.take("nothing"), "")

        assert scene.outcome() == Answer((b"",))

    def test_parts_are_put_together_for_who_wants_the_whole(self) -> None:
        scene = Scene()

        scene.ask("count")
        client = scene.take("count")
        scene.answer(client, "1", "2", command=PARTIAL)
        scene.answer(client, "3", command=PARTIAL)
        scene.answer(client, "end")

        assert scene.outcome() == Answer((b"1", b"2", b"3", b"end"))

    def test_nothing_is_waited_for_when_nothing_is_wanted(self) -> None:
        scene = Scene()

        scene.ask("1", want=Want.NOTHING)
        assert scene.outcome() == Answer(())
        scene.ask("2", want=Want.NOTHING)
        assert scene.outcome() == Answer(())
        first, second = scene.take("1"), scene.take("2")
        scene.answer(first, "ignored")

        assert first == second
        assert scene.client.events == []


class TestConnections:
    def test_connection_is_used_again(self) -> None:
        scene = Scene()

        senders: set[bytes] = set()
        for number in range(5):
            scene.ask(str(number))
            client = scene.take(str(number))
            senders.add(client)
            scene.answer(client, "ok")
            assert scene.outcome() == Answer((b"ok",))

        assert len(senders) == 1

    def test_connection_of_a_request_that_was_given_up_is_not(self) -> None:
        scene = Scene()

        scene.ask("slow")
        first = scene.take("slow")
        scene.client.tell(GiveUp())
        scene.ask("next")
        scene.answer(first, "late")
        second = scene.take("next")
        scene.answer(second, "right")

        assert first != second
        assert scene.outcome() == Answer((b"right",))

    def test_connection_that_said_too_much_is_not(self) -> None:
        scene = Scene()
        scene.ask("x")
        first = scene.take("x")

        scene.answer(first, "one")
        scene.answer(first, "two")
        assert scene.outcome() == Answer((b"one",))
        scene.ask("y")

        assert scene.take("y") != first

    def test_connection_for_answers_that_nobody_wants_is_for_no_others(self) -> None:
        scene = Scene()
        scene.ask("cry", want=Want.NOTHING)
        first = scene.take("cry")
        scene.client.events.clear()

        scene.ask("x")
        scene.answer(first, "answer to the cry")
        second = scene.take("x")
        scene.answer(second, "right")

        assert second != first
        assert scene.outcome() == Answer((b"right",))

    def test_connection_with_an_open_question_is_not_used_again(self) -> None:
        scene = Scene()
        scene.ask("x", timeout=10.0)
        first = scene.take("x")
        scene.take_probe()
        scene.answer(first, "late but right")
        assert scene.outcome() == Answer((b"late but right",))

        scene.ask("y")

        assert scene.take("y") != first

    def test_connection_that_was_lost_between_requests_is_made_again(self) -> None:
        scene = Scene()
        scene.ask("x")
        scene.answer(scene.take("x"), "ok")
        assert scene.outcome() == Answer((b"ok",))

        scene.broker.reopen()
        scene.world.run(1)
        scene.ask("y")

        scene.answer(scene.take("y"), "ok")
        assert scene.outcome() == Answer((b"ok",))

    def test_closed_client_is_done(self) -> None:
        scene = Scene()
        scene.ask("x")
        scene.take("x")

        scene.client.tell(Close())
        scene.world.run(1)

        assert not scene.client.is_running
        assert not scene.broker.is_connected


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
        scene.broker.ignores = _is_probe

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
        scene.broker.ignores = _is_probe

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
        scene.broker.ignores = _is_probe

        scene.ask("x", timeout=2.0, retries=1)
        scene.take("x")

        other.expect(C, REQUEST, "echo", "x")

    def test_each_part_has_its_time(self) -> None:
        scene = Scene()
        scene.broker.ignores = _is_probe
        scene.ask("count", timeout=2.0, want=Want.PARTS)
        client = scene.take("count")

        for number in range(5):
            scene.world.run(1.5)
            scene.answer(client, str(number), command=PARTIAL)
        scene.world.run(2.1)

        assert [type(event) for event in scene.client.events] == [*[Piece] * 5, Failed]

    def test_nothing_is_tried_again_once_a_part_was_told(self) -> None:
        scene = Scene()
        scene.broker.ignores = _is_probe
        scene.ask("count", timeout=2.0, retries=3, want=Want.PARTS)

        scene.answer(scene.take("count"), "1", command=PARTIAL)

        scene.broker.expect_silence(10)
        assert isinstance(scene.client.events[-1], Failed)

    def test_parts_of_a_lost_try_are_forgotten(self) -> None:
        scene = Scene()
        scene.broker.ignores = _is_probe
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


@pytest.mark.parametrize(
    "frames",
    [
        (b"",),
        (C,),
        (C, FINAL),
        (C, FINAL, b"echo"),
        (C, b"\x07", b"echo", b"x"),
        (C, FINAL, b"other", b"x"),
        (C, FINAL, b"mmi.service", b"404"),
        (b"MDPC01", FINAL, b"echo", b"x"),
        (b"", b"MDPC02", FINAL, b"echo", b"x"),
        (b"MDPW02", b"\5"),
    ],
    ids=repr,
)
def test_nonsense_is_dropped_and_the_right_answer_taken(frames: tuple[bytes, ...]) -> None:
    scene = Scene()
    scene.ask("x")
    client = scene.take("x")

    scene.broker.send(client, *frames)
    scene.answer(client, "right")

    assert scene.outcome() == Answer((b"right",))


def test_deadline_is_none_while_nothing_is_asked() -> None:
    assert Client(Brokers([HERE])).deadline() == math.inf


def test_second_request_on_a_connection_is_a_mistake() -> None:
    scene = Scene()
    scene.ask("x")

    with pytest.raises(RuntimeError):
        scene.ask("y")


def _is_probe(message: Parcel) -> bool:
    return b"mmi.service" in message
