"""Waiting until messages that are published are heard."""

import time

import zmq4
from fixtures.clock import DEADLINE, TIME_UNIT
from interop.faces import OurSocket
from interop.peer import PeerSocket


def tune_in(ours: OurSocket, theirs: PeerSocket, topic: bytes) -> None:
    """Wait until messages of ``theirs`` on ``topic`` are heard: a PUB tells nobody who listens."""
    give_up = time.monotonic() + DEADLINE
    sent, heard = 0, None
    while heard is None:
        assert time.monotonic() < give_up, "nothing was heard in time"
        theirs.send(topic, b"%d" % sent)
        sent += 1
        try:
            heard = int(ours.settle(ours.native.recv(timeout=TIME_UNIT / 10))[1])
        except zmq4.Timeout:
            continue
    while heard + 1 < sent:
        heard = int(ours.receive()[1])


def await_subscription(ours: OurSocket, topic: bytes, count: int = 1) -> None:
    """Wait until ``count`` subscribers of ``ours`` want messages on ``topic``."""
    ours.settle(ours.native.wait_for_subscribers(count, topic=topic, timeout=DEADLINE))
