"""What becomes of messages whose peer is lost."""

from contextlib import closing

import pytest

import zmq4
from faces.patience import eventually
from wire.scripted import ScriptedListener, call

SOON = zmq4.Backoff(0.01, max=0.01)
LARGE = [b"head", b"x" * 16_000_000, b"tail"]
"""More than the system's buffers hold, so that a peer can leave in the middle of it."""


def fill(sender: zmq4.Push | zmq4.Dealer) -> None:
    """Send until there is no room."""
    while sender.try_send(b"x" * 10_000):
        pass


@pytest.mark.parametrize("sender", [zmq4.Push, zmq4.Dealer])
def test_rule_05_the_queue_of_a_bound_socket_dies_with_its_peer(
    endpoint: str, deadline: float, sender: type[zmq4.Push | zmq4.Dealer]
) -> None:
    receiver = zmq4.Pull if sender is zmq4.Push else zmq4.Dealer
    with sender(bind=endpoint, send_hwm=5) as sending:
        with receiver(connect=sending.endpoint, recv_hwm=5, linger=0) as leaving:
            leaving.endpoint.ready(deadline)
            eventually(sending.peers)
            fill(sending)
        eventually(lambda: not sending.peers())

        assert not sending.try_send(b"for nobody")
        assert sending.stats().queued == 0
        with receiver(connect=sending.endpoint) as coming:
            sending.send(b"new", timeout=deadline)
            assert coming.recv(timeout=deadline).content == b"new"


def test_rule_05_the_queue_of_a_named_peer_dies_with_it(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint, send_hwm=5) as router:
        with zmq4.Dealer(
            connect=router.endpoint, routing_id=b"peer", recv_hwm=5, linger=0
        ) as leaving:
            leaving.send(b"here")
            router.recv(timeout=deadline)
            while router.try_send(b"peer", b"x" * 10_000):
                pass
        eventually(lambda: not router.peers())

        with pytest.raises(zmq4.Unroutable):
            router.try_send(b"peer", b"for nobody")
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"peer") as coming:
            coming.send(b"back")
            router.recv(timeout=deadline)
            router.send(b"peer", b"new")
            assert coming.recv(timeout=deadline).content == b"new"


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [(zmq4.Push, zmq4.Pull), (zmq4.Dealer, zmq4.Dealer), (zmq4.Pair, zmq4.Pair)],
)
def test_rule_06_the_queue_of_a_connecting_endpoint_survives_a_reconnection(
    wired_endpoint: str,
    deadline: float,
    sender: type[zmq4.Push | zmq4.Dealer | zmq4.Pair],
    receiver: type[zmq4.Pull | zmq4.Dealer | zmq4.Pair],
) -> None:
    with sender(reconnect=SOON) as sending:
        with receiver(bind=wired_endpoint) as leaving:
            place = str(leaving.endpoint)
            sending.connect(place)
            sending.send(b"first")
            assert leaving.recv(timeout=deadline).content == b"first"
        eventually(lambda: sending.endpoint.state == "connecting")

        sending.send_many([b"%d" % number for number in range(100)])

        with receiver(bind=place) as coming:
            received = [coming.recv(timeout=deadline).content for _ in range(100)]
            assert received == [b"%d" % number for number in range(100)]


def test_rule_06_what_was_sent_before_there_was_a_peer_is_delivered(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Push(connect=place, reconnect=SOON) as push:
        push.send_many([b"1", b"2", b"3"])

        with zmq4.Pull(bind=place) as pull:
            assert [pull.recv(timeout=deadline).content for _ in range(3)] == [b"1", b"2", b"3"]


def test_rule_07_a_message_cut_off_by_a_lost_connection_comes_whole_by_the_next(
    deadline: float,
) -> None:
    with closing(ScriptedListener.open()) as listener, zmq4.Push(reconnect=SOON) as push:
        place = listener.address
        push.connect(place)
        leaving = listener.accept()
        leaving.shake_hands("PUSH", "PULL")
        push.send(*LARGE)
        leaving.read(100_000)
        leaving.reset()
        listener.listening.close()

        with zmq4.Pull(bind=place) as pull:
            push.send(b"next", timeout=deadline)

            assert [*pull.recv(timeout=deadline)] == LARGE
            assert pull.recv(timeout=deadline).content == b"next"


def test_rule_07_a_message_cut_off_by_a_peer_of_a_bound_socket_is_dropped_whole(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(bind=tcp_endpoint) as push:
        with closing(call(push.endpoint.port)) as leaving:
            leaving.shake_hands("PUSH", "PULL")
            push.send(*LARGE, timeout=deadline)
            leaving.read(100_000)
            leaving.reset()
        eventually(lambda: not push.peers())

        with zmq4.Pull(connect=push.endpoint) as pull:
            push.send(b"whole", b"message", timeout=deadline)

            assert [*pull.recv(timeout=deadline)] == [b"whole", b"message"]
            assert push.stats().dropped == 1


def test_rule_07_a_message_of_which_a_part_came_is_never_received(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull:
        with closing(call(pull.endpoint.port)) as leaving:
            leaving.shake_hands("PULL", "PUSH")
            leaving.send("0104 68656164 0103 6d6964")
        with zmq4.Push(connect=pull.endpoint) as push:
            push.send(b"whole", b"message")

            assert [*pull.recv(timeout=deadline)] == [b"whole", b"message"]
            assert pull.try_recv() is None
