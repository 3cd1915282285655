"""`Message` is a sequence of bytes, and never changes."""

import copy
import gc
import json
import pickle
from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmq4
from zmq4 import Message

FRAMES = (b"one", b"", b"three")
LISTS_OF_FRAMES = st.lists(st.binary(max_size=300), min_size=1, max_size=8)


@pytest.fixture(params=["made", "received"])
def message(request: pytest.FixtureRequest, pipeline: tuple[zmq4.Push, zmq4.Pull]) -> Message:
    """Give a message of FRAMES, however it came to be."""
    push, pull = pipeline
    if request.param == "made":
        return Message(*FRAMES)
    push.send(*FRAMES)
    return pull.recv(timeout=0)


def test_message_is_a_sequence(message: Message) -> None:
    assert isinstance(message, Sequence)
    assert isinstance(message, Hashable)
    assert issubclass(Message, Sequence)


def test_frames_are_taken_by_index(message: Message) -> None:
    assert [message[0], message[1], message[2]] == [b"one", b"", b"three"]
    assert [message[-1], message[-2], message[-3]] == [b"three", b"", b"one"]


@pytest.mark.parametrize("index", [3, -4, 1 << 40, -(1 << 70)])
def test_index_beyond_the_ends_is_an_index_error(message: Message, index: int) -> None:
    with pytest.raises(IndexError):
        message[index]
    with pytest.raises(IndexError):
        message.frame(index)


@pytest.mark.parametrize("index", ["0", 0.0, None, (0,)])
def test_index_is_a_number(message: Message, index: int) -> None:
    with pytest.raises(TypeError):
        message[index]
    with pytest.raises(TypeError):
        message.frame(index)


@pytest.mark.parametrize(
    "part",
    [
        slice(None),
        slice(1, None),
        slice(-2, None),
        slice(None, None, -1),
        slice(0, 0),
        slice(9, 99),
    ],
    ids=repr,
)
def test_slice_is_a_tuple_of_frames(message: Message, part: slice) -> None:
    frames: object = message[part]

    assert frames == FRAMES[part]


def test_message_is_unpacked(message: Message) -> None:
    head, *rest = message
    first, second, third = message

    assert (head, rest) == (b"one", [b"", b"three"])
    assert (first, second, third) == FRAMES


def test_message_is_iterated_forwards_and_backwards(message: Message) -> None:
    assert tuple(message) == FRAMES
    assert tuple(reversed(message)) == FRAMES[::-1]
    assert len(message) == 3
    assert message


def test_frames_are_looked_for(message: Message) -> None:
    assert b"three" in message
    assert b"four" not in message
    assert "three" not in message  # type: ignore[comparison-overlap]
    assert message.count(b"") == 1
    assert message.count(b"four") == 0
    assert message.index(b"three") == 2
    assert message.index(b"three", 1) == 2
    assert message.index(b"three", -1, 5) == 2
    with pytest.raises(ValueError, match="not in"):
        message.index(b"four")
    with pytest.raises(ValueError, match="not in"):
        message.index(b"three", 0, 2)


def test_message_is_matched_by_its_frames() -> None:
    def verdict(message: Message) -> str:
        match message:
            case [b"PING"]:
                return "ping"
            case [b"PING", number]:
                return f"ping {number.decode()}"
            case [b"ALL", *rest]:
                return f"all {len(rest)}"
            case _:
                return "other"

    cases = {"ping": ["PING"], "ping 7": ["PING", "7"], "all 0": ["ALL"], "all 2": ["ALL", "", ""]}
    assert {verdict(Message(*frames)): frames for frames in cases.values()} == cases
    assert verdict(Message("PONG")) == "other"


def test_messages_are_equal_if_their_frames_are(message: Message) -> None:
    assert message == Message(*FRAMES)
    assert hash(message) == hash(Message(*FRAMES))
    assert len({message, Message(*FRAMES), Message("other")}) == 2
    assert message != Message(b"one")
    assert message != Message(b"one", b"", b"THREE")
    assert message != Message(b"onet", b"", b"hree")


def test_message_equals_nothing_else(message: Message) -> None:
    assert message != FRAMES
    assert message != [*FRAMES]
    assert message != "one"
    assert message is not None
    with pytest.raises(TypeError):
        message < message  # type: ignore[operator]  # noqa: B015, PLR0124 (that is the question)


def test_message_shows_its_frames(message: Message) -> None:
    assert repr(message) == "Message(b'one', b'', b'three')"


def test_long_message_is_shown_in_short() -> None:
    assert repr(Message(b"x" * 1000)) == f"Message({b'x' * 64!r}… 936 more)"
    assert len(repr(Message(*[b"frame"] * 300))) < 200


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_message_survives_pickling(message: Message, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(message, protocol))  # noqa: S301 (it was just written)

    assert again == message
    assert type(again) is Message
    assert again.peer is None


def test_copy_of_a_message_is_equal(message: Message) -> None:
    assert copy.copy(message) == message
    assert copy.deepcopy(message) == message


def test_message_never_changes(message: Message) -> None:
    with pytest.raises(TypeError):
        message[0] = b"x"  # type: ignore[index]
    with pytest.raises(TypeError):
        del message[0]  # type: ignore[attr-defined]
    for name in ("content", "peer", "anything"):
        with pytest.raises(AttributeError):
            setattr(message, name, b"x")
    with pytest.raises(TypeError):
        Message.added = 1  # type: ignore[attr-defined]


def test_first_frame_is_made_once(message: Message) -> None:
    assert message[0] is message[0]


def test_message_is_not_tracked_by_the_collector(message: Message) -> None:
    assert not gc.is_tracked(message)


def test_message_takes_parts_as_send_does() -> None:
    assert [*Message(b"a", "é", bytearray(b"c"), memoryview(b"d"))] == [
        b"a",
        "é".encode(),
        b"c",
        b"d",
    ]


def test_message_without_a_frame_is_refused() -> None:
    with pytest.raises(TypeError):
        Message()
    with pytest.raises(TypeError, match="not int"):
        Message(1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Message(frames=b"x")  # type: ignore[call-arg]


def test_content_is_the_only_frame() -> None:
    assert Message(b"body").content == b"body"
    assert Message(b"").content == b""
    with pytest.raises(zmq4.MultipartError, match="2 frames"):
        _ = Message(b"head", b"body").content


def test_text_is_the_only_frame_decoded() -> None:
    assert Message("tëxt €").text == "tëxt €"
    with pytest.raises(zmq4.MultipartError):
        _ = Message("a", "b").text
    with pytest.raises(UnicodeDecodeError):
        _ = Message(b"\xff").text


def test_json_is_the_only_frame_read_as_json() -> None:
    value = {"a": [1, 2.5, None, True], "b": "é"}

    assert Message(json.dumps(value)).json() == value
    with pytest.raises(zmq4.MultipartError):
        Message("1", "2").json()
    with pytest.raises(ValueError, match="Expecting value"):
        Message("no json").json()


@given(LISTS_OF_FRAMES)
def test_message_behaves_as_the_tuple_of_its_frames(frames: list[bytes]) -> None:
    message, model = Message(*frames), tuple(frames)

    assert tuple(message) == model
    assert len(message) == len(model)
    assert [message.frame(index) == model[index] for index in range(len(model))] == [True] * len(
        model
    )
    assert [message.count(each) for each in model] == [model.count(each) for each in model]
    assert [message.index(each) for each in model] == [model.index(each) for each in model]
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 (it was just written)


@given(LISTS_OF_FRAMES, LISTS_OF_FRAMES)
def test_messages_are_equal_exactly_if_their_frames_are(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (Message(*one) == Message(*other)) is (one == other)
    assert (Message(*one) != Message(*other)) is (one != other)
