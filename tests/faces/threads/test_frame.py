"""`Message.frame`: the memory of a frame, without a copy, and how long it lives."""

import ctypes
import gc
import hashlib
import io
import struct
from array import array

import pytest

import zmq4
from zmq4 import Message

Pipeline = tuple[zmq4.Push, zmq4.Pull]
SIZES = [0, 1, 300, 100_000]


@pytest.mark.parametrize("size", SIZES)
def test_frame_is_read_only_memory(line: Pipeline, deadline: float, size: int) -> None:
    push, pull = line
    push.send(b"head", b"x" * size)

    view = memoryview(pull.recv(timeout=deadline).frame(1))

    assert view.readonly
    assert view.contiguous
    assert (view.nbytes, view.format, view.itemsize, view.ndim) == (size, "B", 1, 1)
    assert view.tobytes() == b"x" * size
    with pytest.raises(TypeError, match="read-only"):
        view[0:0] = b""


def test_frame_cannot_be_written_through_any_door() -> None:
    frame = Message(b"unchanged").frame(0)

    with pytest.raises((TypeError, BufferError)):
        (ctypes.c_char * 9).from_buffer(frame)
    with pytest.raises((TypeError, BufferError)):
        io.BytesIO(b"overwrites").readinto(frame)
    with pytest.raises((TypeError, BufferError)):
        struct.pack_into("B", frame, 0, 1)

    assert bytes(frame) == b"unchanged"


@pytest.mark.parametrize("size", SIZES)
def test_memory_outlives_message_frame_and_sockets(
    endpoint: str, deadline: float, size: int
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send(b"y" * size)
        view = memoryview(pull.recv(timeout=deadline).frame(0))[size // 2 :]

    gc.collect()
    churn = [Message(b"z" * size) for _ in range(100)]

    assert view.tobytes() == b"y" * (size - size // 2)
    assert churn[-1][0] == b"z" * size


def test_frame_serves_what_reads_memory() -> None:
    numbers = array("d", [1.5, 2.5])
    frame = Message(numbers).frame(0)

    assert memoryview(frame).cast("d").tolist() == [1.5, 2.5]
    assert struct.unpack("=2d", frame) == (1.5, 2.5)
    assert hashlib.sha256(frame).digest() == hashlib.sha256(numbers).digest()
    assert b"".join([frame, frame]) == numbers.tobytes() * 2
    assert bytes(frame) == bytearray(frame) == numbers.tobytes()
    assert io.BytesIO(frame).getvalue() == numbers.tobytes()
    assert int.from_bytes(Message(b"\1\0").frame(0), "big") == 256


def test_frame_can_be_sent_on(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send(b"s" * 10, b"l" * 100_000)
    message = pull.recv(timeout=0)

    push.send(message.frame(1), message.frame(0))

    assert [*pull.recv(timeout=0)] == [b"l" * 100_000, b"s" * 10]


def test_frame_equals_the_same_octets() -> None:
    frame = Message(b"octets").frame(0)

    assert frame == b"octets"
    assert frame == Message(b"head", b"octets").frame(1)
    assert frame != b"other"
    assert frame != "octets"
    assert hash(frame) == hash(b"octets")
    assert len({frame, b"octets"}) == 1
    assert len(frame) == 6


def test_frame_is_counted_in_its_size_not_shown_in_full() -> None:
    assert repr(Message(b"x" * 1000).frame(0)) == "<Frame of 1000 bytes>"


def test_frame_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        zmq4.Frame()
    with pytest.raises(TypeError):
        zmq4.Frame(b"x")  # type: ignore[call-arg]
