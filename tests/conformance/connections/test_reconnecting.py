"""Connections that are lost, or never come to be: how and when they are tried again."""

import contextlib
import time
from itertools import pairwise

import pytest

import zmq4
from faces.patience import eventually
from wire.changes import failure_of, wait_until
from wire.kinds import OURS, PARTNERS
from wire.scripted import Meet, ScriptedListener, ScriptedPeer, call
from wire.vectors import GREETING, HELLO, READY, SIGNATURE

FIELD = zmq4.Backoff(0.1, max=0.1, jitter=0)
"""libzmq's: always the same delay."""
SOON = zmq4.Backoff(0.01, max=0.05)


@pytest.mark.parametrize("kind", OURS)
def test_rule_44_every_type_connects_again(listener: ScriptedListener, kind: str) -> None:
    with OURS[kind](connect=listener.address, reconnect=SOON) as ours:
        for _ in range(3):
            peer = listener.accept()
            peer.shake_hands(kind, PARTNERS[kind][0])
            wait_until(lambda: ours.endpoint.state == "connected", ours.endpoint)
            peer.close()
            wait_until(lambda: ours.endpoint.state == "connecting", ours.endpoint)


def test_rule_44_delay_of_the_field_never_grows_and_is_kept(listener: ScriptedListener) -> None:
    calls = []
    with zmq4.Push(connect=listener.address, reconnect=FIELD, linger=0):
        for _ in range(4):
            listener.accept().close()
            calls.append(time.monotonic())

    assert all(later - earlier > 0.09 for earlier, later in pairwise(calls))


def test_rule_44_none_is_one_attempt_alone(listener: ScriptedListener, time_unit: float) -> None:
    with zmq4.Push(connect=listener.address, reconnect=None, linger=0) as push:
        listener.accept().close()
        wait_until(lambda: push.endpoint.state == "stopped", push.endpoint)

        listener.listening.settimeout(2 * time_unit)
        with pytest.raises(TimeoutError):
            listener.accept()
        with pytest.raises(zmq4.NoPeers):
            push.endpoint.ready(timeout=0)


def test_rule_44_refused_connection_is_tried_until_somebody_listens(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as holder:
        address = str(holder.endpoint)
    with zmq4.Push(connect=address, reconnect=SOON) as push:
        eventually(lambda: push.endpoint.attempts >= 3)
        assert "refused" in failure_of(push.endpoint)

        with zmq4.Pull(bind=address) as pull:
            push.send(b"found")
            assert pull.recv_bytes(timeout=deadline) == b"found"
            assert push.endpoint.attempts == 0


def test_rule_44_protocol_error_does_not_end_the_trying(listener: ScriptedListener) -> None:
    with zmq4.Pull(connect=listener.address, reconnect=SOON) as pull:
        for octets in ("0400", HELLO, READY["PUSH"] + "02 ffffffffffffffff"):
            peer = listener.accept()
            peer.send(GREETING, octets)
            peer.read_to_end()
        peer = listener.accept()

        peer.shake_hands("PULL", "PUSH")

        wait_until(lambda: pull.endpoint.state == "connected", pull.endpoint)


def test_rule_44_disconnected_endpoint_does_not_come_back(
    listener: ScriptedListener, time_unit: float
) -> None:
    with zmq4.Pull(connect=listener.address, reconnect=SOON) as pull:
        listener.accept().close()
        pull.disconnect(listener.address)

        listener.listening.settimeout(2 * time_unit)
        calls = 0
        with contextlib.suppress(TimeoutError):
            while True:
                listener.accept()
                calls += 1
        assert calls <= 1, "one may have been under way"


@pytest.mark.parametrize("octets", ["", SIGNATURE, GREETING], ids=["nothing", "signature", "all"])
@pytest.mark.parametrize("kind", OURS)
def test_rule_45_peer_that_is_not_ready_in_time_is_given_up(
    visit: Meet, time_unit: float, kind: str, octets: str
) -> None:
    with OURS[kind](bind="tcp://127.0.0.1:0", handshake_timeout=time_unit / 2) as ours:
        peer = visit(ours)

        peer.send(octets)

        peer.read_to_end()
        assert "the handshake was not done within" in failure_of(ours.endpoint)


def test_rule_45_silent_listener_is_given_up_and_tried_again(
    listener: ScriptedListener, time_unit: float
) -> None:
    with zmq4.Push(connect=listener.address, handshake_timeout=time_unit / 2, reconnect=SOON):
        for _ in range(2):
            peer = listener.accept()
            peer.send(GREETING)
            peer.read_to_end()


def trickle(peer: ScriptedPeer, octets: str, *, pause: float) -> None:
    """Send an octet at a time, with a pause behind each: slow on purpose."""
    for at in range(0, len(octets), 2):
        peer.send(octets[at : at + 2])
        time.sleep(pause)


def test_rule_45_timer_covers_the_whole_handshake_not_each_octet(
    visit: Meet, time_unit: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0", handshake_timeout=time_unit) as pull:
        peer = visit(pull)

        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            trickle(peer, GREETING * 1000, pause=time_unit / 50)


def test_rule_45_timer_ends_with_the_handshake(
    visit: Meet, time_unit: float, deadline: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0", handshake_timeout=time_unit) as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.expect_silence(2 * time_unit)
        peer.send(HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_rule_45_without_a_limit_a_slow_peer_is_waited_for(
    visit: Meet, time_unit: float, deadline: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0", handshake_timeout=None) as pull:
        peer = visit(pull)
        peer.expect(SIGNATURE)
        peer.expect_silence(time_unit)

        peer.send(GREETING, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_rule_45_slow_handshakes_do_not_keep_others_out(visit: Meet, deadline: float) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        for _ in range(50):
            visit(pull).send(SIGNATURE)

        peer = call(pull.endpoint.port)
        peer.shake_hands("PULL", "PUSH")
        peer.send(HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"
        peer.close()
