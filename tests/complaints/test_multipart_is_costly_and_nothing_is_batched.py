"""Several frames cost several calls, may be read apart, and nothing is batched.

P#2031, P#383; 7.3 µs for three frames.
"""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

import zmq4

Pipeline = tuple[zmq4.Push, zmq4.Pull]


def python_calls(work: Callable[[], object]) -> int:
    """Count the functions of Python that run inside ``work``."""
    count = -1  # work itself

    def trace(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    former = sys.getprofile()
    sys.setprofile(trace)
    try:
        work()
    finally:
        sys.setprofile(former)
    return count


@pytest.fixture
def pipeline(inproc_endpoint: str) -> Pipeline:
    pull = zmq4.Pull(bind=inproc_endpoint, recv_hwm=0)
    return zmq4.Push(connect=inproc_endpoint, send_hwm=0), pull


@pytest.fixture(autouse=True)
def _closed(pipeline: Pipeline) -> object:
    yield
    for socket in pipeline:
        socket.close()


def test_message_of_any_number_of_frames_is_one_call(pipeline: Pipeline) -> None:
    push, pull = pipeline
    frames = [b"frame"] * 100

    assert python_calls(lambda: push.send(*frames)) == 0
    assert python_calls(lambda: len(pull.recv())) == 0


def test_thousand_messages_are_one_call(pipeline: Pipeline) -> None:
    push, pull = pipeline
    rows = [b"row"] * 1000

    assert python_calls(lambda: push.send_many(rows)) == 0
    assert python_calls(lambda: len(pull.recv_many())) == 0
    assert pull.stats().received == 1000


def test_no_message_is_read_in_part(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send(b"head", b"body")
    push.send(b"next")

    with pytest.raises(zmq4.MultipartError):
        pull.recv_bytes()

    assert [*pull.recv()] == [b"head", b"body"]
    assert pull.recv_bytes() == b"next"


def test_frames_are_taken_apart_by_the_language(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send("LOG", "warning", "disk is full")

    match pull.recv():
        case [b"LOG", level, text]:
            assert (level, text) == (b"warning", b"disk is full")
        case other:
            pytest.fail(f"{other} was not matched")


def test_batches_are_forwarded_as_they_came(pipeline: Pipeline, inproc_endpoint: str) -> None:
    push, pull = pipeline
    with (
        zmq4.Pull(bind=inproc_endpoint + "-next") as end,
        zmq4.Push(connect=end.endpoint) as forward,
    ):
        push.send_many([(b"%d" % number, b"body") for number in range(300)])
        while pull.stats().received < 300:
            forward.send_many(pull.recv_many(max=64))

        assert [message[0] for message in end.recv_many()] == [b"%d" % n for n in range(300)]
