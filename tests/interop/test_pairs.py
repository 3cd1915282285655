"""Every pair of types that may talk, over every transport, whoever binds, from either face."""

import pytest

from interop.line import Line

pytestmark = pytest.mark.requires_peer("python:zmq")


def test_push_reaches_a_pull_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Push", "PULL")

    ours.send(b"one frame")
    ours.send(b"head", b"", b"body")

    assert theirs.receive() == [b"one frame"]
    assert theirs.receive() == [b"head", b"", b"body"]


def test_pull_hears_a_push_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH")

    theirs.send(b"one frame")
    theirs.send(b"head", b"", b"body")

    assert list(ours.receive()) == [b"one frame"]
    assert list(ours.receive()) == [b"head", b"", b"body"]


def test_pair_talks_with_a_pair_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Pair", "PAIR")

    ours.send(b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"")

    assert list(ours.receive()) == [b"answer", b""]


def test_dealer_talks_with_a_dealer_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Dealer", "DEALER")

    ours.send(b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"")

    assert list(ours.receive()) == [b"answer", b""]


def test_dealer_is_answered_by_a_router_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Dealer", "ROUTER", {"routing_id": b"client-1"})

    ours.send(b"question", b"")
    assert theirs.receive() == [b"client-1", b"question", b""]
    theirs.send(b"client-1", b"", b"answer")

    assert list(ours.receive()) == [b"", b"answer"]


def test_dealer_is_answered_by_a_rep_of_libzmq(line: Line) -> None:
    ours, theirs = line.open("Dealer", "REP")

    ours.send(b"", b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"more")

    assert list(ours.receive()) == [b"", b"answer", b"more"]


def test_rep_of_libzmq_returns_the_envelope_of_a_dealer(line: Line) -> None:
    ours, theirs = line.open("Dealer", "REP")

    ours.send(b"hop 1", b"hop 2", b"", b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer")

    assert list(ours.receive()) == [b"hop 1", b"hop 2", b"", b"answer"]


def test_both_sides_know_each_others_type_and_version(line: Line) -> None:
    ours, theirs = line.open("Pair", "PAIR")

    theirs.send(b"hello")
    ours.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert (sender.socket_type, sender.version) == ("PAIR", (3, 1))
    assert theirs.receive_with("Socket-Type")[1] == {"Socket-Type": "PAIR"}
