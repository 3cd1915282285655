"""Where go-zeromq is not as the others are, and how we get along with it all the same."""

import time

import pytest

import zmq4
from fixtures.clock import DEADLINE
from interop.faces import ThreadedSocket
from interop.libraries.audience import await_subscription, tune_in
from interop.libraries.library import GO_ZEROMQ
from interop.line import Line
from interop.peer import Peer

pytestmark = pytest.mark.libraries(GO_ZEROMQ)


def test_push_has_a_name_too(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH")

    theirs.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert len(sender.routing_id) == len("01234567-0123-0123-0123-0123456789ab")


def test_every_pull_receives_what_its_push_sends(peer: Peer, deadline: float) -> None:
    theirs = peer.open("PUSH", bind="tcp://127.0.0.1:0")
    with zmq4.Pull(connect=theirs.endpoint) as first, zmq4.Pull(connect=theirs.endpoint) as second:
        first.endpoint.ready(timeout=deadline)
        second.endpoint.ready(timeout=deadline)

        theirs.send(b"for one of them")

        assert first.recv_bytes(timeout=deadline) == b"for one of them"
        assert second.recv_bytes(timeout=deadline) == b"for one of them"
    theirs.close()


def test_its_rep_takes_all_up_to_the_last_empty_frame_for_the_envelope(line: Line) -> None:
    ours, theirs = line.open("Dealer", "REP")

    ours.send(b"", b"head", b"", b"body")
    assert theirs.receive() == [b"body"]
    theirs.send(b"answer")

    assert list(ours.receive()) == [b"", b"head", b"", b"answer"]


def test_reply_of_its_rep_begins_with_the_request_up_to_its_last_empty_frame(line: Line) -> None:
    ours, theirs = line.open("Req", "REP")

    ours.send(b"head", b"", b"body")
    assert theirs.receive() == [b"body"]
    theirs.send(b"answer")

    assert list(ours.receive()) == [b"head", b"", b"answer"]


def test_reply_of_its_rep_to_an_empty_request_begins_with_an_empty_frame(line: Line) -> None:
    ours, theirs = line.open("Req", "REP")

    ours.send(b"")
    assert theirs.receive() == [b""]
    theirs.send(b"answer")

    assert list(ours.receive()) == [b"", b"answer"]


def test_its_sub_that_subscribed_twice_is_gone_when_it_unsubscribes_once(line: Line) -> None:
    ours, theirs = line.open("Pub", "SUB")
    theirs.subscribe(b"a")
    theirs.subscribe(b"a")
    await_subscription(ours, b"a")

    theirs.unsubscribe(b"a")
    theirs.subscribe(b"z")
    await_subscription(ours, b"z")
    ours.send(b"a", b"1")
    ours.send(b"z", b"2")

    assert theirs.receive() == [b"z", b"2"]


def test_its_pub_is_not_asked_for_signs_of_life_of_which_eleven_would_deafen_it(
    peer: Peer, time_unit: float
) -> None:
    theirs = peer.open("PUB", bind="tcp://127.0.0.1:0")
    heartbeat = zmq4.Heartbeat(time_unit / 4, timeout=DEADLINE)
    with zmq4.Sub(connect=theirs.endpoint, heartbeat=heartbeat) as sub:
        sub.endpoint.ready(timeout=DEADLINE)

        time.sleep(4 * time_unit)  # for so long that sixteen could have been sent
        sub.subscribe("late")

        tune_in(ThreadedSocket(sub), theirs, b"late")
    theirs.close()
