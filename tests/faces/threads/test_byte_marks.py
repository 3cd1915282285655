"""Marks in octets, beside those in messages."""

import pytest

import zmq4
from faces.crew import Crew

HEADER = 9
"""Octets of the header of a frame of 256 octets and more. Source: RFC 37/ZMTP, "Framing"."""


def room(push: zmq4.Push, body: bytes) -> int:
    return next(count for count in range(5000) if not push.try_send(body))


def test_octets_stop_a_writer_before_messages_do(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm_bytes="64KiB", linger=0) as push:
        taken = room(push, b"x" * 1000)

        assert taken == 65536 // (1000 + HEADER)
        assert push.stats().queued_bytes == taken * (1000 + HEADER)


def test_messages_stop_a_writer_before_octets_do(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm=5, send_hwm_bytes="1GiB", linger=0) as push:
        assert room(push, b"x" * 1000) == 5


def test_empty_queue_takes_a_message_above_the_mark(
    refusing_endpoint: str,
) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm_bytes=1000, linger=0) as push:
        assert room(push, b"x" * 100_000) == 1


@pytest.mark.parametrize(("frames", "fits"), [(1, True), (2, True), (3, False)])
def test_every_frame_counts(refusing_endpoint: str, frames: int, fits: bool) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm_bytes=10 * 309, linger=0) as push:
        push.send_many([b"x" * 300] * 8)

        assert push.try_send(*[b"x" * 300] * frames) is fits


def test_bodies_by_reference_count(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm_bytes="1MiB") as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm_bytes="1MiB") as push,
    ):
        taken = room(push, bytes(100_000))

        assert taken == (2 << 20) // (100_000 + HEADER)
        assert pull.stats().unread_bytes == taken * (100_000 + HEADER)


def test_marks_of_both_ends_add_up_over_inproc(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm_bytes=3000) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm_bytes=7090) as push,
    ):
        assert room(push, b"x" * 1000) == 10

        for _ in range(4):
            pull.recv(timeout=0)
        assert room(push, b"x" * 1000) == 0
        pull.recv(timeout=0)
        assert room(push, b"x" * 1000) == 5


def test_no_octets_at_one_end_is_no_limit_over_inproc(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm_bytes=1000),
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        assert room(push, b"x" * 1000) == 2000


def test_blocked_writer_goes_on_when_half_the_octets_are_gone(
    inproc_endpoint: str, crew: Crew
) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm_bytes=5045) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm_bytes=5045) as push,
    ):
        assert room(push, b"x" * 1000) == 10
        sending = crew.start(lambda: push.send(b"x" * 1000)).asleep()

        for _ in range(5):
            pull.recv(timeout=0)

        sending.result()


def test_mark_changed_at_run_time_applies_at_once(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm_bytes=1009, linger=0) as push:
        assert room(push, b"x" * 1000) == 1
        push.send_hwm_bytes = "3027B"
        assert room(push, b"x" * 1000) == 2
        push.send_hwm_bytes = 0
        assert room(push, b"x" * 1000) == 997


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_reader_holds_no_more_than_its_octets_and_one_read(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with (
        zmq4.Pull(bind=endpoint, recv_hwm_bytes="512KiB", recv_hwm=0) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=0) as push,
    ):
        push.send_many([b"%05d" % number + b"x" * 1000 for number in range(10_000)])

        most = 0
        for number in range(10_000):
            assert pull.recv_bytes(timeout=deadline).startswith(b"%05d" % number)
            most = max(most, pull.stats().unread_bytes)

        assert 0 < most <= (512 + 256) * 1024
