"""PLAIN and CURVE with libzmq: every pair of types, either as server, whoever binds, tcp and ipc.

The same pairs under NULL are in `test_pairs.py`.
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from typing import Any

import pytest

import zmq4
from faces.admission import failure_in
from fixtures.clock import DEADLINE, TIME_UNIT
from interop.dialogues import DIALOGUES, Dialogue, names_for, our_class
from interop.faces import Face, LoopFace, ThreadFace
from interop.libzmq_peer import LibzmqPeer
from interop.line import Line
from interop.mechanisms import (
    CURVE_SERVER,
    MECHANISMS,
    PASSWORD,
    PLAIN_SERVER,
    SERVER,
    STRANGER,
    USER,
    WRONG_PASSWORD,
    Mechanism,
    Security,
    curve_client,
    guard,
    plain_client,
)
from interop.peer import Options
from zmq4 import CurveClient, CurveServer, KeyPair, PlainClient, PlainServer

pytestmark = pytest.mark.requires_peer("python:zmq")

WAYS = list(product(["tcp", "ipc"], ["we", "they"]))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibzmqPeer]:
    """Share one child whose servers know our client."""
    with LibzmqPeer() as peer:
        guard(peer, tmp_path_factory.mktemp("certificates"))
        yield peer


@pytest.fixture(params=MECHANISMS, ids="-".join)
def mechanism(request: pytest.FixtureRequest) -> Mechanism:
    """Choose a mechanism, and the server: the test runs four times."""
    return MECHANISMS[request.param]


@pytest.fixture(params=WAYS, ids="-".join)
def line(request: pytest.FixtureRequest, guarded: LibzmqPeer) -> Iterator[Line]:
    """Connect ours with libzmq's in every way: the test runs four times."""
    yield from draw(request, ThreadFace(), guarded)


def draw(request: pytest.FixtureRequest, face: Face, peer: LibzmqPeer) -> Iterator[Line]:
    """Draw the line that the test asks for."""
    transport, binder = request.param
    address: str = request.getfixturevalue(f"{transport}_endpoint")
    with closing(Line(face, peer, address, binder)) as drawn:
        yield drawn


@pytest.mark.parametrize(
    ("ours", "theirs", "dialogue"),
    [(*pair, dialogues[0]) for pair, dialogues in DIALOGUES.items()],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_pair_talks(
    line: Line, mechanism: Mechanism, ours: str, theirs: str, dialogue: Dialogue
) -> None:
    we, they = open_secured(line, mechanism, ours, theirs)

    if theirs == "REQ" and not isinstance(mechanism.ours, PlainServer | CurveServer):
        # A REQ of libzmq's that is the server never gets a reply, not even of libzmq's REP.
        they.send(b"question")
        assert list(we.receive())[-1] == b"question"
    else:
        dialogue(we, they)

    (peer,) = we.native.peers()
    assert peer.metadata["X-Theirs"] == b"they"
    assert peer.metadata["Socket-Type"] == theirs.encode()


def test_both_sides_know_each_others_properties_and_the_server_its_user(
    line: Line, mechanism: Mechanism
) -> None:
    we, they = open_secured(line, mechanism, "PAIR", "PAIR")

    we.send(b"hello")
    they.send(b"hello")
    _, theirs = they.receive_with("Socket-Type", "X-Ours", "User-Id")
    peer: Any = we.receive().peer

    is_server = isinstance(mechanism.ours, PlainServer | CurveServer)
    assert peer.metadata["X-Theirs"] == b"they"
    assert peer.user_id == (mechanism.user_id if is_server else None)
    assert theirs == {
        "Socket-Type": "PAIR",
        "X-Ours": "we",
        **({} if is_server else {"User-Id": mechanism.user_id}),
    }


def test_face_for_asyncio_talks(
    mechanism: Mechanism, guarded: LibzmqPeer, tcp_endpoint: str
) -> None:
    with closing(Line(LoopFace(), guarded, tcp_endpoint, "we")) as line:
        we, they = open_secured(line, mechanism, "DEALER", "DEALER")

        DIALOGUES["DEALER", "DEALER"][0](we, they)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 8192, 65_536, 1 << 20])
def test_messages_of_all_sizes_pass_either_way(
    mechanism: Mechanism, guarded: LibzmqPeer, tcp_endpoint: str, size: int
) -> None:
    body = bytes(range(251)) * (1 + size // 251)
    with closing(Line(ThreadFace(), guarded, tcp_endpoint, "they")) as line:
        we, they = open_secured(line, mechanism, "PAIR", "PAIR")

        we.send(body[:size], b"", body[:size])
        they.send(body[:size], b"", body[:size])

        assert they.receive() == [body[:size], b"", body[:size]]
        assert list(we.receive()) == [body[:size], b"", body[:size]]


def open_secured(line: Line, mechanism: Mechanism, ours: str, theirs: str) -> Any:  # noqa: ANN401
    """Open both ends, each with a property of its own."""
    our_names, their_names = names_for(ours, theirs)
    return line.open(
        our_class(ours),
        theirs,
        {"security": mechanism.ours, "metadata": {"X-Ours": "we"}, **our_names},
        {**mechanism.theirs, "METADATA": "X-Theirs:they", **their_names},
    )


OUR_PLAIN, OUR_CURVE = MECHANISMS["PLAIN", "ours"].ours, MECHANISMS["CURVE", "ours"].ours


def curve(keys: KeyPair, server: KeyPair = SERVER) -> CurveClient:
    """Make the security of a client of ours."""
    return CurveClient(server_key=server.public, keys=keys)


UNLIKE = "incompatible", "ended"
"""libzmq at times closes before it has said which mechanism it has."""

REFUSALS: dict[str, tuple[Security | zmq4.Null, Options, tuple[str, ...], str]] = {
    "their wrong password": (OUR_PLAIN, plain_client(WRONG_PASSWORD), ("denied",), "400"),
    "their unknown key": (OUR_CURVE, curve_client(STRANGER), ("denied",), "400"),
    "their wrong server key": (OUR_CURVE, curve_client(server=STRANGER), ("forged",), "open"),
    "they have no mechanism, we CURVE": (OUR_CURVE, {}, UNLIKE, ""),
    "they have no mechanism, we PLAIN": (OUR_PLAIN, {}, UNLIKE, ""),
    "they have PLAIN, we CURVE": (OUR_CURVE, plain_client(), UNLIKE, ""),
    "our wrong password": (PlainClient(USER, WRONG_PASSWORD), PLAIN_SERVER, ("denied",), "400"),
    "our unknown key": (curve(STRANGER), CURVE_SERVER, ("denied",), "400"),
    "our wrong server key": (curve(STRANGER, STRANGER), CURVE_SERVER, ("ended",), "closed"),
    "we have no mechanism, they CURVE": (zmq4.Null(), CURVE_SERVER, UNLIKE, ""),
    "we have PLAIN, they CURVE": (
        PlainClient(USER, PASSWORD),
        CURVE_SERVER,
        UNLIKE,
        "",
    ),
}


@pytest.mark.parametrize(("transport", "binder"), WAYS)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_is_told_with_its_reason_and_nothing_passes(
    guarded: LibzmqPeer,
    request: pytest.FixtureRequest,
    refusal: str,
    transport: str,
    binder: str,
) -> None:
    security, their_options, causes, part = REFUSALS[refusal]
    address: str = request.getfixturevalue(f"{transport}_endpoint")
    options = {"RCVTIMEO": int(1000 * TIME_UNIT), **their_options}
    with zmq4.Pair(security=security, linger=0) as we, we.events(DEADLINE) as events:
        if binder == "we":
            they = guarded.open("PAIR", connect=str(we.bind(address)), options=options)
        else:
            they = guarded.open("PAIR", bind=address, options=options)
            we.connect(they.endpoint)
        failed = failure_in(events)
        they.close()

        assert failed.cause in causes, failed
        assert failed.reason
        assert part in failed.reason, failed
        assert we.peers() == []
        assert we.try_recv() is None
