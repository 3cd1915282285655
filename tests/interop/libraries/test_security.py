"""PLAIN and CURVE with JeroMQ, either side being the server, whoever binds."""

import pytest

import zmq4
from faces.admission import failure_in
from fixtures.clock import DEADLINE
from interop.libraries.library import JEROMQ
from interop.line import Line
from interop.mechanisms import (
    CURVE_SERVER,
    MECHANISMS,
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
from interop.peer import Options, Peer
from zmq4 import CurveClient, CurveServer, PlainClient, PlainServer

pytestmark = [pytest.mark.libraries(JEROMQ), pytest.mark.usefixtures("guarded")]


@pytest.fixture(scope="session")
def guarded(peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the servers of the library know our client."""
    guard(peer, tmp_path_factory.mktemp("known"))


@pytest.fixture(params=MECHANISMS, ids="-".join)
def mechanism(request: pytest.FixtureRequest) -> Mechanism:
    """Choose a mechanism, and the server: the test runs four times."""
    return MECHANISMS[request.param]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("Push", "PULL"), ("Dealer", "DEALER"), ("Pair", "PAIR")]
)
def test_messages_reach_them(line: Line, mechanism: Mechanism, ours: str, theirs: str) -> None:
    we, they = line.open(ours, theirs, {"security": mechanism.ours}, mechanism.theirs)

    for size in (0, 1, 255, 256, 70_000):
        we.send(b"head", b"", b"x" * size)
        assert they.receive() == [b"head", b"", b"x" * size]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("Pull", "PUSH"), ("Dealer", "DEALER"), ("Pair", "PAIR")]
)
def test_messages_of_theirs_arrive(
    line: Line, mechanism: Mechanism, ours: str, theirs: str
) -> None:
    we, they = line.open(ours, theirs, {"security": mechanism.ours}, mechanism.theirs)

    for size in (0, 1, 255, 256, 70_000):
        they.send(b"head", b"", b"x" * size)
        message = we.receive()
        assert list(message) == [b"head", b"", b"x" * size]

    assert message.peer is not None
    if isinstance(mechanism.ours, PlainServer | CurveServer):
        assert message.peer.user_id == mechanism.user_id


def test_requests_are_answered(line: Line, mechanism: Mechanism) -> None:
    we, they = line.open("Req", "REP", {"security": mechanism.ours}, mechanism.theirs)

    we.send(b"question")
    assert they.receive() == [b"question"]
    they.send(b"answer")

    assert list(we.receive()) == [b"answer"]


OUR_PLAIN, OUR_CURVE = MECHANISMS["PLAIN", "ours"].ours, MECHANISMS["CURVE", "ours"].ours
STRANGERS = CurveClient(server_key=SERVER.public, keys=STRANGER)
REFUSALS: dict[str, tuple[Security, Options, set[str]]] = {
    "their wrong password": (OUR_PLAIN, plain_client(WRONG_PASSWORD), {"denied"}),
    "their unknown key": (OUR_CURVE, curve_client(STRANGER), {"denied"}),
    "their wrong server key": (OUR_CURVE, curve_client(server=STRANGER), {"forged"}),
    # JeroMQ may close the connection before it has said what it thinks of us.
    "our wrong password": (
        PlainClient(USER, WRONG_PASSWORD),
        PLAIN_SERVER,
        {"denied", "ended"},
    ),
    "our unknown key": (STRANGERS, CURVE_SERVER, {"denied", "ended"}),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_is_told_with_its_reason(peer: Peer, refusal: str) -> None:
    security, their_options, causes = REFUSALS[refusal]
    with zmq4.Pair(security=security, linger=0) as we, we.events(DEADLINE) as events:
        they = peer.open("PAIR", bind="tcp://127.0.0.1:0", options=their_options)
        we.connect(they.endpoint)
        failed = failure_in(events)
        they.close()

    assert failed.cause in causes, failed
    assert failed.reason
