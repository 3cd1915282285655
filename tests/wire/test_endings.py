"""What comes after a connection: another one, or room for another peer."""

import pytest

import zmq4
from wire.changes import failure_of, wait_until
from wire.scripted import Meet, ScriptedListener
from wire.vectors import GREETING, HELLO, READY

SOON = zmq4.Backoff(0.01, max=0.05)


def test_only_what_was_not_written_to_a_lost_connection_goes_to_the_next(
    listener: ScriptedListener, time_unit: float
) -> None:
    with zmq4.Dealer(connect=listener.address, reconnect=SOON) as dealer:
        first = listener.accept()
        first.shake_hands("DEALER", "ROUTER")
        dealer.send(b"q1")
        dealer.send(b"q2")
        first.expect("0002 7131 0002 7132")
        first.close()
        wait_until(lambda: not dealer.endpoint.peers, dealer.endpoint)

        dealer.send(b"q3")

        second = listener.accept()
        second.shake_hands("DEALER", "ROUTER")
        second.expect("0002 7133")
        second.expect_silence(time_unit / 2)


def test_reset_connection_is_made_again(listener: ScriptedListener) -> None:
    with zmq4.Push(connect=listener.address, reconnect=SOON) as push:
        first = listener.accept()
        first.shake_hands("PUSH", "PULL")
        first.reset()
        wait_until(lambda: not push.endpoint.peers, push.endpoint)

        push.send(b"hello")

        second = listener.accept()
        second.shake_hands("PUSH", "PULL")
        second.expect(HELLO)


def test_protocol_error_of_the_peer_does_not_stop_us_from_trying_again(
    listener: ScriptedListener, deadline: float
) -> None:
    with zmq4.Push(connect=listener.address, reconnect=SOON) as push:
        for octets in ("0400", "02 ffffffffffffffff", "0000"):
            faulty = listener.accept()
            faulty.send(GREETING, octets)
            faulty.read_to_end()

        listener.accept().shake_hands("PUSH", "PULL")

        push.endpoint.ready(timeout=deadline)


def test_frame_above_the_size_allowed_does_not_stop_us_from_trying_again(
    listener: ScriptedListener, deadline: float
) -> None:
    with zmq4.Pull(connect=listener.address, reconnect=SOON, max_message_size=10) as pull:
        first = listener.accept()
        first.shake_hands("PULL", "PUSH")
        first.send("000b", "78" * 11)

        second = listener.accept()
        second.send(GREETING, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_refused_handshake_is_retried_no_sooner_than_after_seconds(
    listener: ScriptedListener, time_unit: float
) -> None:
    with zmq4.Push(connect=listener.address, reconnect=SOON) as push:
        listener.accept().send(GREETING, READY["PUB"])
        failure_of(push.endpoint)
        listener.listening.settimeout(2 * time_unit)

        with pytest.raises(TimeoutError):
            listener.accept()

        assert push.endpoint.state == "connecting"


def test_second_peer_of_a_pair_is_turned_away_and_the_first_kept(
    visit: Meet, deadline: float
) -> None:
    with zmq4.Pair() as pair:
        first = visit(pair)
        first.shake_hands("PAIR", "PAIR")
        pair.endpoint.ready(timeout=deadline)

        second = visit(pair)
        second.send(GREETING, READY["PAIR"])
        second.read_to_end()
        first.send(HELLO)

        assert pair.recv_bytes(timeout=deadline) == b"hello"
        assert "the socket has its only peer already" in failure_of(pair.endpoint)


def test_pair_whose_peer_left_takes_another(visit: Meet, deadline: float) -> None:
    with zmq4.Pair() as pair:
        first = visit(pair)
        first.shake_hands("PAIR", "PAIR")
        pair.endpoint.ready(timeout=deadline)
        first.close()
        wait_until(lambda: not pair.endpoint.peers, pair.endpoint)

        visit(pair).send(GREETING, READY["PAIR"], HELLO)

        assert pair.recv_bytes(timeout=deadline) == b"hello"


def test_messages_that_had_arrived_outlive_their_connection(visit: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")
        peer.send(HELLO * 3)
        peer.close()
        failure_of(pull.endpoint)

        assert [pull.recv_bytes(timeout=deadline) for _ in range(3)] == [b"hello"] * 3
