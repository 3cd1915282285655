"""`Message.peer`: who sent a message, for as long as the message lives."""

import pytest

import zmq4


def test_message_tells_its_peer(tcp_endpoint: str, deadline: float) -> None:
    metadata: dict[str, bytes | str] = {"X-Role": "source", "X-Key": b"\0"}
    with (
        zmq4.Dealer(bind=tcp_endpoint) as dealer,
        zmq4.Dealer(connect=dealer.endpoint, routing_id=b"me", metadata=metadata) as other,
    ):
        other.send(b"x")
        peer = dealer.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.address.startswith("tcp://127.0.0.1:")
    assert peer.routing_id == b"me"
    assert peer.socket_type == "DEALER"
    assert peer.version == (3, 1)
    assert peer.user_id is None
    assert peer.metadata["X-Role"] == b"source"
    assert peer.metadata["X-Key"] == b"\0"


def test_peer_tells_the_same_over_every_transport(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=pull.endpoint, routing_id=b"me", metadata={"X-Role": "source"}) as push,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.socket_type == "PUSH"
    assert peer.metadata["X-Role"] == b"source"
    # Only REQ, DEALER and ROUTER tell their names. Source: RFC 37/ZMTP, "The READY Command".
    assert peer.routing_id == b""


def test_peer_over_inproc_has_what_applies(pipeline: tuple[zmq4.Push, zmq4.Pull]) -> None:
    push, pull = pipeline
    push.send(b"x")

    peer = pull.recv(timeout=0).peer

    assert peer is not None
    assert peer.address == str(pull.endpoint)
    assert peer.socket_type == "PUSH"
    assert peer.version is None
    assert peer.routing_id == b""


def test_message_made_here_has_no_peer() -> None:
    assert zmq4.Message(b"x").peer is None
    assert zmq4.Message(b"x").sender is None


def test_messages_of_one_connection_have_one_peer(
    line: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = line
    push.send_many([b"1", (b"2", b"3")])

    one, other = pull.recv(timeout=deadline).peer, pull.recv(timeout=deadline).peer

    assert one == other
    assert hash(one) == hash(other)
    assert one in pull.peers()


def test_peers_of_two_connections_differ(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=pull.endpoint) as first,
        zmq4.Push(connect=pull.endpoint) as second,
    ):
        first.send(b"1")
        second.send(b"2")
        peers = {pull.recv(timeout=deadline).peer for _ in range(2)}

    assert len(peers) == 2


def test_message_that_outlived_its_connection_keeps_its_peer(
    tcp_endpoint: str, deadline: float
) -> None:
    names = [b"first", b"second"]
    with zmq4.Dealer(bind=tcp_endpoint) as dealer:
        for name in names:
            with zmq4.Dealer(connect=dealer.endpoint, routing_id=name) as other:
                other.send(name)
                other.drain(deadline)
        messages = [dealer.recv(timeout=deadline) for _ in names]

    told = {message.content: message.peer and message.peer.routing_id for message in messages}
    assert told == {name: name for name in names}


def test_peer_never_changes(pipeline: tuple[zmq4.Push, zmq4.Pull]) -> None:
    push, pull = pipeline
    push.send(b"x")
    peer = pull.recv(timeout=0).peer

    assert peer is not None
    with pytest.raises(AttributeError):
        peer.address = "elsewhere"  # type: ignore[misc]
    assert "PUSH" in repr(peer)
    assert str(pull.endpoint) in repr(peer)
