"""The client's machine: answers, and the connections that they come on."""

import math

import pytest

from unit.majordomo.client_scene import (
    FINAL,
    HERE,
    PARTIAL,
    C,
    Scene,
)
from zmq4.majordomo.calls import Answer, Close, GiveUp, Piece, Want
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.messages import MDP01


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
