"""PAIR, with the sockets of every library; and messages of every size, there and back."""

from interop import series
from interop.line import Line
from interop.shapes import PATTERN, SIZES, alternating

COUNT = 300


def test_pair_talks_with_their_pair(line: Line) -> None:
    ours, theirs = line.open("Pair", "PAIR")

    ours.send(b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"")

    assert list(ours.receive()) == [b"answer", b""]


def test_series_is_returned_by_their_pair(tcp_line: Line) -> None:
    ours, theirs = tcp_line.open("Pair", "PAIR")
    theirs.start_echo(COUNT)

    for message in series.messages(COUNT):
        ours.send(*message)

    assert [list(ours.receive()) for _ in range(COUNT)] == list(series.messages(COUNT))
    tcp_line.peer.answer()


def test_frames_of_all_sizes_are_returned_by_their_pair(tcp_line: Line) -> None:
    ours, theirs = tcp_line.open("Pair", "PAIR")
    theirs.start_echo(len(SIZES))

    for size in SIZES:
        ours.send(PATTERN[:size])
        assert list(ours.receive()) == [PATTERN[:size]]

    tcp_line.peer.answer()


def test_messages_of_many_frames_are_returned_by_their_pair(tcp_line: Line) -> None:
    ours, theirs = tcp_line.open("Pair", "PAIR")
    theirs.start_echo(2)

    ours.send(*alternating(20))
    ours.send(*[b""] * 20)

    assert list(ours.receive()) == alternating(20)
    assert list(ours.receive()) == [b""] * 20
    tcp_line.peer.answer()
