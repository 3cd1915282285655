"""PUSH and PULL, with the sockets of every library."""

from interop import series
from interop.line import Line

COUNT = 1000


def test_push_reaches_their_pull(line: Line) -> None:
    ours, theirs = line.open("Push", "PULL")

    ours.send(b"one frame")
    ours.send(b"head", b"", b"body")

    assert theirs.receive() == [b"one frame"]
    assert theirs.receive() == [b"head", b"", b"body"]


def test_pull_hears_their_push(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH")

    theirs.send(b"one frame")
    theirs.send(b"head", b"", b"body")

    assert list(ours.receive()) == [b"one frame"]
    assert list(ours.receive()) == [b"head", b"", b"body"]


def test_series_reaches_their_pull_in_order(line: Line) -> None:
    ours, theirs = line.open("Push", "PULL")
    theirs.start_tally(COUNT)

    for message in series.messages(COUNT):
        ours.send(*message)

    assert line.peer.answer()["digest"] == series.digest(series.messages(COUNT))


def test_series_of_their_push_arrives_in_order(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH")
    theirs.start_series(COUNT)

    received = [list(ours.receive()) for _ in range(COUNT)]

    assert received == list(series.messages(COUNT))
    line.peer.answer()
