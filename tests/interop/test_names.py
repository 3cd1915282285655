"""Who the peer is: routing ids and properties, as either side tells the other."""

import pytest

import zmq4
from interop.faces import Face
from interop.libzmq_peer import LibzmqPeer
from interop.line import Line

pytestmark = pytest.mark.requires_peer("python:zmq")


@pytest.mark.parametrize("name", [b"c", b"client-1", b"\xff\0\x01", b"i" * 255])
def test_router_of_libzmq_knows_our_routing_id(line: Line, name: bytes) -> None:
    ours, theirs = line.open("Dealer", "ROUTER", {"routing_id": name})

    ours.send(b"hello")

    assert theirs.receive() == [name, b"hello"]


def test_router_of_libzmq_makes_a_routing_id_for_who_has_none(line: Line) -> None:
    ours, theirs = line.open("Dealer", "ROUTER")

    ours.send(b"hello")

    made, body = theirs.receive()
    assert (made[0], len(made), body) == (0, 5, b"hello")


def test_router_of_libzmq_tells_our_dealers_apart(face: Face, libzmq: LibzmqPeer) -> None:
    router = libzmq.open("ROUTER", bind="tcp://127.0.0.1:*")
    first = face.open("Dealer", connect=router.endpoint, routing_id=b"first")
    second = face.open("Dealer", connect=router.endpoint, routing_id=b"second")
    first.send(b"here")
    second.send(b"here")
    assert {router.receive()[0], router.receive()[0]} == {b"first", b"second"}

    router.send(b"second", b"for the second")
    router.send(b"first", b"for the first")

    assert first.receive_bytes() == b"for the first"
    assert second.receive_bytes() == b"for the second"
    router.close()


def test_routing_id_of_libzmq_is_told(line: Line) -> None:
    ours, theirs = line.open("Dealer", "DEALER", their_options={"ROUTING_ID": "worker-1"})

    theirs.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert sender.routing_id == b"worker-1"
    assert [peer.routing_id for peer in ours.native.peers()] == [b"worker-1"]


def test_libzmq_reads_our_properties(line: Line) -> None:
    properties = {"X-Key": "value", "X-Empty": b"", "X-Long": "v" * 300}
    ours, theirs = line.open("Push", "PULL", {"metadata": properties})

    ours.send(b"hello", b"there")

    _, read = theirs.receive_with("X-Key", "X-Empty", "X-Long", "X-Other", "Socket-Type")
    assert read == {"X-Key": "value", "X-Empty": "", "X-Long": "v" * 300, "Socket-Type": "PUSH"}


def test_properties_of_libzmq_are_told(line: Line) -> None:
    ours, theirs = line.open("Pull", "PUSH", their_options={"METADATA": "X-Key:value"})

    theirs.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert sender.metadata == {"Socket-Type": b"PUSH", "X-Key": b"value"}


def test_address_of_libzmq_is_where_it_came_from(tcp_line: Line) -> None:
    ours, theirs = tcp_line.open("Pull", "PUSH")

    theirs.send(b"hello")

    sender = ours.receive().peer
    assert isinstance(sender, zmq4.Peer)
    assert sender.address.startswith("tcp://127.0.0.1:")
    assert sender == ours.native.endpoint.peers[0]
