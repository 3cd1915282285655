"""Receiving what is there in one call."""

import pytest

import zmq4
from faces.crew import Crew

Pipeline = tuple[zmq4.Push, zmq4.Pull]


def contents(batch: list[zmq4.Message]) -> list[bytes]:
    return [message.content for message in batch]


def numbered(count: int) -> list[bytes]:
    return [b"%d" % index for index in range(count)]


def test_batch_holds_what_is_there(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"one", (b"two", b"frames"), "three"])

    assert pull.recv_many() == [
        zmq4.Message(b"one"),
        zmq4.Message(b"two", b"frames"),
        zmq4.Message(b"three"),
    ]


def test_batch_never_exceeds_max(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many(numbered(10))

    batches = [contents(pull.recv_many(max=limit, timeout=0)) for limit in (1, 2, 3, 100)]

    assert batches == [[b"0"], [b"1", b"2"], [b"3", b"4", b"5"], [b"6", b"7", b"8", b"9"]]


def test_batch_is_bounded_unless_told(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many(numbered(2000))

    assert len(pull.recv_many()) == 1024
    assert len(pull.recv_many()) == 2000 - 1024


def test_batch_of_large_messages_is_small(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"x" * 60_000] * 20)

    batch = pull.recv_many()

    assert 1 <= len(batch) < 20


def test_nothing_in_time_is_an_empty_batch(pipeline: Pipeline) -> None:
    _, pull = pipeline

    assert pull.recv_many(timeout=0) == []
    assert pull.recv_many(max=3, timeout=0.01) == []


def test_batch_waits_for_one_message_and_no_more(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    waiting = crew.start(lambda: pull.recv_many(max=100)).asleep()

    push.send(b"alone")

    assert contents(waiting.result()) == [b"alone"]


@pytest.mark.parametrize("limit", [0, -1, -(1 << 70)])
def test_max_is_one_or_more(pipeline: Pipeline, limit: int) -> None:
    push, pull = pipeline
    push.send(b"x")

    with pytest.raises(ValueError, match="max is 1 or more"):
        pull.recv_many(max=limit)

    assert contents(pull.recv_many()) == [b"x"]


@pytest.mark.parametrize("limit", ["1", 1.5, None, b"1"])
def test_max_is_a_number(pipeline: Pipeline, limit: object) -> None:
    _, pull = pipeline

    with pytest.raises(TypeError):
        pull.recv_many(max=limit)  # type: ignore[arg-type]


def test_everything_arrives_once_and_in_order(line: Pipeline, crew: Crew) -> None:
    push, pull = line
    crew.start(lambda: push.send_many(numbered(30_000)))

    arrived: list[bytes] = []
    while len(arrived) < 30_000:
        batch = pull.recv_many(max=777, timeout=10)
        assert 1 <= len(batch) <= 777
        arrived += contents(batch)

    assert arrived == numbered(30_000)
    assert pull.recv_many(timeout=0) == []


def test_batches_take_from_every_peer_in_turn(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint) as pull,
        zmq4.Push(connect=inproc_endpoint) as one,
        zmq4.Push(connect=inproc_endpoint) as other,
    ):
        one.send_many([b"1"] * 50)
        other.send_many([b"2"] * 50)

        batch = contents(pull.recv_many(max=40))

        assert batch.count(b"1") == batch.count(b"2") == 20
