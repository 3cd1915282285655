"""What can be a frame, and that it arrives as it was."""

import mmap
from array import array

import pytest

import zmq4
from zmq4.types import Part

Pipeline = tuple[zmq4.Push, zmq4.Pull]
SIZES = [0, 1, 2, 254, 255, 256, 257, 8191, 8192, 8193, 65535, 65536, 65537, 1 << 20]


class Octets(bytes):
    pass


class Words(str):
    __slots__ = ()


def pattern(size: int) -> bytes:
    return bytes(index * 31 % 251 for index in range(size))


@pytest.mark.parametrize(
    ("frame", "octets"),
    [
        (b"bytes", b"bytes"),
        (b"", b""),
        ("tëxt €", "tëxt €".encode()),
        ("", b""),
        ("\0\U0001f600", b"\0\xf0\x9f\x98\x80"),
        (bytearray(b"bytearray"), b"bytearray"),
        (bytearray(), b""),
        (memoryview(b"view"), b"view"),
        (memoryview(b"a slice")[2:], b"slice"),
        (memoryview(b"sixsix").cast("B", (2, 3)), b"sixsix"),
        (memoryview(bytearray(b"writable")), b"writable"),
        (array("H", [0x0101, 0x0202]), b"\1\1\2\2"),
        (Octets(b"subclass"), b"subclass"),
        (Words("subclass"), b"subclass"),
        (zmq4.Message(b"one", b"two").frame(1), b"two"),
    ],
    ids=repr,
)
def test_contiguous_memory_and_text_are_frames(
    pipeline: Pipeline, frame: Part, octets: bytes
) -> None:
    push, pull = pipeline

    push.send(frame)
    push.send(b"head", frame, b"tail")

    assert pull.recv(timeout=0).content == octets
    assert [*pull.recv(timeout=0)] == [b"head", octets, b"tail"]


def test_mapped_memory_is_a_frame(pipeline: Pipeline) -> None:
    push, pull = pipeline
    with mmap.mmap(-1, 4096) as memory:
        memory[:5] = b"maped"
        push.send(memory)

    assert pull.recv_bytes(timeout=0)[:5] == b"maped"


@pytest.mark.parametrize(
    "view", [memoryview(b"abcdef")[::2], memoryview(b"abcdef")[::-1]], ids=["gaps", "backwards"]
)
def test_memory_with_gaps_is_refused(pipeline: Pipeline, view: memoryview) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match="contiguous"):
        push.send(view)
    with pytest.raises(TypeError, match="contiguous"):
        push.send(b"head", view)

    assert pull.try_recv() is None


@pytest.mark.parametrize("wrong", [None, 1, 1.5, object(), [b"list"], (b"tuple",), {b"set"}])
def test_what_is_no_frame_is_refused_by_name(pipeline: Pipeline, wrong: object) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match=f"not {type(wrong).__name__}"):
        push.send(b"head", wrong)  # type: ignore[arg-type]

    assert pull.try_recv() is None


def test_text_that_is_not_unicode_is_refused(pipeline: Pipeline) -> None:
    push, pull = pipeline

    with pytest.raises(UnicodeEncodeError):
        push.send("half a surrogate: \ud800")

    assert pull.try_recv() is None


def test_message_without_frames_is_refused(pipeline: Pipeline) -> None:
    push, _ = pipeline

    with pytest.raises(TypeError, match="at least one frame"):
        push.send()  # type: ignore[call-arg]


def test_unknown_keyword_is_refused(pipeline: Pipeline) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match="flags"):
        push.send(b"x", flags=1)  # type: ignore[call-arg]

    assert pull.try_recv() is None


def test_one_to_three_hundred_frames_arrive_whole(
    line: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = line
    messages = [[b"%d/%d" % (index, count) for index in range(count)] for count in range(1, 301, 7)]

    for frames in messages:
        push.send(*frames)

    assert [[*pull.recv(timeout=deadline)] for _ in messages] == messages


def test_empty_frames_keep_their_places(line: Pipeline, deadline: float) -> None:
    push, pull = line

    push.send(b"")
    push.send(b"", b"", b"")
    push.send(b"", b"x", b"")

    assert [*pull.recv(timeout=deadline)] == [b""]
    assert [*pull.recv(timeout=deadline)] == [b"", b"", b""]
    assert [*pull.recv(timeout=deadline)] == [b"", b"x", b""]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_body_of_any_size_arrives_as_it_was(line: Pipeline, kind: type, deadline: float) -> None:
    push, pull = line

    for size in SIZES:
        push.send(kind(pattern(size)))
        assert pull.recv_bytes(timeout=deadline) == pattern(size)


def test_bodies_of_all_sizes_travel_in_one_message(line: Pipeline, deadline: float) -> None:
    push, pull = line

    push.send(*map(pattern, SIZES))

    assert [*pull.recv(timeout=deadline)] == [*map(pattern, SIZES)]


def test_memory_of_the_caller_is_free_after_a_send(line: Pipeline, deadline: float) -> None:
    push, pull = line
    small, large = bytearray(b"before"), bytearray(b"b" * 100_000)

    push.send(small, large)
    for memory in (small, large):
        memory[:] = b"after"  # also proves that no view is held: it could not shrink otherwise

    assert [*pull.recv(timeout=deadline)] == [b"before", b"b" * 100_000]
