"""Heartbeats: what is sent, what is answered, and whom silence costs the connection."""

import pytest

import zmq4
from faces.patience import eventually
from wire.changes import failure_of, wait_until
from wire.kinds import OURS, PARTNERS
from wire.scripted import Meet, ScriptedListener
from wire.topics import command, subscribe
from wire.vectors import GREETING, GREETING_3_0, HELLO, PING, PONG, READY


@pytest.mark.parametrize("kind", OURS)
def test_rule_46_every_type_asks_for_signs_of_life_and_gives_up_without(
    visit: Meet, time_unit: float, kind: str
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 4, timeout=time_unit)
    with OURS[kind](bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as ours:
        peer = visit(ours)
        peer.shake_hands(kind, PARTNERS[kind][0])

        peer.expect(PING, PING)

        peer.read_to_end()
        assert "the peer was silent for" in failure_of(ours.endpoint)


@pytest.mark.parametrize("kind", OURS)
def test_rule_46_every_type_answers_with_the_context(visit: Meet, kind: str) -> None:
    with OURS[kind](bind="tcp://127.0.0.1:0") as ours:
        peer = visit(ours)
        peer.shake_hands(kind, PARTNERS[kind][0])

        peer.send(command(b"PING", b"\0\0context"), command(b"PING", b"\0\0" + b"x" * 20))

        peer.expect(command(b"PONG", b"context"), command(b"PONG", b"x" * 16))


@pytest.mark.parametrize("kind", OURS)
def test_rule_46_time_to_live_of_the_peer_holds_for_every_type(visit: Meet, kind: str) -> None:
    with OURS[kind](bind="tcp://127.0.0.1:0") as ours:
        peer = visit(ours)
        peer.shake_hands(kind, PARTNERS[kind][0])

        peer.send(command(b"PING", b"\0\1"))

        peer.expect(PONG)
        peer.expect_end()
        assert "the time to live that it announced" in failure_of(ours.endpoint)


@pytest.mark.parametrize(
    ("ttl", "deciseconds"),
    [(None, 0), (0.1, 1), (0.19, 1), (0.2, 2), (60, 600), (6553.5, 65535)],
)
def test_rule_46_time_to_live_is_told_in_tenths_of_a_second_rounded_down(
    visit: Meet, time_unit: float, deadline: float, ttl: float | None, deciseconds: int
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 4, timeout=deadline, ttl=ttl)
    with zmq4.Pull(bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.expect(command(b"PING", deciseconds.to_bytes(2)))


@pytest.mark.parametrize("ttl", [656, 660, 700])
def test_rule_46_long_time_to_live_is_not_cut_short(
    visit: Meet, time_unit: float, ttl: int
) -> None:
    # In 16 bits of milliseconds, 65.6 s would be 64 ms.
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")
        peer.send(command(b"PING", ttl.to_bytes(2)))
        peer.expect(PONG)

        peer.expect_silence(2 * time_unit)

        assert pull.endpoint.failure is None


@pytest.mark.parametrize("sign", [PONG, HELLO, PING], ids=["pong", "message", "ping"])
def test_rule_46_any_traffic_is_a_sign_of_life(visit: Meet, time_unit: float, sign: str) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=2 * time_unit)
    with zmq4.Pull(bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")

        for _ in range(8):
            peer.expect(PING)
            peer.send(sign)
            if sign == PING:
                peer.expect(PONG)

        assert pull.endpoint.failure is None


def test_rule_46_pings_go_on_while_there_is_traffic(visit: Meet, time_unit: float) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 10, timeout=100 * time_unit)
    with zmq4.Push(bind="tcp://127.0.0.1:0", heartbeat=heartbeat) as push:
        peer = visit(push)
        peer.shake_hands("PUSH", "PULL")

        pings = 0
        while pings < 3:
            push.send(b"hello")
            flags, body = peer.read_frame()
            if flags == 0x04:
                assert body == bytes.fromhex(PING)[2:]
                pings += 1


def test_rule_46_given_up_peer_is_connected_to_again(
    listener: ScriptedListener, time_unit: float
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 2, timeout=time_unit / 2)
    soon = zmq4.Backoff(0.01, max=0.05)
    with zmq4.Sub(connect=listener.address, topics="a", heartbeat=heartbeat, reconnect=soon) as sub:
        for _ in range(2):
            peer = listener.accept()
            peer.shake_hands("SUB", "PUB")
            peer.expect(subscribe(b"a"), PING)
            peer.read_to_end()
        wait_until(lambda: "silent" in (sub.endpoint.failure or ""), sub.endpoint)


def test_rule_46_peer_below_3_1_is_sent_no_ping_and_its_own_is_answered(
    visit: Meet, time_unit: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0", heartbeat=zmq4.Heartbeat(time_unit / 4)) as pull:
        peer = visit(pull)
        peer.send(GREETING_3_0, READY["PUSH"])
        peer.expect(GREETING, READY["PULL"])

        peer.expect_silence(time_unit)
        peer.send(PING)

        peer.expect(PONG)


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_46_heartbeats_of_both_sides_keep_an_idle_connection(
    transport: str, request: pytest.FixtureRequest, deadline: float, time_unit: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    heartbeat = zmq4.Heartbeat(time_unit / 10, timeout=5 * time_unit, ttl=5 * time_unit)
    with (
        zmq4.Pull(bind=endpoint, heartbeat=heartbeat) as pull,
        zmq4.Push(connect=pull.endpoint, heartbeat=heartbeat, reconnect=None) as push,
    ):
        push.endpoint.ready(deadline)
        with pytest.raises(zmq4.Timeout):
            pull.recv(timeout=7 * time_unit)  # longer than either patience

        assert (push.endpoint.state, len(pull.peers())) == ("connected", 1)


def test_rule_46_program_that_does_not_read_is_not_given_up(
    visit: Meet, time_unit: float, deadline: float
) -> None:
    heartbeat = zmq4.Heartbeat(time_unit / 4, timeout=time_unit)
    with zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=1, heartbeat=heartbeat) as pull:
        peer = visit(pull)
        peer.shake_hands("PULL", "PUSH")
        peer.send(HELLO * 3)
        eventually(lambda: pull.stats().unread >= 1)

        # Its PONGs lie behind what is not read: its silence is our doing.
        for _ in range(8):
            flags, body = peer.read_frame()
            assert (flags, body[1:5]) in {(0x04, b"PING"), (0x04, b"PONG")}

        assert [pull.recv_bytes(timeout=deadline) for _ in range(3)] == [b"hello"] * 3
        assert pull.endpoint.failure is None


def test_rule_46_heartbeat_applies_to_later_endpoints(visit: Meet, time_unit: float) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        earlier = visit(pull)
        earlier.shake_hands("PULL", "PUSH")
        pull.heartbeat = zmq4.Heartbeat(time_unit / 4)
        pull.bind("tcp://127.0.0.1:0")

        later = visit(pull)
        later.shake_hands("PULL", "PUSH")

        later.expect(PING)
        earlier.expect_silence(time_unit / 2)


@pytest.mark.parametrize(
    "arguments",
    [
        {"interval": 0},
        {"interval": -1},
        {"interval": 1, "ttl": 0.05},
        {"interval": 1, "ttl": 6553.6},
        {"interval": 1, "timeout": -1},
    ],
)
def test_rule_46_values_that_cannot_be_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(zmq4.OptionError):
        zmq4.Push(heartbeat=zmq4.Heartbeat(**arguments))
