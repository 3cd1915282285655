"""Several threads at one socket: each message wakes somebody, and nobody sleeps beside messages."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

import zmq4
from faces.crew import Crew, Worker

Pipeline = tuple[zmq4.Push, zmq4.Pull]


@pytest.mark.parametrize("count", [2, 5, 20])
def test_one_batch_wakes_as_many_receivers_as_it_has_messages(
    line: Pipeline, crew: Crew, count: int
) -> None:
    push, pull = line
    waiting = [crew.start(pull.recv) for _ in range(count)]
    for each in waiting:
        each.asleep()

    push.send_many([b"%d" % number for number in range(count)])

    assert {each.result().content for each in waiting} == {b"%d" % n for n in range(count)}


def test_receiver_beside_more_messages_than_it_takes_wakes_the_next(
    pipeline: Pipeline, crew: Crew
) -> None:
    push, pull = pipeline
    waiting = [crew.start(lambda: pull.recv_many(max=2)).asleep() for _ in range(3)]

    push.send_many([b"1", b"2", b"3", b"4", b"5", b"6"])

    assert [len(each.result()) for each in waiting] == [2, 2, 2]


@pytest.mark.parametrize("round_", range(20))
def test_message_is_not_left_to_a_receiver_that_gives_up(
    pipeline: Pipeline, crew: Crew, round_: int
) -> None:
    push, pull = pipeline

    def impatient() -> zmq4.Message | None:
        try:
            return pull.recv(timeout=0.002 + round_ / 10_000)
        except zmq4.Timeout:
            return None

    first = [crew.start(impatient) for _ in range(3)]
    patient = crew.start(pull.recv)
    for number in range(4):
        push.send(b"%d" % number)

    taken = [message for message in (each.result() for each in first) if message]
    if len(taken) < 4:
        taken.append(patient.result())
    taken += iter(pull.try_recv, None)
    while not patient.is_done:
        push.send(b"for whoever waits")
        patient.result()

    assert len({message.content for message in taken} - {b"for whoever waits"}) == 4


def test_refused_multipart_wakes_the_next_receiver(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    picky = crew.start(pull.recv_bytes).asleep()
    patient = crew.start(pull.recv).asleep()

    push.send(b"head", b"body")

    assert isinstance(picky.error(), zmq4.MultipartError)
    assert [*patient.result()] == [b"head", b"body"]


def test_room_wakes_as_many_senders_as_it_has_places(inproc_endpoint: str, crew: Crew) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        push.send_many([b"first"] * 10)
        sending = [crew.start(lambda: push.send(b"later")) for _ in range(5)]
        for each in sending:
            each.asleep()

        pull.recv_many(max=5)

        for each in sending:
            each.result()


def test_peer_wakes_every_sender_that_waits_for_one(tcp_endpoint: str, crew: Crew) -> None:
    with zmq4.Push(bind=tcp_endpoint) as push:
        sending = [crew.start(lambda: push.send(b"x")) for _ in range(5)]
        for each in sending:
            each.asleep()

        with zmq4.Pull(connect=push.endpoint) as pull:
            assert len([pull.recv(timeout=10) for _ in range(5)]) == 5
            for each in sending:
                each.result()


def test_closing_wakes_everyone(inproc_endpoint: str, crew: Crew) -> None:
    pair = zmq4.Pair(bind=inproc_endpoint)
    waiting: list[Worker[Any]] = [
        *[crew.start(pair.recv).asleep() for _ in range(3)],
        *[crew.start(pair.recv_bytes).asleep() for _ in range(3)],
        *[crew.start(pair.recv_many).asleep() for _ in range(3)],
        *[crew.start(partial(pair.send, b"x")).asleep() for _ in range(3)],
    ]

    pair.close()

    assert {type(each.error()) for each in waiting} == {zmq4.Closed}


def test_terminating_the_context_wakes_everyone(inproc_endpoint: str, crew: Crew) -> None:
    context = zmq4.Context()
    pair = zmq4.Pair(bind=inproc_endpoint, context=context)
    receiving = crew.start(pair.recv).asleep()
    sending = crew.start(lambda: pair.send(b"x")).asleep()

    with pytest.raises(zmq4.Timeout):
        context.term(timeout=0)

    assert isinstance(receiving.error(), zmq4.ContextTerminated)
    assert isinstance(sending.error(), zmq4.ContextTerminated)
    pair.close()
    context.term(timeout=10)


def test_many_threads_receive_everything_once(line: Pipeline, crew: Crew) -> None:
    push, pull = line
    total = 20_000

    def receive() -> Counter[bytes]:
        return Counter(message.content for message in iter(pull.recv, zmq4.Message(b"stop")))

    readers = [crew.start(receive) for _ in range(6)]
    writers = [
        crew.start(partial(push.send_many, [b"%d" % n for n in range(first, total, 4)]))
        for first in range(4)
    ]
    for writer in writers:
        writer.result()
    push.send_many([b"stop"] * 6)

    seen = sum((reader.result() for reader in readers), Counter())
    assert seen == Counter(b"%d" % number for number in range(total))


def test_many_threads_with_little_patience_receive_everything_once(
    pipeline: Pipeline, crew: Crew
) -> None:
    push, pull = pipeline
    total = 5_000

    def receive() -> list[bytes]:
        mine: list[bytes] = []
        while True:
            try:
                message = pull.recv(timeout=0.0002)
            except zmq4.Timeout:
                continue
            if message.content == b"stop":
                return mine
            mine.append(message.content)

    readers = [crew.start(receive) for _ in range(4)]
    for number in range(total):
        push.send(b"%d" % number)
    push.send_many([b"stop"] * 4)

    seen = [each for reader in readers for each in reader.result()]
    assert sorted(seen, key=int) == [b"%d" % number for number in range(total)]
