"""Receiving by iteration, until the socket is closed."""

from collections.abc import Iterator

import pytest

import zmq4
from faces.crew import Crew

Pipeline = tuple[zmq4.Push, zmq4.Pull]


def test_iteration_yields_whole_messages_in_order(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"one", (b"two", b"frames"), b"stop"])

    seen = [[*message] for message in iter(pull.__iter__().__next__, zmq4.Message(b"stop"))]

    assert seen == [[b"one"], [b"two", b"frames"]]


def test_iteration_ends_when_another_thread_closes(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    push.send(b"x")
    iterating = crew.start(lambda: [*pull]).asleep()

    pull.close()

    assert iterating.result() == [zmq4.Message(b"x")]


def test_iteration_ends_when_the_loop_closes(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2"])

    seen = []
    for message in pull:
        seen.append(message.content)
        pull.close()

    assert seen == [b"1"]


def test_iteration_of_a_closed_socket_is_empty() -> None:
    pull = zmq4.Pull()
    pull.close()

    assert [*pull] == []
    assert [*pull.batches()] == []


def test_iteration_keeps_to_the_time_limit_of_the_socket(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint, recv_timeout=0.01) as pull, pytest.raises(zmq4.Timeout):
        next(iter(pull))


def test_two_iterations_share_the_messages(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2", b"3"])
    one, other = iter(pull), iter(pull)

    assert [next(each).content for each in (one, other, one)] == [b"1", b"2", b"3"]


def test_left_iteration_takes_nothing_more(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2"])

    for _ in pull:
        break

    assert pull.recv(timeout=0).content == b"2"


def test_batches_hold_at_most_max(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"x"] * 10)
    batches = pull.batches(max=4)

    assert [len(next(batches)) for _ in range(3)] == [4, 4, 2]


def test_batches_are_bounded_unless_told(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send_many([b"x"] * 600)

    assert len(next(pull.batches())) == 512


def test_batches_give_the_program_its_turn(pipeline: Pipeline) -> None:
    push, pull = pipeline
    batches = pull.batches(timeout=0.01)

    assert next(batches) == []
    push.send(b"x")
    assert next(batches) == [zmq4.Message(b"x")]
    assert next(batches) == []


def test_batches_end_when_another_thread_closes(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2"])
    iterating = crew.start(lambda: [*pull.batches()]).asleep()

    pull.close()

    assert [message.content for batch in iterating.result() for message in batch] == [b"1", b"2"]


def test_iterators_are_iterators(pipeline: Pipeline) -> None:
    _, pull = pipeline

    assert isinstance(iter(pull), Iterator)
    assert isinstance(pull.batches(), Iterator)
