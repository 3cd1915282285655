"""Messages of every size and shape, there and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.faces import ThreadFace
from interop.libzmq_peer import LibzmqPeer
from interop.line import Line
from interop.shapes import PATTERN, SIZES, alternating

pytestmark = pytest.mark.requires_peer("python:zmq")


@pytest.mark.parametrize("size", SIZES)
def test_frame_of_any_size_reaches_libzmq(line: Line, size: int) -> None:
    ours, theirs = line.open("Push", "PULL")

    ours.send(PATTERN[:size])

    assert theirs.receive() == [PATTERN[:size]]


@pytest.mark.parametrize("size", SIZES)
def test_frame_of_any_size_of_libzmq_arrives(line: Line, size: int) -> None:
    ours, theirs = line.open("Pull", "PUSH")

    theirs.send(PATTERN[:size])
    theirs.send(PATTERN[:size])

    assert list(ours.receive()) == [PATTERN[:size]]
    assert ours.receive_bytes() == PATTERN[:size]


def test_frames_of_all_sizes_in_one_message_reach_libzmq(line: Line) -> None:
    ours, theirs = line.open("Push", "PULL")

    ours.send(*(PATTERN[:size] for size in SIZES))

    assert theirs.receive() == [PATTERN[:size] for size in SIZES]


def test_frames_of_all_sizes_in_one_message_of_libzmq_arrive(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH")

    theirs.send(*(PATTERN[:size] for size in SIZES))

    assert list(ours.receive()) == [PATTERN[:size] for size in SIZES]


def test_messages_of_all_sizes_keep_their_order(line: Line) -> None:
    ours, theirs = line.open("Dealer", "DEALER")
    theirs.start_echo(len(SIZES))

    for size in SIZES:
        ours.send(PATTERN[:size])

    assert [len(ours.receive_bytes()) for _ in SIZES] == SIZES
    line.peer.answer()


@pytest.mark.parametrize("count", range(1, 21))
def test_message_of_many_frames_comes_back_whole(tcp_line: Line, count: int) -> None:
    ours, theirs = tcp_line.open("Dealer", "DEALER")
    theirs.start_echo(1)

    ours.send(*alternating(count))

    assert list(ours.receive()) == alternating(count)
    tcp_line.peer.answer()


@pytest.mark.parametrize("count", range(1, 21))
def test_message_of_empty_frames_comes_back_whole(tcp_line: Line, count: int) -> None:
    ours, theirs = tcp_line.open("Dealer", "DEALER")
    theirs.start_echo(1)

    ours.send(*[b""] * count)

    assert list(ours.receive()) == [b""] * count
    tcp_line.peer.answer()


messages = st.lists(
    st.one_of(
        st.binary(max_size=300), st.sampled_from(SIZES[:-1]).map(lambda size: PATTERN[:size])
    ),
    min_size=1,
    max_size=8,
)


def test_any_messages_come_back_as_they_were(libzmq: LibzmqPeer, tcp_endpoint: str) -> None:
    face = ThreadFace()
    ours = face.open("Dealer", bind=tcp_endpoint)
    theirs = libzmq.open("DEALER", connect=str(ours.native.endpoint))

    @settings(max_examples=50)
    @given(st.lists(messages, min_size=1, max_size=5))
    def come_back(sent: list[list[bytes]]) -> None:
        theirs.start_echo(len(sent))

        for frames in sent:
            ours.send(*frames)

        assert [list(ours.receive()) for _ in sent] == sent
        libzmq.answer()

    come_back()
    theirs.close()
    face.close()
