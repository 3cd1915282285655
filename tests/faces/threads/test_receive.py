"""The ways to receive one message, and that what is refused is not consumed."""

import mmap
from array import array

import pytest

import zmq4
from faces.crew import Crew

Pipeline = tuple[zmq4.Push, zmq4.Pull]


def test_recv_returns_one_whole_message(line: Pipeline, deadline: float) -> None:
    push, pull = line
    push.send(b"first")
    push.send(b"second", b"message")

    first, second = pull.recv(deadline), pull.recv(timeout=deadline)

    assert (first, second) == (zmq4.Message(b"first"), zmq4.Message(b"second", b"message"))


def test_recv_waits_for_the_message(line: Pipeline, crew: Crew) -> None:
    push, pull = line
    waiting = crew.start(pull.recv).asleep()

    push.send(b"late")

    assert waiting.result().content == b"late"


def test_recv_bytes_returns_exactly_bytes(line: Pipeline, deadline: float) -> None:
    push, pull = line
    push.send(bytearray(b"body"))

    body = pull.recv_bytes(timeout=deadline)

    assert type(body) is bytes
    assert body == b"body"


def test_recv_bytes_refuses_a_multipart_without_consuming_it(
    line: Pipeline, deadline: float
) -> None:
    push, pull = line
    push.send(b"head", b"body")

    for _ in range(3):
        with pytest.raises(zmq4.MultipartError, match=r"2 frames.*recv\(\).*not consumed"):
            pull.recv_bytes(timeout=deadline)

    assert [*pull.recv(timeout=0)] == [b"head", b"body"]


def test_recv_bytes_refuses_a_multipart_that_it_waited_for(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    waiting = crew.start(pull.recv_bytes).asleep()

    push.send(b"head", b"body")

    assert isinstance(waiting.error(), zmq4.MultipartError)
    assert [*pull.recv(timeout=0)] == [b"head", b"body"]


def test_recv_into_writes_and_returns_octets(line: Pipeline, deadline: float) -> None:
    push, pull = line
    memory = bytearray(b"." * 8)
    push.send(b"body")

    written = pull.recv_into(memory, timeout=deadline)

    assert written == 4
    assert memory == b"body...."


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_recv_into_fills_memory_to_the_last_octet(pipeline: Pipeline, size: int) -> None:
    push, pull = pipeline
    memory = bytearray(size)
    push.send(b"x" * size)

    assert pull.recv_into(memory, timeout=0) == size
    assert memory == b"x" * size


def test_recv_into_takes_any_writable_contiguous_memory(pipeline: Pipeline) -> None:
    push, pull = pipeline
    numbers, memory = array("I", [0, 0]), bytearray(6)
    push.send_many([b"\1\1\1\1", b"ab", b"mmap"])

    pull.recv_into(numbers, timeout=0)
    pull.recv_into(memoryview(memory)[2:4], timeout=0)
    with mmap.mmap(-1, 4096) as mapped:
        pull.recv_into(mapped, timeout=0)
        assert mapped[:4] == b"mmap"

    assert numbers[0] == 0x01010101
    assert memory == b"\0\0ab\0\0"


def test_recv_into_refuses_too_small_memory_without_consuming(pipeline: Pipeline) -> None:
    push, pull = pipeline
    memory = bytearray(b"...")
    push.send(b"body")

    for _ in range(3):
        with pytest.raises(zmq4.MessageTooLarge, match=r"4 bytes.*not consumed"):
            pull.recv_into(memory, timeout=0)

    assert memory == b"..."
    assert pull.recv_bytes(timeout=0) == b"body"


def test_recv_into_refuses_a_multipart_without_consuming_it(pipeline: Pipeline) -> None:
    push, pull = pipeline
    push.send(b"head", b"body")

    with pytest.raises(zmq4.MultipartError, match="not consumed"):
        pull.recv_into(bytearray(100), timeout=0)

    assert [*pull.recv(timeout=0)] == [b"head", b"body"]


@pytest.mark.parametrize(
    "memory", [b"read-only", memoryview(bytearray(8))[::2]], ids=["read-only", "gaps"]
)
def test_recv_into_refuses_unsuitable_memory_without_consuming(
    pipeline: Pipeline, memory: bytes | memoryview
) -> None:
    push, pull = pipeline
    push.send(b"x")

    with pytest.raises(BufferError):
        pull.recv_into(memory, timeout=0)

    assert pull.recv_bytes(timeout=0) == b"x"


def test_recv_into_lets_go_of_the_memory(pipeline: Pipeline) -> None:
    push, pull = pipeline
    memory = bytearray(8)

    with pytest.raises(zmq4.Timeout):
        pull.recv_into(memory, timeout=0)
    push.send(b"x")
    pull.recv_into(memory, timeout=0)

    memory.clear()  # a BufferError if a view were held


def test_recv_into_waits_for_the_message(pipeline: Pipeline, crew: Crew) -> None:
    push, pull = pipeline
    memory = bytearray(4)
    waiting = crew.start(lambda: pull.recv_into(memory)).asleep()

    push.send(b"late")

    assert waiting.result() == 4
    assert memory == b"late"


def test_try_recv_returns_a_message_or_none(pipeline: Pipeline) -> None:
    push, pull = pipeline

    assert pull.try_recv() is None
    push.send(b"head", b"body")
    assert pull.try_recv() == zmq4.Message(b"head", b"body")
    assert pull.try_recv() is None


def test_try_send_tells_whether_there_was_room(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        assert [push.try_send(b"%d" % index) for index in range(4)] == [True, True, False, False]
        assert [message.content for message in pull.recv_many()] == [b"0", b"1"]
        assert push.try_send(b"head", b"body")


def test_try_send_without_a_peer_is_false() -> None:
    with zmq4.Push(bind="tcp://127.0.0.1:0") as push:
        assert push.try_send(b"x") is False


@pytest.mark.parametrize("face", [zmq4.Push, zmq4.Pull, zmq4.Pair, zmq4.Dealer])
def test_closed_socket_says_so(face: type[zmq4.Push | zmq4.Pull]) -> None:
    socket = face()
    socket.close()
    calls = {
        "send": (b"x",),
        "try_send": (b"x",),
        "send_many": ([b"x"],),
        "drain": (),
        "recv": (),
        "recv_bytes": (),
        "recv_into": (bytearray(1),),
        "try_recv": (),
        "recv_many": (),
        "bind": ("inproc://x",),
        "connect": ("inproc://x",),
    }

    for name, arguments in calls.items():
        if hasattr(socket, name):
            with pytest.raises(zmq4.Closed, match="closed"):
                getattr(socket, name)(*arguments)


def test_what_a_type_cannot_do_does_not_exist() -> None:
    assert not hasattr(zmq4.Push, "recv")
    assert not hasattr(zmq4.Push, "__iter__")
    assert not hasattr(zmq4.Pull, "send")
    assert not hasattr(zmq4.Pull, "drain")
