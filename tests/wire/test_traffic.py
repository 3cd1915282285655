"""Messages on the wire, as they are sent and as they are taken."""

import pytest

import zmq4
from wire.changes import failure_of
from wire.scripted import Meet
from wire.vectors import ERROR_INVALID_SOCKET_TYPE, GREETING, HELLO, PING, PONG, READY

VECTORS = [
    pytest.param([b"hello"], "0005 68656c6c6f", id="hello"),
    pytest.param([b""], "0000", id="empty"),
    pytest.param([b"a", b""], "0101 61 0000", id="two_frames"),
    pytest.param([b"", b"Hello", b"World"], "0100 0105 48656c6c6f 0005 576f726c64", id="request"),
    pytest.param([b"x" * 255], "00ff" + "78" * 255, id="longest_short_form"),
    pytest.param([b"x" * 256], "02 0000000000000100" + "78" * 256, id="shortest_long_form"),
    pytest.param(
        [b"x" * 256, b"x" * 256, b"y"],
        2 * ("03 0000000000000100" + "78" * 256) + "0001 79",
        id="long_frames_with_more",
    ),
    pytest.param([b"x" * 65536], "02 0000000000010000" + "78" * 65536, id="large"),
]
"""Frames of a message, and its octets."""

SAME_MESSAGE_OTHERWISE = [
    pytest.param([b"hello"], "02 0000000000000005 68656c6c6f", id="short_body_in_long_form"),
    pytest.param([b""], "02 0000000000000000", id="empty_body_in_long_form"),
    pytest.param([b"hello"], "f8 05 68656c6c6f", id="reserved_bits"),
    pytest.param([b"a", b"b"], "f9 01 61 fa 0000000000000001 62", id="reserved_bits_in_each"),
]
"""Forms that we do not send and yet take."""

IGNORED = [
    pytest.param(PONG, id="pong_that_nobody_asked_for"),
    pytest.param("0409 04 504f4e47 41424344", id="pong_with_context"),
    pytest.param("0404 03 464f4f", id="unknown_command"),
    pytest.param("0405 04 70696e67", id="ping_in_lower_case"),
    pytest.param("0400", id="command_without_a_name"),
    pytest.param("0401 00", id="command_with_an_empty_name"),
    pytest.param("0402 ff 41", id="name_behind_the_end"),
    pytest.param("0507 04 50494e47 0000", id="ping_with_more"),
    pytest.param("0405 04 50494e47", id="ping_without_time_to_live"),
    pytest.param("0406 04 50494e47 00", id="ping_with_half_a_time_to_live"),
    pytest.param("06 0000000000000004 03 464f4f", id="command_in_long_form"),
    pytest.param("fc04 03 464f4f", id="command_with_reserved_bits"),
    pytest.param(READY["PUSH"], id="ready_again"),
    pytest.param(ERROR_INVALID_SOCKET_TYPE, id="error"),
    pytest.param("040b 09 535542534352494245 41", id="subscribe"),
    pytest.param("0407 06 43414e43454c", id="cancel"),
    pytest.param("040b 04 4a4f494e 4d6f76696573", id="join"),
]
"""Commands in traffic that change nothing."""


@pytest.mark.parametrize(("frames", "octets"), VECTORS)
def test_message_is_sent_as_libzmq_would(meet: Meet, frames: list[bytes], octets: str) -> None:
    with zmq4.Push() as push:
        peer = meet(push)
        peer.shake_hands("PUSH", "PULL")

        push.send(*frames)

        peer.expect(octets)


@pytest.mark.parametrize(("frames", "octets"), [*VECTORS, *SAME_MESSAGE_OTHERWISE])
def test_message_is_taken(meet: Meet, deadline: float, frames: list[bytes], octets: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send(octets)

        assert list(pull.recv(timeout=deadline)) == frames


@pytest.mark.parametrize(("frames", "octets"), [*VECTORS[:-1], *SAME_MESSAGE_OTHERWISE])
def test_message_that_comes_octet_by_octet_is_taken(
    meet: Meet, deadline: float, frames: list[bytes], octets: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send_piecemeal(octets)

        assert list(pull.recv(timeout=deadline)) == frames


@pytest.mark.parametrize(("frames", "octets"), VECTORS)
def test_traffic_right_behind_ready_is_not_lost(
    meet: Meet, deadline: float, frames: list[bytes], octets: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, READY["PUSH"], octets, HELLO)

        assert list(pull.recv(timeout=deadline)) == frames
        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_nothing_follows_our_ready_before_the_peer_is_ready(meet: Meet, time_unit: float) -> None:
    with zmq4.Push(send_timeout=0) as push:
        peer = meet(push)
        push.try_send(b"hello")

        peer.send(GREETING)

        peer.expect(GREETING, READY["PUSH"])
        peer.expect_silence(time_unit / 2)


def test_queued_messages_follow_the_handshake_in_order(await_visit: Meet) -> None:
    with zmq4.Push() as push:
        peer = await_visit(push)
        push.send(b"q1")
        push.send(b"q2")

        peer.shake_hands("PUSH", "PULL")

        peer.expect("0002 7131 0002 7132")


@pytest.mark.parametrize("command", IGNORED)
def test_command_between_messages_is_ignored(meet: Meet, deadline: float, command: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("0001 61", command, "0001 62")

        assert pull.recv_bytes(timeout=deadline) == b"a"
        assert pull.recv_bytes(timeout=deadline) == b"b"


@pytest.mark.parametrize("command", [*IGNORED, pytest.param(PING, id="ping")])
def test_command_between_the_frames_of_a_message_leaves_it_whole(
    meet: Meet, deadline: float, command: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("0101 61", command, "03 0000000000000100", "62" * 256, command, "0001 63")

        assert list(pull.recv(timeout=deadline)) == [b"a", b"b" * 256, b"c"]


@pytest.mark.parametrize(
    "octets",
    ["01", "0101", "0101 61", "0101 61 0002 62", "0101 61 03 0000000000010000" + "62" * 100],
    ids=["flags", "header", "frame", "second_frame", "large_frame"],
)
def test_message_cut_off_by_the_end_of_its_connection_is_dropped_whole(
    visit: Meet, deadline: float, octets: str
) -> None:
    with zmq4.Pull() as pull:
        first = visit(pull)
        first.shake_hands("PULL", "PUSH")
        first.send(HELLO, octets)
        assert pull.recv_bytes(timeout=deadline) == b"hello"
        first.close()
        assert "closed" in failure_of(pull.endpoint)

        second = visit(pull)
        second.shake_hands("PULL", "PUSH")
        second.send("0006 7365636f6e64")

        assert pull.recv_bytes(timeout=deadline) == b"second"


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("02 ffffffffffffffff", "0xffffffffffffffff"),
        ("02 8000000000000000", "0x8000000000000000"),
        ("02 7fffffffffffffff", "1073741824"),
        ("03 7fffffffffffffff", "1073741824"),
        ("06 ffffffffffffffff", "0xffffffffffffffff"),
        ("06 0000000040000000", "1073741824"),
    ],
)
def test_absurd_length_ends_the_connection_behind_what_came_before(
    meet: Meet, deadline: float, octets: str, reason: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send(HELLO, octets)

        assert pull.recv_bytes(timeout=deadline) == b"hello"
        peer.expect_end()
        assert reason in failure_of(pull.endpoint)


def test_frame_of_the_largest_size_allowed_is_taken(meet: Meet, deadline: float) -> None:
    with zmq4.Pull(max_message_size=300) as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("02 000000000000012c", "78" * 300)

        assert pull.recv_bytes(timeout=deadline) == b"x" * 300


def test_frame_above_the_size_allowed_ends_the_connection_at_its_header(meet: Meet) -> None:
    with zmq4.Pull(max_message_size=300) as pull:
        peer = meet(pull)
        peer.shake_hands("PULL", "PUSH")

        peer.send("02 000000000000012d")

        peer.expect_end()
        assert "301" in failure_of(pull.endpoint)


def test_limit_on_messages_does_not_concern_the_handshake(meet: Meet, deadline: float) -> None:
    with zmq4.Pull(max_message_size=1) as pull:
        peer = meet(pull)

        peer.send(GREETING, READY["PUSH"], "0001 61")

        assert pull.recv_bytes(timeout=deadline) == b"a"


def test_messages_sent_before_close_reach_the_peer_and_then_the_end(meet: Meet) -> None:
    with zmq4.Push() as push:
        peer = meet(push)
        peer.shake_hands("PUSH", "PULL")

        push.send(b"q1")
        push.send(b"a", b"")
        push.close()

        peer.expect("0002 7131 0101 61 0000")
        peer.expect_end()
