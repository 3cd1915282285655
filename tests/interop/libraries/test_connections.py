"""What a connection with each library tells, when it is refused, and when it is made again."""

from collections.abc import Callable

import pytest

import zmq4
from interop.libraries.library import GO_ZEROMQ, JEROMQ, ZEROMQ_JS, Library
from interop.line import Line
from interop.peer import Peer
from wire.changes import wait_until

SOON = zmq4.Backoff(0.01, max=0.1)


def test_type_and_version_of_their_side_are_told(tcp_line: Line, library: Library) -> None:
    ours, theirs = tcp_line.open("Pair", "PAIR")

    theirs.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert (sender.socket_type, sender.version) == ("PAIR", library.version)
    assert sender.metadata["Socket-Type"] == b"PAIR"


def test_pull_refuses_their_pull(peer: Peer) -> None:
    theirs = peer.open("PULL", bind="tcp://127.0.0.1:0")
    why = 'a PULL socket cannot talk to a peer of type "PULL"'

    # JeroMQ, which refuses us too, may close the connection before it has said what it is.
    with zmq4.Pull(connect=theirs.endpoint, reconnect=SOON) as pull:
        wait_until(lambda: pull.endpoint.failure == why, pull.endpoint)

    theirs.close()


@pytest.mark.libraries(GO_ZEROMQ, JEROMQ, ZEROMQ_JS)
@pytest.mark.parametrize(("ours", "theirs"), [(zmq4.Push, "PULL"), (zmq4.Dealer, "DEALER")])
def test_queued_messages_reach_a_program_that_was_killed_and_started_again(
    start_another: Callable[[], Peer],
    deadline: float,
    ours: type[zmq4.Push | zmq4.Dealer],
    theirs: str,
) -> None:
    peer = start_another()
    first = peer.open(theirs, bind="tcp://127.0.0.1:0")
    with ours(connect=first.endpoint, reconnect=SOON, send_timeout=deadline) as sender:
        sender.send(b"before")
        assert first.receive() == [b"before"]
        peer.kill()
        wait_until(lambda: sender.endpoint.state == "connecting", sender.endpoint)

        for number in range(100):
            sender.send(b"%d" % number)
        second = start_another().open(theirs, bind=first.endpoint)

        assert [second.receive()[0] for _ in range(100)] == [b"%d" % n for n in range(100)]
