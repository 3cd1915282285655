"""How many messages a queue takes, exactly, and when it takes more again.

Source: RFC 30/PIPELINE; the counts are libzmq's, see `docs/decisions`.
"""

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually


def room(push: zmq4.Push, at_most: int = 5000) -> int:
    """Send until there is no room, and return how many were taken."""
    return next((count for count in range(at_most) if not push.try_send(b"x")), at_most)


def take(pull: zmq4.Pull, count: int) -> None:
    for _ in range(count):
        pull.recv(timeout=0)


@pytest.mark.parametrize("mark", [1, 2, 10, 1000])
def test_connecting_writer_without_a_peer_queues_exactly_its_mark(
    refusing_endpoint: str, mark: int
) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=mark, linger=0) as push:
        assert room(push) == mark
        assert push.stats().queued == mark


def test_default_mark_is_a_thousand_each_way(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint), zmq4.Push(connect=inproc_endpoint) as push:
        assert room(push) == 2000


def test_bound_writer_without_a_peer_takes_nothing(tcp_endpoint: str) -> None:
    with zmq4.Push(bind=tcp_endpoint) as push:
        assert room(push) == 0


@pytest.mark.parametrize(
    ("send_hwm", "recv_hwm", "taken", "to_read"),
    [(10, 10, 20, 10), (5, 7, 12, 6), (1, 1, 2, 1), (1000, 1, 1001, 501), (3, 10, 13, 7)],
)
def test_marks_of_both_ends_add_up_over_inproc(
    inproc_endpoint: str, send_hwm: int, recv_hwm: int, taken: int, to_read: int
) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=recv_hwm) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=send_hwm) as push,
    ):
        assert room(push) == taken

        take(pull, to_read - 1)
        assert room(push) == 0
        take(pull, 1)
        assert room(push) == to_read


@pytest.mark.parametrize(("send_hwm", "recv_hwm"), [(0, 10), (10, 0), (0, 0)])
def test_no_mark_at_one_end_is_no_mark_at_all_over_inproc(
    inproc_endpoint: str, send_hwm: int, recv_hwm: int
) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=recv_hwm),
        zmq4.Push(connect=inproc_endpoint, send_hwm=send_hwm) as push,
    ):
        assert room(push, at_most=3000) == 3000


def test_messages_are_counted_and_not_frames(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=2),
        zmq4.Push(connect=inproc_endpoint, send_hwm=2) as push,
    ):
        taken = [push.try_send(*[b"frame"] * 50) for _ in range(5)]

    assert taken == [True, True, True, True, False]


def test_marks_add_up_whoever_was_first(inproc_endpoint: str) -> None:
    with zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push:
        assert room(push) == 5
        with zmq4.Pull(bind=inproc_endpoint, recv_hwm=7):
            assert room(push) == 7


def test_marks_are_for_each_peer(inproc_endpoint: str) -> None:
    with (
        zmq4.Push(bind=inproc_endpoint, send_hwm=5) as push,
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=5),
        zmq4.Pull(connect=inproc_endpoint, recv_hwm=7),
    ):
        assert room(push) == 10 + 12


def test_blocked_writer_goes_on_at_the_low_water_mark(inproc_endpoint: str, crew: Crew) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=10) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=10) as push,
    ):
        assert room(push) == 20
        sending = crew.start(lambda: push.send(b"blocked")).asleep()

        take(pull, 9)
        assert not sending.is_done
        take(pull, 1)

        sending.result()


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_reader_that_does_not_read_stops_the_writer(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=10, kernel_recv_buffer=65536) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=10, kernel_send_buffer=65536, linger=0) as push,
    ):
        with pytest.raises(zmq4.Timeout) as raised:
            push.send_many([b"x" * 10_000] * 1000, timeout=0.3)
        sent = raised.value.accepted

        assert 20 <= sent < 200
        assert 5 < push.stats().queued <= 10
        for _ in range(sent):
            pull.recv(timeout=deadline)
        push.send(b"there is room again", timeout=deadline)


def test_mark_raised_at_run_time_applies_at_once(refusing_endpoint: str, crew: Crew) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=5, linger=0) as push:
        assert room(push) == 5
        sending = crew.start(lambda: push.send(b"blocked")).asleep()

        push.send_hwm = 8

        sending.result()
        assert room(push) == 2


def test_mark_lowered_at_run_time_applies_at_once(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=10, linger=0) as push:
        push.send_many([b"x"] * 6)

        push.send_hwm = 4

        assert room(push) == 0
        assert push.stats().queued == 6


def test_marks_of_both_ends_may_change_over_inproc(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        assert room(push) == 10
        pull.recv_hwm = 10
        assert room(push) == 5
        push.send_hwm = 0
        assert room(push, at_most=100) == 100
        push.send_hwm = 1
        assert room(push) == 0


def test_blocked_writer_hears_of_a_mark_raised_at_the_other_end(
    inproc_endpoint: str, crew: Crew
) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        assert room(push) == 2
        sending = crew.start(lambda: push.send(b"blocked")).asleep()

        pull.recv_hwm = 5

        sending.result()


def test_queue_is_empty_when_everything_was_handed_over(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send_many([b"x" * 100] * 500)
        push.drain(deadline)
        eventually(lambda: pull.stats().unread == 500)

        sent, unread = push.stats(), pull.stats()
        assert (sent.sent, sent.queued, sent.queued_bytes) == (500, 0, 0)
        assert (unread.unread, unread.unread_bytes) == (500, 500 * 102)
        take(pull, 500)
        assert (pull.stats().received, pull.stats().unread) == (500, 0)
