"""PING and PONG on the wire, and what silence leads to."""

import pytest

import zmq4
from wire.changes import failure_of
from wire.scripted import COMMAND, MORE, Meet
from wire.vectors import GREETING, GREETING_3_0, HELLO, PING, PONG, READY

LARGE = bytes(1 << 20)


@pytest.mark.parametrize(
    ("ping", "pong"),
    [
        ("0407 04 50494e47 0000", "0405 04 504f4e47"),
        ("040b 04 50494e47 ffff 41424344", "0409 04 504f4e47 41424344"),
        ("0417 04 50494e47 ffff" + "61" * 16, "0415 04 504f4e47" + "61" * 16),
        ("0418 04 50494e47 ffff" + "61" * 17, "0415 04 504f4e47" + "61" * 16),
        ("06 0000000000000007 04 50494e47 0000", "0405 04 504f4e47"),
    ],
    ids=["no_context", "context", "longest_context", "context_cut_at_16", "long_form"],
)
def test_ping_is_answered_with_its_context(meet: Meet, ping: str, pong: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send(ping)

        peer.expect(pong)


def test_ping_right_behind_ready_is_answered(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, READY["PUSH"], PING)

        peer.expect(GREETING, READY["PULL"], PONG)


def test_ping_of_a_3_0_peer_is_answered(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING_3_0, READY["PUSH"], PING)

        peer.expect(GREETING, READY["PULL"], PONG)


def test_ping_between_the_frames_of_a_message_is_answered(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("0101 61", PING)

        peer.expect(PONG)


def test_pong_stands_between_messages_and_not_within_one(meet: Meet) -> None:
    with zmq4.Dealer() as dealer:
        peer = meet(dealer)
        peer.shake_hands("DEALER", "DEALER")
        for _ in range(8):
            assert dealer.try_send(LARGE, LARGE, LARGE, b"")
        flags = [peer.read_frame()[0]]

        peer.send(PING)

        flags += [peer.read_frame()[0] for _ in range(8 * 4)]
        pong = [bool(each & COMMAND) for each in flags].index(True)
        assert not flags[pong - 1] & MORE


@pytest.mark.parametrize(
    ("ttl", "ping"),
    [
        (None, "0407 04 50494e47 0000"),
        (0.1, "0407 04 50494e47 0001"),
        (1.0, "0407 04 50494e47 000a"),
        (6553.5, "0407 04 50494e47 ffff"),
    ],
)
def test_our_ping_tells_the_time_to_live(
    meet: Meet, time_unit: float, deadline: float, ttl: float | None, ping: str
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=deadline, ttl=ttl)
    with zmq4.Push(heartbeat=heartbeat) as push:
        peer = meet(push)

        peer.shake_hands("PUSH", "PULL")

        peer.expect(ping, ping)


def test_no_ping_is_sent_unless_asked_for(meet: Meet, time_unit: float) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.shake_hands("PUSH", "PULL")

        peer.expect_silence(time_unit)


def test_3_0_peer_is_sent_no_ping_and_not_given_up(meet: Meet, time_unit: float) -> None:
    with zmq4.Push(heartbeat=zmq4.Heartbeat(time_unit / 4)) as push:
        peer = meet(push)

        peer.send(GREETING_3_0, READY["PULL"])

        peer.expect(GREETING, READY["PUSH"])
        peer.expect_silence(time_unit)


def test_peer_that_does_not_answer_is_given_up(meet: Meet, time_unit: float) -> None:
    with zmq4.Push(heartbeat=zmq4.Heartbeat(time_unit / 2, timeout=time_unit)) as push:
        peer = meet(push)
        peer.shake_hands("PUSH", "PULL")

        peer.expect(PING)

        peer.read_to_end()
        assert "the peer was silent for" in failure_of(push.endpoint)


@pytest.mark.parametrize(
    "sign", [PONG, HELLO, "0404 03 464f4f"], ids=["pong", "message", "unknown_command"]
)
def test_any_frame_is_a_sign_of_life(meet: Meet, time_unit: float, sign: str) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=2 * time_unit)
    with zmq4.Dealer(heartbeat=heartbeat) as dealer:
        peer = meet(dealer)
        peer.shake_hands("DEALER", "DEALER")

        for _ in range(6):  # longer than the time-out
            peer.expect(PING)
            peer.send(sign)

        assert dealer.endpoint.failure is None


def test_peer_that_is_silent_beyond_its_time_to_live_is_given_up(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("0407 04 50494e47 0001")

        peer.expect(PONG)
        peer.expect_end()
        assert "time to live" in failure_of(pull.endpoint).replace("-", " ")


def test_time_to_live_of_zero_is_none(meet: Meet, time_unit: float, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")
        peer.send("0407 04 50494e47 0000")
        peer.expect(PONG)

        peer.expect_silence(2 * time_unit)
        peer.send(HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"
