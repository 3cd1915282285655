"""`Poller`: several sockets and descriptors at once (rules 61 and 62)."""

import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import zmq4
from faces.crew import Crew
from zmq4 import PollEvent

Pipeline = tuple[zmq4.Push, zmq4.Pull]
IN, OUT, ERR = PollEvent.IN, PollEvent.OUT, PollEvent.ERR


@pytest.fixture
def poller() -> zmq4.Poller:
    """Give a poller of nothing."""
    return zmq4.Poller()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give the two ends of a pipe of the system's, to read and to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue  # the test did


def test_socket_is_told_for_as_long_as_it_has_messages(
    poller: zmq4.Poller, line: Pipeline, deadline: float
) -> None:
    push, pull = line
    poller.register(pull)
    assert poller.poll(0) == []

    push.send_many([b"1", b"2"])
    for _ in range(2):
        assert poller.poll(deadline) == [(pull, IN)]
        assert poller.poll() == [(pull, IN)]
        pull.recv(timeout=deadline)

    assert poller.poll(0) == []


def test_poll_waits_for_a_message_from_another_thread(
    poller: zmq4.Poller, line: Pipeline, crew: Crew
) -> None:
    push, pull = line
    poller.register(pull)
    waiting = crew.start(poller.poll).asleep()

    push.send(b"x")

    assert waiting.result() == [(pull, IN)]


def test_room_is_told_until_it_is_full(
    poller: zmq4.Poller, inproc_endpoint: str, crew: Crew
) -> None:
    with zmq4.Push(bind=inproc_endpoint, send_hwm=1) as push:
        poller.register(push, OUT)
        assert poller.poll(0) == []
        waiting = crew.start(poller.poll).asleep()

        with zmq4.Pull(connect=inproc_endpoint, recv_hwm=1) as pull:
            assert waiting.result() == [(push, OUT)]
            push.send(b"1")
            push.send(b"2")
            assert poller.poll(0) == []
            waiting = crew.start(poller.poll).asleep()

            pull.recv()
            pull.recv()
            assert waiting.result() == [(push, OUT)]


def test_each_event_is_told_where_it_was_asked_for(
    poller: zmq4.Poller, inproc_endpoint: str
) -> None:
    with zmq4.Pair(bind=inproc_endpoint) as one, zmq4.Pair(connect=inproc_endpoint) as other:
        poller.register(one, IN | OUT)
        poller.register(other, IN)
        assert poller.poll() == [(one, OUT)]

        other.send(b"x")
        assert poller.poll() == [(one, IN | OUT)]

        poller.modify(one, IN)
        assert poller.poll() == [(one, IN)]
        poller.modify(one, PollEvent(0))
        assert poller.poll(0) == []


def test_lock_step_is_told_by_whose_turn_it_is(
    poller: zmq4.Poller, inproc_endpoint: str, crew: Crew
) -> None:
    with zmq4.Rep(bind=inproc_endpoint) as rep, zmq4.Req(connect=inproc_endpoint) as req:
        poller.register(rep, IN | OUT)
        poller.register(req, IN | OUT)
        assert poller.poll() == [(req, OUT)]
        req.send(b"x")
        assert poller.poll() == [(rep, IN)]

        poller.modify(rep, OUT)
        waiting = crew.start(poller.poll).asleep()
        request = rep.recv()
        assert waiting.result() == [(rep, OUT)]

        request.reply(b"y")
        assert poller.poll() == [(req, IN)]
        poller.modify(req, OUT)
        waiting = crew.start(poller.poll).asleep()
        req.recv()
        assert waiting.result() == [(req, OUT)]


def test_subscriber_is_not_told_of_what_it_does_not_want(
    poller: zmq4.Poller, inproc_endpoint: str, deadline: float
) -> None:
    with zmq4.Pub(bind=inproc_endpoint) as pub, zmq4.Sub(connect=inproc_endpoint) as sub:
        poller.register(sub)
        sub.subscribe("a")
        pub.wait_for_subscribers(1, timeout=deadline)
        pub.send(b"a")
        sub.unsubscribe("a")

        assert poller.poll(0) == []
        assert sub.stats().unread == 0


def test_descriptors_are_polled_beside_sockets(
    poller: zmq4.Poller, pipeline: Pipeline, pipe: tuple[int, int], crew: Crew
) -> None:
    push, pull = pipeline
    reading, writing = pipe
    poller.register(pull)
    poller.register(reading)
    waiting = crew.start(poller.poll).asleep()

    os.write(writing, b"x")
    assert waiting.result() == [(reading, IN)]

    push.send(b"x")
    assert poller.poll() == [(pull, IN), (reading, IN)]
    os.read(reading, 1)
    pull.recv()
    poller.modify(reading, PollEvent(0))
    poller.register(writing, OUT)
    assert poller.poll() == [(writing, OUT)]


def test_what_has_a_descriptor_is_told_as_it_was_registered(
    poller: zmq4.Poller, deadline: float
) -> None:
    one, other = socket.socketpair()
    with one, other:
        poller.register(one)
        other.send(b"x")

        assert poller.poll(deadline) == [(one, IN)]


def test_urgent_octets_are_told(poller: zmq4.Poller, deadline: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as one, server.accept()[0] as other:
            poller.register(one, PollEvent.PRI)
            other.send(b"!", socket.MSG_OOB)

            assert poller.poll(deadline) == [(one, PollEvent.PRI)]


def test_file_is_always_ready(poller: zmq4.Poller, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        poller.register(file, OUT)

        assert poller.poll() == [(file, OUT)]


def test_end_of_a_pipe_is_told_with_all_that_was_asked_for(
    poller: zmq4.Poller, pipe: tuple[int, int], crew: Crew
) -> None:
    reading, writing = pipe
    poller.register(reading)
    waiting = crew.start(poller.poll).asleep()

    os.close(writing)

    assert waiting.result() == [(reading, IN | ERR)]
    assert os.read(reading, 1) == b""


def test_closed_descriptor_is_told(poller: zmq4.Poller, pipe: tuple[int, int]) -> None:
    with socket.socket() as closed:
        poller.register(closed, IN)
    poller.register(pipe[0], OUT)
    os.close(pipe[0])

    assert poller.poll() == [(closed, IN | ERR), (pipe[0], OUT | ERR)]


@pytest.mark.parametrize("events", [IN, OUT, IN | OUT, ERR, PollEvent(0)])
def test_closing_a_socket_ends_the_wait_and_is_told(
    poller: zmq4.Poller, inproc_endpoint: str, crew: Crew, events: PollEvent
) -> None:
    pair = zmq4.Pair(bind=inproc_endpoint)
    poller.register(pair, events)
    waiting = crew.start(poller.poll).asleep()

    pair.close()

    assert waiting.result() == [(pair, events | ERR)]
    assert poller.poll() == [(pair, events | ERR)]
    with pytest.raises(zmq4.Closed):
        pair.recv()
    poller.unregister(pair)
    assert poller.poll(0) == []


def test_end_of_the_context_ends_the_wait_and_is_told(poller: zmq4.Poller, crew: Crew) -> None:
    context = zmq4.Context()
    with zmq4.Pull(context=context) as pull:
        poller.register(pull)
        waiting = crew.start(poller.poll).asleep()

        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert waiting.result() == [(pull, IN | ERR)]
        with pytest.raises(zmq4.ContextTerminated):
            pull.recv()
    context.close()


def test_time_limit_ends_the_wait(poller: zmq4.Poller, pipeline: Pipeline) -> None:
    assert poller.poll(0.001) == []  # it sleeps, of nothing

    poller.register(pipeline[1])
    assert poller.poll(0.001) == []
    assert poller.poll(0) == []
    for timeout in (-1, float("nan")):
        with pytest.raises(ValueError, match="0 or more"):
            poller.poll(timeout)


def test_results_that_are_cut_off_come_first_the_next_time(poller: zmq4.Poller) -> None:
    pubs = [zmq4.Pub() for _ in range(5)]
    for pub in pubs:
        poller.register(pub, OUT)

    told = [pubs.index(pub) for _ in range(5) for pub, _ in poller.poll(max=2)]  # type: ignore[arg-type]

    assert told == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
    assert [pub for pub, _ in poller.poll()] == pubs
    assert len(poller.poll(max=9)) == 5
    with pytest.raises(ValueError, match="1 or more"):
        poller.poll(max=0)
    for pub in pubs:
        pub.close()


def test_nothing_starves_beside_what_is_always_ready(poller: zmq4.Poller) -> None:
    pubs = [zmq4.Pub() for _ in range(2)]
    idle = zmq4.Pull()
    poller.register(pubs[0], IN | OUT)
    poller.register(idle, IN | OUT)
    poller.register(pubs[1], IN | OUT)

    told = [poller.poll(max=1)[0][0] for _ in range(4)]

    assert told == [*pubs, *pubs]
    idle.close()
    for each in pubs:
        each.close()


def test_poll_keeps_no_message_from_who_waits_for_it(
    poller: zmq4.Poller, pipeline: Pipeline, crew: Crew
) -> None:
    push, pull = pipeline
    poller.register(pull)
    for _ in range(20):
        polling = crew.start(poller.poll).asleep()
        receiving = crew.start(pull.recv).asleep()

        push.send(b"x")

        # Whether the poll saw it or not, the receiver has it.
        assert receiving.result().content == b"x"
        if not polling.is_done:
            push.send(b"y")
            assert polling.result() == [(pull, IN)]
            pull.try_recv()


def test_two_pollers_are_both_told(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    pollers: list[zmq4.Poller[zmq4.Pull]] = [zmq4.Poller() for _ in range(2)]
    waiting = []
    for poller in pollers:
        poller.register(pull)
        waiting.append(crew.start(poller.poll).asleep())

    push.send(b"x")

    assert [each.result() for each in waiting] == [[(pull, IN)]] * 2


def test_no_message_is_slept_beside_under_load(endpoint: str, crew: Crew, deadline: float) -> None:
    count = 2000
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Pull(bind="ipc://*") as b:
        ends = [pull.endpoint, b.endpoint]

        def send(address: zmq4.Endpoint) -> None:
            with zmq4.Push(connect=address) as push:
                for _ in range(count):
                    push.send(b"x")
                push.drain(deadline)

        sending = [crew.start(partial(send, end)) for end in ends]
        poller: zmq4.Poller[zmq4.Pull] = zmq4.Poller()
        poller.register(pull)
        poller.register(b)
        received = 0
        while received < 2 * count:
            ready = poller.poll(deadline)
            assert ready, "it slept beside messages"
            received += sum(each.try_recv() is not None for each, _ in ready)
        for each in sending:
            each.result()
