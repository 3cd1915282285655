"""`Message`, `Frame` and `Peer`: native values that behave as Python's own."""

import collections.abc
import copy
import gc
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq4
from zmq4 import Frame, Message

FRAMES = st.lists(st.binary(max_size=600), min_size=1, max_size=8)


@given(FRAMES)
def test_message_is_a_sequence_of_its_frames(frames: list[bytes]) -> None:
    message = Message(*frames)

    assert len(message) == len(frames)
    assert list(message) == [*message] == frames
    assert tuple(reversed(message)) == tuple(reversed(frames))
    assert message[0] == frames[0]
    assert message[-1] == frames[-1]
    assert message[1:] == tuple(frames[1:])
    assert message[::-2] == tuple(frames[::-2])
    assert frames[-1] in message
    assert message.count(frames[0]) == frames.count(frames[0])
    assert message.index(frames[-1]) == frames.index(frames[-1])
    assert [bytes(message.frame(number)) for number in range(len(frames))] == frames


@given(FRAMES, FRAMES)
def test_messages_are_equal_if_their_frames_are(one: list[bytes], other: list[bytes]) -> None:
    assert (Message(*one) == Message(*other)) == (one == other)
    assert (Message(*one) != Message(*other)) == (one != other)
    assert hash(Message(*one)) == hash(Message(*one))
    assert Message(*one) != one


@given(FRAMES)
def test_message_survives_pickling_and_copying(frames: list[bytes]) -> None:
    message = Message(*frames)

    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 (it was just written)
    assert copy.copy(message) == message
    assert copy.deepcopy(message) == message


@given(FRAMES)
def test_received_message_equals_the_one_that_was_sent(frames: list[bytes]) -> None:
    with zmq4.Pair(bind="inproc://m") as one, zmq4.Pair(connect="inproc://m") as other:
        one.send(*frames)

        assert other.recv(timeout=5) == Message(*frames)


def test_message_is_a_sequence_for_those_who_ask() -> None:
    assert isinstance(Message(b"x"), collections.abc.Sequence)
    assert isinstance(Message(b"x"), collections.abc.Hashable)


def test_message_is_matched_by_its_frames() -> None:
    match Message(b"PING", b"17"):
        case [b"PONG", _]:
            pytest.fail("that was another")
        case [b"PING", number]:
            assert number == b"17"
        case _:
            pytest.fail("a message is a sequence")


@pytest.mark.parametrize("index", [2, -3, sys.maxsize, -sys.maxsize])
def test_frame_that_is_not_there_is_an_index_error(index: int) -> None:
    message = Message(b"a", b"b")

    with pytest.raises(IndexError):
        _ = message[index]
    with pytest.raises(IndexError):
        message.frame(index)
    with pytest.raises(TypeError):
        _ = message["a"]  # type: ignore[call-overload]


def test_message_has_at_least_one_frame_of_octets() -> None:
    for frames in ([], [1], [None], [[b"x"]]):
        with pytest.raises(TypeError):
            Message(*frames)  # type: ignore[arg-type]
    assert Message("tëxt", bytearray(b"x"), memoryview(b"y")) == Message(
        "tëxt".encode(), b"x", b"y"
    )


def test_message_is_immutable() -> None:
    message = Message(b"a")

    with pytest.raises(TypeError):
        message[0] = b"b"  # type: ignore[index]
    with pytest.raises(AttributeError):
        message.content = b"b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        message.other = 1  # type: ignore[attr-defined]


def test_content_of_one_frame_is_read_in_three_ways() -> None:
    message = Message('{"ä": [1, 2]}')

    assert message.content == '{"ä": [1, 2]}'.encode()
    assert message.text == '{"ä": [1, 2]}'
    assert message.json() == {"ä": [1, 2]}
    assert message.content is message[0] is message.content


def test_content_of_several_frames_is_refused() -> None:
    message = Message(b"1", b"2")

    with pytest.raises(zmq4.MultipartError):
        _ = message.content
    with pytest.raises(zmq4.MultipartError):
        _ = message.text
    with pytest.raises(zmq4.MultipartError):
        message.json()


def test_content_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        _ = Message(b"\xff").text
    with pytest.raises(ValueError, match="Expecting"):
        Message(b"{").json()


def test_message_made_here_came_from_nobody() -> None:
    assert Message(b"x").peer is None
    assert Message(b"x").sender is None


def test_message_shows_its_frames() -> None:
    assert repr(Message(b"a", b"b")) == "Message(b'a', b'b')"
    assert len(repr(Message(*[b"x" * 1000] * 100))) < 2000


@pytest.mark.parametrize("size", [0, 5, 100_000])
def test_frame_is_memory_that_is_not_copied(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    frame = Message(b"head", body).frame(-1)

    view = memoryview(frame)

    assert isinstance(frame, Frame)
    assert (view.readonly, view.nbytes, view.format, view.ndim) == (True, size, "B", 1)
    assert view == body
    assert len(frame) == size
    assert frame == body
    assert bytes(frame) == body
    assert hash(frame) == hash(body)
    assert frame == Message(body).frame(0)
    assert frame != body + b"x"
    with pytest.raises(TypeError):
        view[0] = 1  # type: ignore[index]


def test_frame_outlives_its_message() -> None:
    frame = Message(b"x" * 1000).frame(0)
    view = memoryview(frame)
    del frame
    gc.collect()

    assert view == b"x" * 1000


def test_large_body_between_sockets_of_a_process_is_not_copied(inproc_endpoint: str) -> None:
    body = b"x" * 1_000_000
    with zmq4.Pair(bind=inproc_endpoint) as one, zmq4.Pair(connect=inproc_endpoint) as other:
        one.send(body)

        assert other.recv_bytes(timeout=5) is body


def test_peer_tells_who_sent_a_message(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Dealer(bind=tcp_endpoint) as one,
        zmq4.Dealer(connect=one.endpoint, routing_id=b"me", metadata={"X-Role": "source"}) as other,
    ):
        other.send(b"1")
        other.send(b"2")
        first, second = one.recv(timeout=deadline), one.recv(timeout=deadline)

    peer = first.peer
    assert peer is not None
    assert peer == second.peer
    assert hash(peer) == hash(second.peer)
    assert peer.address.startswith("tcp://127.0.0.1:")
    assert (peer.routing_id, peer.socket_type, peer.user_id) == (b"me", "DEALER", None)
    assert peer.version == (3, 1)
    assert peer.metadata["X-Role"] == b"source"
    assert first.sender is None
    assert "DEALER" in repr(peer)


@pytest.mark.parametrize("cls", [zmq4.Message, zmq4.Frame, zmq4.Peer, zmq4.Context])
def test_value_cannot_be_derived_from(cls: type) -> None:
    with pytest.raises(TypeError):
        type("Derived", (cls,), {})
