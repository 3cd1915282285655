"""The first 64 octets each way: stages, versions, mechanisms, and whoever speaks something else."""

import pytest

import zmq4
from wire.changes import failure_of
from wire.scripted import Meet, ScriptedPeer
from wire.vectors import (
    AS_SERVER_AND_FILLER,
    GREETING,
    GREETING_3_0,
    HELLO,
    MAJOR,
    MINOR,
    NO_IDENTITY,
    NULL,
    PULL_IN_2_0,
    PUSH_IN_2_0,
    READY,
    REVISION_2_0,
    SIGNATURE,
    SIGNATURE_OF_CLIENT_1,
)


def mechanism(name: bytes) -> str:
    """Spell a greeting's mechanism field."""
    return name.ljust(20, b"\0").hex()


def test_greeting_goes_out_in_stages_each_released_by_the_octet_that_decides(
    meet: Meet, time_unit: float
) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.expect(SIGNATURE)
        peer.expect_silence(time_unit / 2)
        peer.send(SIGNATURE)
        peer.expect(MAJOR)
        peer.expect_silence(time_unit / 2)
        peer.send(MAJOR)
        peer.expect(MINOR, NULL, AS_SERVER_AND_FILLER)
        peer.expect_silence(time_unit / 2)
        peer.send(MINOR, NULL, AS_SERVER_AND_FILLER)
        peer.expect(READY["PUSH"])


def test_signature_announces_the_length_of_the_routing_id(meet: Meet) -> None:
    with zmq4.Dealer(routing_id=b"client-1") as dealer:
        peer = meet(dealer)

        peer.expect(SIGNATURE_OF_CLIENT_1)


def test_greeting_that_comes_all_at_once_is_answered_in_full(meet: Meet) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.send(GREETING)

        peer.expect(GREETING, READY["PUSH"])


def test_conversation_that_comes_octet_by_octet_is_understood(meet: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send_piecemeal(GREETING, READY["PUSH"], "0101 61 0000", HELLO)

        peer.expect(GREETING, READY["PULL"])
        assert list(pull.recv(timeout=deadline)) == [b"a", b""]
        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_peer_of_3_0_is_served(meet: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(GREETING_3_0, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"
        assert [each.version for each in pull.peers()] == [(3, 0)]


@pytest.mark.parametrize("major", ["02", "04", "ff"])
def test_unheard_of_major_version_is_taken_for_3_1(meet: Meet, deadline: float, major: str) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(SIGNATURE, major, MINOR, NULL, AS_SERVER_AND_FILLER, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_unheard_of_minor_version_is_taken_for_3_1(meet: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send(SIGNATURE, MAJOR, "07", NULL, AS_SERVER_AND_FILLER, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_as_server_filler_and_padding_of_the_peer_are_ignored(meet: Meet, deadline: float) -> None:
    with zmq4.Pull() as pull:
        peer = meet(pull)

        peer.send("ff a5a5a5a5a5a5a5a5 7f", MAJOR, MINOR, NULL, "a5" * 32, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"PLAIN", "PLAIN"),
        (b"CURVE", "CURVE"),
        (b"GSSAPI", "GSSAPI"),
        (b"null", "null"),
        (b"NULL\0\0x", r"NULL\x00\x00x"),
        (b"", ""),
    ],
)
def test_other_mechanism_gets_our_whole_greeting_and_then_the_end(
    meet: Meet, name: bytes, told: str
) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.send(SIGNATURE, MAJOR, MINOR, mechanism(name), AS_SERVER_AND_FILLER)

        peer.expect(GREETING)
        peer.expect_end()
        reason = f'the peer\'s security mechanism is "{told}", ours is NULL'
        assert reason in failure_of(push.endpoint)


@pytest.mark.parametrize(("major", "version"), [("00", "1.0"), ("01", "2.0")])
def test_peer_below_3_0_is_refused_with_a_reason(meet: Meet, major: str, version: str) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.send(SIGNATURE, major)

        peer.expect(SIGNATURE, MAJOR)
        peer.expect_end()
        reason = f"the peer speaks ZMTP {version}, but 3.0 is the least supported"
        assert reason in failure_of(push.endpoint)


def test_2_0_peer_is_served_where_it_is_accepted(meet: Meet, deadline: float) -> None:
    with zmq4.Push(min_version="2.0") as push:
        peer = meet(push)

        peer.expect(SIGNATURE)
        peer.send(SIGNATURE)
        peer.expect(MAJOR)
        peer.send(REVISION_2_0)
        peer.expect(PUSH_IN_2_0)
        peer.send(PULL_IN_2_0)
        peer.expect(NO_IDENTITY)
        peer.send("0006 776f726b6572")
        push.send(b"hello", timeout=deadline)
        peer.expect(HELLO)

        (met,) = push.endpoint.peers
        assert (met.version, met.socket_type, met.routing_id) == ((2, 0), "PULL", b"worker")


def test_messages_of_a_2_0_peer_arrive(meet: Meet, deadline: float) -> None:
    with zmq4.Pull(min_version="2.0") as pull:
        peer = meet(pull)

        peer.send(SIGNATURE, REVISION_2_0, PUSH_IN_2_0, NO_IDENTITY, HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"


def test_3_0_peer_is_refused_where_3_1_is_the_least(meet: Meet) -> None:
    with zmq4.Push(min_version="3.1") as push:
        peer = meet(push)

        peer.send(GREETING_3_0)

        peer.expect(GREETING)
        peer.expect_end()
        reason = "the peer speaks ZMTP 3.0, but 3.1 is the least supported"
        assert reason in failure_of(push.endpoint)


@pytest.mark.parametrize(
    ("octets", "first"),
    [("0100", "01"), ("06 00 68656c6c6f", "06"), ("ff 0000000000000005 00 6d796964", "ff")],
    ids=["empty_identity", "short_identity", "long_identity"],
)
def test_peer_without_a_greeting_is_refused_with_a_reason(
    meet: Meet, octets: str, first: str
) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.send(octets)

        assert peer.read_to_end().hex() in {SIGNATURE, ""}  # a reset may overtake the signature
        reason = f"the peer sent no ZMTP greeting (first octet 0x{first}): ZMTP 1.0"
        assert reason in failure_of(push.endpoint)


@pytest.mark.parametrize(
    ("octets", "protocol"),
    [
        (b"GET / HTTP/1.1\r\n", "HTTP"),
        (b"\x16\x03\x01\x02\x00", "TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    ],
    ids=["http", "tls", "ssh"],
)
def test_other_protocol_is_called_by_its_name(meet: Meet, octets: bytes, protocol: str) -> None:
    with zmq4.Push() as push:
        peer = meet(push)

        peer.send(octets.hex())

        peer.read_to_end()
        assert f"by its first octets, {protocol}" in failure_of(push.endpoint)


@pytest.mark.parametrize("octets", ["", SIGNATURE, GREETING], ids=["nothing", "signature", "all"])
def test_peer_that_falls_silent_before_ready_is_given_up(
    meet: Meet, time_unit: float, octets: str
) -> None:
    with zmq4.Push(handshake_timeout=time_unit) as push:
        peer = meet(push)

        peer.send(octets)

        peer.read_to_end()
        assert "the handshake was not done within" in failure_of(push.endpoint)


def test_connection_cut_at_any_octet_leaves_the_socket_working(
    visit: Meet, deadline: float
) -> None:
    octets = bytes.fromhex(GREETING + READY["PUSH"] + "0101 61 0000")
    with zmq4.Pull() as pull:
        for length in range(len(octets)):
            peer = visit(pull)
            peer.send(octets[:length].hex())
            hang_up(peer, gently=length % 2 == 0)
        visit(pull).send(GREETING, READY["PUSH"], HELLO)

        assert pull.recv_bytes(timeout=deadline) == b"hello"
        assert pull.try_recv() is None


def hang_up(peer: ScriptedPeer, *, gently: bool) -> None:
    """End a connection by a farewell or by a reset."""
    if gently:
        peer.close()
    else:
        peer.reset()
