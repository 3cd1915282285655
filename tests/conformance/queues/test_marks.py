"""How many messages a queue takes, and when it takes more."""

from contextlib import ExitStack

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)


def room(push: zmq4.Push, at_most: int = 5000) -> int:
    """Send until there is no room, and return how many messages were taken."""
    return next((count for count in range(at_most) if not push.try_send(b"x")), at_most)


@pytest.mark.parametrize("connect_first", [True, False])
@pytest.mark.parametrize(
    ("ours", "theirs", "taken"), [(10, 10, 20), (5, 7, 12), (1, 1, 2), (1000, 1000, 2000)]
)
def test_rule_39_the_mark_is_the_sum_over_inproc(
    inproc_endpoint: str,
    ours: int,
    theirs: int,
    taken: int,
    connect_first: bool,
) -> None:
    with zmq4.Push(send_hwm=ours) as push, zmq4.Pull(recv_hwm=theirs) as pull:
        if connect_first:
            push.connect(inproc_endpoint)
        pull.bind(inproc_endpoint)
        if not connect_first:
            push.connect(inproc_endpoint)

        assert room(push) == taken


@pytest.mark.parametrize(("ours", "theirs"), [(0, 10), (10, 0), (0, 0)])
def test_rule_39_no_mark_on_one_side_is_none_over_inproc(
    inproc_endpoint: str, ours: int, theirs: int
) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=theirs),
        zmq4.Push(connect=inproc_endpoint, send_hwm=ours) as push,
    ):
        assert room(push) == 5000


@pytest.mark.parametrize("mark", [1, 7, 1000])
def test_rule_39_without_a_peer_the_mark_is_exact(endpoint: str, mark: int) -> None:
    with zmq4.Pull(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Push(connect=place, send_hwm=mark, linger=0) as push:
        assert room(push) == mark


def test_rule_39_a_reader_takes_its_mark_from_each_peer(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=wired_endpoint, recv_hwm=5) as pull, ExitStack() as stack:
        for _ in range(3):
            push = stack.enter_context(zmq4.Push(connect=pull.endpoint))
            push.send_many([b"x"] * 100)

        eventually(lambda: pull.stats().unread == 15)

        for _ in range(300):
            pull.recv(timeout=deadline)


def test_rule_39_what_was_queued_outlives_its_sender(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull:
        with zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push:
            taken = room(push)

        assert (taken, len(pull.recv_many(timeout=0))) == (10, 10)
        assert pull.try_recv() is None


def test_rule_39_a_writer_goes_on_when_half_was_read(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        assert room(push) == 10
        for _ in range(4):
            pull.recv(timeout=0)
        assert not push.try_send(b"too early")

        pull.recv(timeout=0)

        assert room(push) == 5


def test_rule_40_marks_change_before_there_is_a_peer(refusing_endpoint: str, crew: Crew) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=3, linger=0) as push:
        assert room(push) == 3
        waiting = crew.start(lambda: push.send(b"blocked")).asleep()

        push.send_hwm = 6

        waiting.result()
        assert room(push) == 2


def test_rule_40_marks_change_for_peers_that_are_there(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        assert room(push) == 2
        push.send_hwm = 5
        assert room(push) == 4
        pull.recv_hwm = 5
        assert room(push) == 4


def test_rule_40_a_smaller_mark_applies_to_a_queue_that_is_fuller(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=10) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=10) as push,
    ):
        assert room(push) == 20
        push.send_hwm = 1
        pull.recv_hwm = 1

        for _ in range(18):
            pull.recv(timeout=0)
            assert not push.try_send(b"there are more than the mark")

        pull.recv_many(timeout=0)
        assert room(push) == 2


def test_rule_40_a_reader_takes_more_as_soon_as_it_may(wired_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=wired_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        push.send_many([b"x"] * 100)
        eventually(lambda: pull.stats().unread == 5)

        pull.recv_hwm = 20
        eventually(lambda: pull.stats().unread == 20)
        pull.recv_hwm = 0
        eventually(lambda: pull.stats().unread == 100)
