"""Signs of life, asked of the sockets of every library and given to them."""

import time

import pytest

import zmq4
from interop.libraries.library import JEROMQ, ZEROMQ_JS
from interop.peer import Options, Peer


def test_idle_peer_is_kept_and_hears_nothing_of_signs_of_life(
    peer: Peer, time_unit: float, deadline: float
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=5 * time_unit, ttl=5 * time_unit)
    theirs = peer.open("DEALER", bind="tcp://127.0.0.1:0")
    with zmq4.Dealer(connect=theirs.endpoint, heartbeat=heartbeat) as dealer:
        dealer.endpoint.ready(timeout=deadline)
        before = dealer.peers()

        time.sleep(8 * time_unit)  # to be idle for longer than our patience is the test
        dealer.send(b"still here")
        assert theirs.receive() == [b"still here"]
        theirs.send(b"here too")

        assert dealer.recv_bytes(timeout=deadline) == b"here too"
        assert (dealer.peers(), dealer.endpoint.failure) == (before, None)
        theirs.close()


@pytest.mark.libraries(JEROMQ, ZEROMQ_JS)
def test_idle_socket_keeps_a_peer_that_asks_for_signs_of_life(
    peer: Peer, time_unit: float, deadline: float
) -> None:
    limit = int(5 * time_unit * 1000)
    options = {"HEARTBEAT_IVL": limit // 10, "HEARTBEAT_TIMEOUT": limit, "HEARTBEAT_TTL": limit}
    theirs = peer.open("DEALER", bind="tcp://127.0.0.1:0", options=options)
    with zmq4.Dealer(connect=theirs.endpoint) as dealer:
        dealer.endpoint.ready(timeout=deadline)
        before = dealer.peers()

        time.sleep(8 * time_unit)  # to be idle for longer than their patience is the test
        dealer.send(b"still here")

        assert theirs.receive() == [b"still here"]
        assert (dealer.peers(), dealer.endpoint.failure) == (before, None)
        theirs.close()


@pytest.mark.libraries(JEROMQ)
def test_context_of_a_ping_is_returned(peer: Peer, time_unit: float, deadline: float) -> None:
    options: Options = {
        "HEARTBEAT_IVL": int(time_unit * 500),
        "HEARTBEAT_TIMEOUT": int(time_unit * 5000),
        "HEARTBEAT_CONTEXT": "sixteen octets..",
    }
    theirs = peer.open("DEALER", bind="tcp://127.0.0.1:0", options=options)
    with zmq4.Dealer(connect=theirs.endpoint) as dealer:
        dealer.endpoint.ready(timeout=deadline)

        time.sleep(8 * time_unit)  # JeroMQ ends the connection if it is not
        theirs.send(b"still here")

        assert dealer.recv_bytes(timeout=deadline) == b"still here"
        assert dealer.endpoint.failure is None
        theirs.close()
