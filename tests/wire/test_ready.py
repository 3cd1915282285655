"""The NULL handshake: what READY says, which forms of it are taken, and who is turned away."""

import pytest

import zmq4
from wire.changes import failure_of
from wire.kinds import COMPATIBLE, OURS
from wire.scripted import Meet
from wire.vectors import (
    ERROR_INVALID_SOCKET_TYPE,
    GREETING,
    HELLO,
    PING,
    READY,
    READY_OF_DEALER_CLIENT_1,
    SIGNATURE,
    SIGNATURE_OF_CLIENT_1,
)

INCOMPATIBLE = [
    (ours, theirs) for ours in OURS for theirs in READY if (ours, theirs) not in COMPATIBLE
]


def ready(*properties: str, flags: str = "04") -> str:
    """Spell a READY of these properties."""
    body = bytes.fromhex("05 5245414459" + "".join(properties))
    if len(body) < 256:
        return flags + len(body).to_bytes(1).hex() + body.hex()
    return "06" + len(body).to_bytes(8).hex() + body.hex()


def named(name: bytes, value: bytes) -> str:
    """Spell a property."""
    return (len(name).to_bytes(1) + name + len(value).to_bytes(4) + value).hex()


PUSH_TYPE = named(b"Socket-Type", b"PUSH")


@pytest.mark.parametrize("kind", OURS)
def test_ready_is_libzmqs_octet_for_octet(meet: Meet, kind: str) -> None:
    with OURS[kind]() as ours:
        peer = meet(ours)

        peer.send(GREETING)

        peer.expect(GREETING, READY[kind])


def test_ready_of_a_dealer_tells_its_routing_id(meet: Meet) -> None:
    with zmq4.Dealer(routing_id=b"client-1") as dealer:
        peer = meet(dealer)

        peer.send(GREETING)

        peer.expect(SIGNATURE_OF_CLIENT_1, GREETING[len(SIGNATURE) :], READY_OF_DEALER_CLIENT_1)


def test_ready_tells_the_applications_properties(meet: Meet) -> None:
    with zmq4.Push(metadata={"X-Key": "value"}) as push:
        peer = meet(push)

        peer.send(GREETING)

        peer.expect(
            GREETING, "0429", READY["PUSH"][len("041a") :], "05 582d4b6579 00000005 76616c7565"
        )


@pytest.mark.parametrize(
    "octets",
    [
        READY["PUSH"],
        "00" + READY["PUSH"][2:],
        "01" + READY["PUSH"][2:],
        "05" + READY["PUSH"][2:],
        "06 00000000000000" + READY["PUSH"][2:],
        "02 00000000000000" + READY["PUSH"][2:],
        "fc" + READY["PUSH"][2:],
        ready(),
        ready(named(b"socket-type", b"PUSH")),
        ready(named(b"X-Unheard-Of", b"\0\xff"), PUSH_TYPE),
        ready(PUSH_TYPE, named(b"Identity", b"")),
        ready(PUSH_TYPE, named(b"Identity", b"i" * 255)),
        ready(PUSH_TYPE, *(named(b"X-%d" % number, b"") for number in range(63))),
    ],
    ids=[
        "as_command",
        "as_message",
        "as_message_with_more",
        "with_more",
        "in_long_form",
        "as_message_in_long_form",
        "with_reserved_bits",
        "without_properties",
        "in_other_letters",
        "with_an_unknown_property",
        "with_an_empty_identity",
        "with_the_longest_identity",
        "with_64_properties",
    ],
)
def test_ready_of_the_peer_is_taken(meet: Meet, deadline: float, octets: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, octets, HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ([PUSH_TYPE, "00"], "a metadata property"),
        ([PUSH_TYPE, "05 582d4b6579 00000006 76616c7565"], "a metadata property is cut off"),
        ([PUSH_TYPE, "05 582d4b6579 ffffffff 76616c7565"], "property"),
        ([PUSH_TYPE, named(b"", b"value")], "a metadata property has no name"),
        ([PUSH_TYPE, named(b"Identity", b"i" * 256)], "a routing id of 256 octets"),
        ([PUSH_TYPE, *(named(b"X-%d" % number, b"") for number in range(64))], "properties"),
        ([PUSH_TYPE, named(b"X-Key", b"v" * 16384)], "16384"),
    ],
    ids=[
        "with_an_octet_too_much",
        "cut_off",
        "with_an_absurd_length",
        "without_a_name",
        "with_an_overlong_identity",
        "with_65_properties",
        "longer_than_16_KiB",
    ],
)
def test_ready_of_the_peer_is_refused_with_a_reason(
    meet: Meet, properties: list[str], reason: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, ready(*properties))

        assert peer.read_to_end().hex().startswith(SIGNATURE)
        assert reason in failure_of(pull.endpoint)


def test_first_of_two_properties_of_one_name_counts(meet: Meet, deadline: float) -> None:
    octets = ready(
        PUSH_TYPE, named(b"Socket-Type", b"PUB"), named(b"X-A", b"1"), named(b"x-a", b"2")
    )
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, octets, HELLO)

        sender = pull.recv(timeout=deadline).peer
        assert sender is not None
        assert sender.socket_type == "PUSH"
        assert sender.metadata["X-A"] == b"1"


def test_properties_of_the_peer_are_told_with_its_messages(meet: Meet, deadline: float) -> None:
    octets = ready(PUSH_TYPE, named(b"Identity", b"worker"), named(b"X-Key", b"\0value"))
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, octets, HELLO)

        sender = pull.recv(timeout=deadline).peer
        assert sender is not None
        assert sender.metadata == {
            "Socket-Type": b"PUSH",
            "Identity": b"worker",
            "X-Key": b"\0value",
        }


def test_routing_id_that_begins_with_zero_is_none(meet: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, ready(PUSH_TYPE, named(b"Identity", b"\0\1\2\3\4")), HELLO)

        sender = pull.recv(timeout=deadline).peer
        assert sender is not None
        assert sender.routing_id == b""


@pytest.mark.parametrize(("ours", "theirs"), COMPATIBLE)
def test_compatible_types_come_together(
    meet: Meet, deadline: float, ours: str, theirs: str
) -> None:
    with OURS[ours]() as under_test:
        peer = meet(under_test)

        peer.shake_hands(ours, theirs)

        under_test.endpoint.ready(timeout=deadline)
        assert [each.socket_type for each in under_test.peers()] == [theirs]


@pytest.mark.parametrize(("ours", "theirs"), INCOMPATIBLE)
def test_incompatible_type_is_told_so_and_turned_away(meet: Meet, ours: str, theirs: str) -> None:
    with OURS[ours]() as under_test:
        peer = meet(under_test)

        peer.send(GREETING, READY[theirs])

        peer.expect(GREETING, READY[ours], ERROR_INVALID_SOCKET_TYPE)
        peer.expect_end()
        reason = f'a {ours} socket cannot talk to a peer of type "{theirs}"'
        assert reason in failure_of(under_test.endpoint)


def test_type_in_lower_case_is_another_type(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, ready(named(b"Socket-Type", b"push")))

        peer.expect(GREETING, READY["PULL"], ERROR_INVALID_SOCKET_TYPE)
        peer.expect_end()


def test_incompatible_type_is_told_so_although_its_traffic_was_not_read(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)
        peer.expect(SIGNATURE)

        peer.send(GREETING, READY["PUB"], HELLO * 3000)

        peer.expect(GREETING[len(SIGNATURE) :], READY["PULL"], ERROR_INVALID_SOCKET_TYPE)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (HELLO, "a message arrived before the peer was ready"),
        ("0000", "a message arrived before the peer was ready"),
        ("0400", "a frame of the handshake holds no command"),
        (PING, 'the command "PING" has no place in the handshake'),
        ("0406 05 48454c4c4f", 'the command "HELLO" has no place in the handshake'),
        ("0404 03 464f4f", 'the command "FOO" has no place in the handshake'),
        ("06 0000000000004001", "16385"),
        ("06 ffffffffffffffff", "0xffffffffffffffff"),
    ],
    ids=["message", "empty_message", "no_command", "ping", "hello", "unknown", "16_KiB", "absurd"],
)
def test_whatever_is_not_ready_ends_the_handshake_with_a_reason(
    meet: Meet, octets: str, reason: str
) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, octets)

        assert peer.read_to_end().hex().startswith(SIGNATURE)
        assert reason in failure_of(pull.endpoint)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("040a 05 4552524f52 03 343030", 'the peer ended the handshake: "400"'),
        ("040e 05 4552524f52 07 676f2061776179", 'the peer ended the handshake: "go away"'),
        ("0407 05 4552524f52 00", "the peer ended the handshake without a reason"),
        ("0406 05 4552524f52", "the peer ended the handshake without a reason"),
        (ERROR_INVALID_SOCKET_TYPE, 'the peer ended the handshake: "Invalid socket type"'),
    ],
    ids=["status", "text", "empty_reason", "no_reason", "invalid_type"],
)
def test_error_of_the_peer_is_told(meet: Meet, octets: str, reason: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, octets)

        peer.expect(GREETING, READY["PULL"])
        peer.expect_end()
        assert reason in failure_of(pull.endpoint)


def test_reason_of_the_peer_cannot_forge_lines(meet: Meet) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING, "040c 05 4552524f52 05 610a0d1b62")

        reason = failure_of(pull.endpoint)
        assert reason.isprintable()
        assert r'"a\n\r' in reason
