"""The client's machine where the broker says what it rejects."""

import pytest

from unit.majordomo.client_scene import FINAL, REQUEST, C, Scene
from zmq4.majordomo.calls import Answer, Failed, Failure
from zmq4.majordomo.messages import REJECTIONS

MARK = b"\0rejected"


@pytest.mark.parametrize("answer", ["200", "404", "501", None])
def test_broker_is_asked_once_on_each_connection_whatever_it_answers(answer: str | None) -> None:
    scene = Scene(rejection=MARK)

    scene.ask("one")
    wish = scene.broker.expect(C, REQUEST, REJECTIONS, MARK)
    assert wish.sender is not None
    if answer is not None:
        scene.answer(wish.sender, answer, service=REJECTIONS.decode())
    scene.answer(scene.take("one"), "ONE")
    assert scene.outcome() == Answer((b"ONE",))
    scene.ask("two")  # on the same connection
    scene.answer(scene.take("two"), "TWO")

    assert scene.outcome() == Answer((b"TWO",))


def test_rejection_ends_the_request_at_once_and_the_connection_is_good_for_the_next() -> None:
    scene = Scene(rejection=MARK)

    scene.ask("one", retries=3)
    scene.broker.expect(C, REQUEST, REJECTIONS, MARK)
    client = scene.take("one")
    scene.broker.send(client, C, FINAL, "echo", MARK, "queue-full")
    outcome = scene.outcome()
    scene.ask("two")

    assert outcome == Failed(Failure.REJECTED, "queue-full")
    assert scene.take("two") == client


def test_client_that_did_not_ask_takes_it_for_the_answer_of_the_service() -> None:
    scene = Scene()

    scene.ask("one")
    scene.broker.send(scene.take("one"), C, FINAL, "echo", MARK, "queue-full")

    assert scene.outcome() == Answer((MARK, b"queue-full"))
