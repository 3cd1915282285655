"""A man in the middle of a handshake: each octet of each command changed, and each command lost, doubled, replaced.

Each time whoever is given it refuses with a reason, and no connection is left behind. What the mechanism
leaves unprotected is listed by `free`: then both ends agree as if nothing had been, or know exactly what was
changed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest

import zmq4
from faces.patience import eventually
from fixtures.clock import DEADLINE
from hostile import wire
from hostile.tap import Meddle, Side, Tap, header_of, honestly, turned
from zmq4 import CurveClient, CurveServer, KeyPair, PlainClient, PlainServer

SERVER, CLIENT = KeyPair.generate(), KeyPair.generate()
NEVER = zmq4.Backoff(3600, max=3600)
"""Connections are made once."""
PATIENCE = 0.3
"""Seconds for a handshake: whoever is told of a command that is longer than it is waits for the rest."""

REFUSED = {"protocol", "forged", "denied", "timeout", "incompatible", "limit"}
"""Why a connection ends at the one who notices."""

Speaker = Literal["client", "server"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, and a tap in front of it."""

    mechanism: str
    server: zmq4.Dealer
    events: zmq4.Events
    """Of the server."""
    tap: Tap

    def meet(self, speaker: Speaker, meddle: Meddle, *, stay: bool = False) -> "Meeting":
        """Let a client meet the server; what ``speaker`` says is meddled with.

        Args:
            speaker: Who is meddled with.
            meddle: How.
            stay: Whether the client waits until the one who was given it has ended the connection.
        """
        is_clients = speaker == "client"
        security: PlainClient | CurveClient = PlainClient("alice", "hunter2")
        if self.mechanism == "CURVE":
            security = CurveClient(server_key=SERVER.public, keys=CLIENT)
        client = zmq4.Dealer(
            security=security,
            reconnect=NEVER,
            # Who is given what was changed is to be the first to lose patience.
            handshake_timeout=DEADLINE if is_clients else PATIENCE / 2,
            linger=0,
            metadata={"X-From": "client"},
        )
        with client, client.events(DEADLINE) as events:
            self.tap.meddle(
                client=meddle if is_clients else honestly, server=honestly if is_clients else meddle
            )
            client.connect(self.tap.address)
            ends = {"client": outcome(events), "server": outcome(self.events)}
            judge = self.server if is_clients else client
            end = ends["server" if is_clients else "client"]
            known = judge.peers()
            meeting = Meeting(
                farewell(self.events if is_clients else events) if stay else end,
                known[0].metadata if known else {},
            )
        # With the client gone nothing is left of it, whatever came of it.
        eventually(lambda: not self.server.peers())
        return meeting


@dataclass(frozen=True, slots=True)
class Meeting:
    """What came of a connection, for the one who was given what was changed."""

    end: zmq4.Connected | zmq4.HandshakeFailed | zmq4.Disconnected
    metadata: dict[str, bytes]
    """What it knows of the other, if they are connected."""

    @property
    def refusal(self) -> str:
        """Why it refused."""
        assert not isinstance(self.end, zmq4.Connected), "let in"
        assert self.end.cause in REFUSED, self.end
        return self.end.reason


def outcome(events: zmq4.Events) -> zmq4.Connected | zmq4.HandshakeFailed:
    """Wait for the end of a handshake."""
    for event in events:
        if isinstance(event, zmq4.Connected | zmq4.HandshakeFailed):
            return event
    raise AssertionError("the events ended")


def farewell(events: zmq4.Events) -> zmq4.Disconnected:
    """Wait for the end of a connection."""
    for event in events:
        if isinstance(event, zmq4.Disconnected):
            return event
    raise AssertionError("the events ended")


@contextmanager
def staged(mechanism: str) -> Iterator[Scene]:
    """Bind a server behind a tap."""
    security: PlainServer | CurveServer = PlainServer({"alice": "hunter2"})
    if mechanism == "CURVE":
        security = CurveServer(SERVER, {CLIENT.public})
    with (
        zmq4.Dealer(
            bind="tcp://127.0.0.1:0",
            security=security,
            handshake_timeout=PATIENCE,
            linger=0,
            metadata={"X-From": "server"},
        ) as server,
        server.events(DEADLINE) as events,
        Tap(server.endpoint.port) as tap,
    ):
        yield Scene(mechanism, server, events, tap)


@pytest.fixture(params=["PLAIN", "CURVE"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """Bind a server of a mechanism behind a tap: the test runs twice."""
    with staged(request.param) as made:
        yield made


COMMANDS: list[tuple[Speaker, int, bytes]] = [
    ("client", 0, b"HELLO"),
    ("server", 0, b"WELCOME"),
    ("client", 1, b"INITIATE"),
    ("server", 1, b"READY"),
]
"""Who says it, in which place, and its name."""

each_command = pytest.mark.parametrize(
    ("speaker", "place", "name"), COMMANDS, ids=[name.decode() for *_, name in COMMANDS]
)


def recorded(scene: Scene, speaker: Speaker) -> list[bytes]:
    """Record a dialogue that nobody meddles with; returns the commands of one side."""
    assert isinstance(scene.meet(speaker, honestly).end, zmq4.Connected)
    side: Side = getattr(scene.tap, f"from_{speaker}")
    return side.frames[:2]


def changing(place: int, change: Callable[[bytes], list[bytes]]) -> Meddle:
    """Do something to the frame in one place, and pass the others on."""

    def meddle(frames: list[bytes]) -> list[bytes]:
        return change(frames[-1]) if len(frames) == place + 1 else frames[-1:]

    return meddle


FLAGS_THAT_COUNT = {1}
"""Bits of a command's flags without which it would be another: that of the long form.

That a handshake's frames are commands goes without saying, and reserved bits are ignored (RFC 37): during
the handshake the others are not looked at.
"""


def free(mechanism: str, name: bytes, frame: bytes, at: int, bit: int) -> bool:
    """Tell whether a bit is protected by nothing, on purpose."""
    if at == 0:
        return bit not in FLAGS_THAT_COUNT
    in_body = at - header_of(frame)
    if mechanism == "CURVE":
        # A HELLO is filled with zeros so that it is longer than the answer to it; nobody reads them.
        return name == b"HELLO" and 8 <= in_body < 80
    # PLAIN has no cryptography: what each says of itself is believed, as far as it is well-formed.
    return name in {b"INITIATE", b"READY"} and in_body > len(name)


@pytest.mark.slow
@each_command
def test_each_changed_octet_is_noticed(
    scene: Scene, speaker: Speaker, place: int, name: bytes
) -> None:
    frame = recorded(scene, speaker)[place]
    assert name in frame[:18]
    header = header_of(frame)
    honest = scene.meet(speaker, honestly).metadata
    changes = [(0, bit) for bit in range(8)] + [(at, at % 8) for at in range(1, len(frame))]

    for at, bit in changes:
        # Frames of a CURVE handshake differ each time: it is the position that counts.
        meddle = changing(place, lambda one, at=at, bit=bit: [turned(one, at, bit)])
        meeting = scene.meet(speaker, meddle)
        if not free(scene.mechanism, name, frame, at, bit):
            assert meeting.refusal, (at, bit)
        elif scene.mechanism == "CURVE" or at == 0:
            assert isinstance(meeting.end, zmq4.Connected), (at, bit, meeting.end)
            assert meeting.metadata == honest, (at, bit)
        elif isinstance(meeting.end, zmq4.Connected):
            changed = turned(frame, at, bit)[header + 1 + len(name) :]
            assert meeting.metadata == properties(changed), (at, bit)
        else:
            assert meeting.refusal, (at, bit)


def properties(octets: bytes) -> dict[str, bytes]:
    """Read metadata as a peer tells it of itself; of two properties of a name the first counts."""
    found: dict[str, bytes] = {}
    while octets:
        name, octets = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
        length = int.from_bytes(octets[:4])
        value, octets = octets[4 : 4 + length], octets[4 + length :]
        found.setdefault(name.decode(errors="replace"), value)
    return found


@each_command
def test_lost_command_ends_the_handshake(
    scene: Scene, speaker: Speaker, place: int, name: bytes
) -> None:
    assert name in recorded(scene, speaker)[place]

    assert scene.meet(speaker, changing(place, lambda _: [])).refusal


@pytest.mark.parametrize(("speaker", "name"), [("client", b"HELLO"), ("server", b"WELCOME")])
def test_doubled_command_ends_the_handshake(scene: Scene, speaker: Speaker, name: bytes) -> None:
    meeting = scene.meet(speaker, changing(0, lambda frame: [frame, frame]))

    assert name.decode() in meeting.refusal


@pytest.mark.parametrize("speaker", ["client", "server"])
@pytest.mark.parametrize("place", [0, 1])
def test_command_in_the_place_of_another_ends_the_handshake(
    scene: Scene, speaker: Speaker, place: int
) -> None:
    others = recorded(scene, speaker)

    assert scene.meet(speaker, changing(place, lambda _: [others[1 - place]])).refusal


@pytest.mark.parametrize("speaker", ["client", "server"])
@pytest.mark.parametrize("place", [0, 1])
def test_command_of_another_connection_ends_a_curve_handshake(speaker: Speaker, place: int) -> None:
    with staged("CURVE") as scene:
        others = recorded(scene, speaker)

        meeting = scene.meet(speaker, changing(place, lambda _: [others[place]]))

        if (speaker, place) == ("client", 0):
            # Whoever has a HELLO gets a WELCOME, which is for the client's eyes alone: it is the real
            # client that cannot read it, and it says nothing more.
            assert isinstance(meeting.end, zmq4.HandshakeFailed)
            assert meeting.end.cause == "ended"
        else:
            assert meeting.refusal


@pytest.mark.parametrize("speaker", ["client", "server"])
def test_last_command_doubled_ends_a_curve_connection(speaker: Speaker) -> None:
    with staged("CURVE") as scene:
        meeting = scene.meet(speaker, changing(1, lambda frame: [frame, frame]), stay=True)

        assert meeting.refusal


def test_last_command_doubled_is_ignored_under_plain() -> None:
    """There it is one of the commands that nobody knows, which everybody ignores (RFC 37)."""
    with staged("PLAIN") as scene:
        for speaker in ("client", "server"):
            meeting = scene.meet(speaker, changing(1, lambda frame: [frame, frame]))

            assert isinstance(meeting.end, zmq4.Connected)


def test_peers_that_were_meddled_with_are_not_held_against_others(scene: Scene) -> None:
    for _ in range(20):
        assert scene.meet("client", changing(0, lambda _: [wire.frame(b"\5HELLO", wire.COMMAND)]))

    assert isinstance(scene.meet("client", honestly).end, zmq4.Connected)
