"""A man in the middle of encrypted traffic: each MESSAGE replayed, lost, moved, changed.

The connection ends at the first of these that is noticed, with a reason, and what came before is delivered.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import zmq4
from fixtures.clock import DEADLINE
from hostile.tap import Meddle, Tap, honestly, turned
from zmq4 import CurveClient, CurveServer, KeyPair

SERVER, CLIENT = KeyPair.generate(), KeyPair.generate()
COMMANDS = 2
"""HELLO and INITIATE come first."""
COUNT = 12
"""Messages of a connection: enough octets to fill what a changed length claims."""
BODY = b"x" * 28
HEADER = 2
PLACES = range(COUNT - 1)
"""All but the last: with nothing behind it nobody can know that it is lost, or was to come earlier."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server heard of a client."""

    numbers: list[int]
    """Of the messages."""
    reason: str
    """Why the connection ended; empty if the client left."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, and a tap in front of it."""

    pull: zmq4.Pull
    events: zmq4.Events
    """Of the server."""
    tap: Tap

    def hear(self, meddle: Meddle) -> Heard:
        """Let a client send its messages through ``meddle``."""
        self.tap.meddle(client=meddle)
        security = CurveClient(server_key=SERVER.public, keys=CLIENT)
        never = zmq4.Backoff(3600, max=3600)
        with zmq4.Push(security=security, reconnect=never, linger=0) as push:
            push.connect(self.tap.address).ready(DEADLINE)
            for number in range(COUNT):
                push.send(b"%d" % number, BODY)
            if meddle is honestly:
                heard = [self.receive() for _ in range(COUNT)]
                push.close()
            end = self.end()
            if meddle is not honestly:
                heard = self.rest()
        return Heard(heard, "" if end.cause == "ended" else end.reason)

    def receive(self) -> int:
        """Receive a message."""
        number, body = self.pull.recv(timeout=DEADLINE)
        assert body == BODY
        return int(number)

    def rest(self) -> list[int]:
        """Receive what is there."""
        found = []
        while message := self.pull.try_recv():
            assert message[1] == BODY
            found.append(int(message[0]))
        return found

    def end(self) -> zmq4.Disconnected:
        """Wait until the peer is gone."""
        for event in self.events:
            if isinstance(event, zmq4.Disconnected):
                assert self.pull.peers() == []
                return event
        raise AssertionError("the events ended")


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Bind a server behind a tap."""
    with (
        zmq4.Pull(bind="tcp://127.0.0.1:0", security=CurveServer(SERVER, {CLIENT.public})) as pull,
        pull.events(DEADLINE) as events,
        Tap(pull.endpoint.port) as tap,
    ):
        yield Scene(pull, events, tap)


def frame_of(number: int, part: int = 0) -> int:
    """Return the place of a message's frame among all that the client says."""
    return COMMANDS + 2 * number + part


def at(place: int, change: Meddle) -> Meddle:
    """Do something at one frame, and pass the others on."""
    return lambda frames: change(frames) if len(frames) == place + 1 else frames[-1:]


def replay(place: int) -> Meddle:
    """Pass a frame on twice."""
    return at(place, lambda frames: [frames[-1], frames[-1]])


def replay_later(place: int) -> Meddle:
    """Pass a frame on again behind the one that follows it."""
    return at(place + 1, lambda frames: [frames[-1], frames[-2]])


def lose(place: int) -> Meddle:
    """Pass a frame on not at all."""
    return at(place, lambda _: [])


def swap(place: int) -> Meddle:
    """Pass a frame on behind the one that follows it."""

    def meddle(frames: list[bytes]) -> list[bytes]:
        if len(frames) == place + 1:
            return []
        return frames[-1:-3:-1] if len(frames) == place + 2 else frames[-1:]

    return meddle


def test_honest_tap_changes_nothing(scene: Scene) -> None:
    assert scene.hear(honestly) == Heard([*range(COUNT)], "")


@pytest.mark.parametrize("number", PLACES)
def test_replayed_message_ends_the_connection_behind_itself(scene: Scene, number: int) -> None:
    heard = scene.hear(replay(frame_of(number, part=1)))

    assert heard.numbers == [*range(number + 1)]
    assert "nonce" in heard.reason


@pytest.mark.parametrize("number", PLACES)
def test_frame_replayed_within_its_message_leaves_no_part_of_it(scene: Scene, number: int) -> None:
    heard = scene.hear(replay(frame_of(number)))

    assert heard.numbers == [*range(number)]
    assert "nonce" in heard.reason


@pytest.mark.parametrize("number", PLACES)
def test_message_replayed_later_ends_the_connection(scene: Scene, number: int) -> None:
    heard = scene.hear(replay_later(frame_of(number, part=1)))

    assert heard.numbers == [*range(number + 1)]
    assert "nonce" in heard.reason


@pytest.mark.parametrize("number", PLACES)
def test_lost_frame_ends_the_connection_at_the_next(scene: Scene, number: int) -> None:
    heard = scene.hear(lose(frame_of(number)))

    assert heard.numbers == [*range(number)]
    assert "nonce" in heard.reason


@pytest.mark.parametrize("number", PLACES)
def test_swapped_frames_end_the_connection_at_the_first(scene: Scene, number: int) -> None:
    heard = scene.hear(swap(frame_of(number)))

    assert heard.numbers == [*range(number)]
    assert "nonce" in heard.reason


@pytest.mark.parametrize("number", [0, 5])
def test_each_changed_octet_ends_the_connection(scene: Scene, number: int) -> None:
    place = frame_of(number)
    length = HEADER + 33 + len(b"%d" % number)
    for octet in range(1, length):
        meddle = at(place, lambda frames, octet=octet: [turned(frames[-1], octet, octet % 8)])
        heard = scene.hear(meddle)

        assert heard.numbers == [*range(number)], octet
        assert heard.reason, octet


@pytest.mark.parametrize("bit", range(8))
def test_flags_outside_of_the_box_mean_nothing_but_the_length_of_the_length(
    scene: Scene, bit: int
) -> None:
    """RFC 26 has the flags in the box, where they are protected; those outside are not looked at."""
    meddle = at(frame_of(3), lambda frames: [turned(frames[-1], 0, bit)])
    is_long = bit == 1
    if is_long:
        heard = scene.hear(meddle)
        assert heard.numbers == [0, 1, 2]
        assert heard.reason
    else:
        scene.tap.meddle(client=meddle)
        security = CurveClient(server_key=SERVER.public, keys=CLIENT)
        with zmq4.Push(connect=scene.tap.address, security=security) as push:
            for number in range(COUNT):
                push.send(b"%d" % number, BODY)
            assert [scene.receive() for _ in range(COUNT)] == [*range(COUNT)]


@pytest.mark.parametrize("place", [0, 1])
def test_message_of_another_connection_ends_this_one(scene: Scene, place: int) -> None:
    scene.hear(honestly)
    other = scene.tap.from_client.frames[frame_of(place)]

    heard = scene.hear(at(frame_of(place), lambda _: [other]))

    assert heard.numbers == [*range(place)]
    assert heard.reason


def test_recorded_connection_does_not_begin_again(scene: Scene) -> None:
    scene.hear(honestly)
    record = scene.tap.from_client.frames

    # Everything that the client said is said again, each frame for one of a new connection.
    scene.tap.meddle(client=lambda frames: [record[len(frames) - 1]])
    security = CurveClient(server_key=SERVER.public, keys=CLIENT)
    with zmq4.Push(security=security, reconnect=zmq4.Backoff(3600, max=3600), linger=0) as push:
        push.connect(scene.tap.address)
        for event in scene.events:
            if isinstance(event, zmq4.HandshakeFailed):
                break
            assert not isinstance(event, zmq4.Connected)

    assert scene.rest() == []
