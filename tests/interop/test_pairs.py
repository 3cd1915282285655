"""Every pair of types that may talk, over every transport, whoever binds, from either face."""

import pytest

from interop.dialogues import DIALOGUES, Dialogue, names_for, our_class
from interop.line import Line
from wire.kinds import COMPATIBLE

pytestmark = pytest.mark.requires_peer("python:zmq")


def test_every_pair_that_may_talk_is_here() -> None:
    assert [*DIALOGUES] == COMPATIBLE


@pytest.mark.parametrize(
    ("ours", "theirs", "dialogue"),
    [(*pair, dialogue) for pair, dialogues in DIALOGUES.items() for dialogue in dialogues],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_pair_talks(line: Line, ours: str, theirs: str, dialogue: Dialogue) -> None:
    we, they = line.open(our_class(ours), theirs, *names_for(ours, theirs))

    dialogue(we, they)


def test_both_sides_know_each_others_type_and_version(line: Line) -> None:
    ours, theirs = line.open("Pair", "PAIR")

    theirs.send(b"hello")
    ours.send(b"hello")

    sender = ours.receive().peer
    assert sender is not None
    assert (sender.socket_type, sender.version) == ("PAIR", (3, 1))
    assert theirs.receive_with("Socket-Type")[1] == {"Socket-Type": "PAIR"}
