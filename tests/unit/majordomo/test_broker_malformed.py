"""The broker's machine: nothing that a peer sends ends it, or reaches who it is not for. 22.2."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.dialogue import said
from unit.majordomo.broker_talk import (
    C1,
    C2,
    LEAVE,
    MDP01,
    MDP02,
    W1,
    W2,
    Limits,
    Talk,
    order,
    reply,
)
from zmq4.majordomo.events import MessageDropped, Parting, WorkerGone, WorkerRefused
from zmq4.majordomo.messages import Fault


def assert_serves(talk: Talk) -> None:
    """Check that the broker does its work."""
    talk.ready(b"\0check", b"check")
    talk.call(b"\0asks", b"x", service=b"check")
    assert talk.take(b"\0check") == [order(b"\0asks", b"x")]
    talk.answer(b"\0check", b"\0asks", b"y")
    assert talk.take(b"\0asks") == [reply(b"y", service=b"check")]


REJECTED: dict[str, tuple[tuple[bytes, ...], Fault]] = {
    "header alone": ((b"", b"MDPC01"), Fault.NO_SERVICE),
    "no body": ((b"", b"MDPC01", b"echo"), Fault.NO_BODY),
    "empty service": ((b"", b"MDPC01", b"", b"x"), Fault.BAD_SERVICE),
    "long service": ((b"", b"MDPC01", b"x" * 256, b"x"), Fault.BAD_SERVICE),
    "service with a line break": ((b"", b"MDPC01", b"a\nb", b"x"), Fault.BAD_SERVICE),
    "no command": ((b"", b"MDPW01"), Fault.NO_COMMAND),
    "READY without service": ((b"", b"MDPW01", b"\1"), Fault.NO_SERVICE),
    "long command": ((b"", b"MDPW01", b"\1\2"), Fault.BAD_COMMAND),
    "REPLY without address": ((b"", b"MDPW01", b"\3"), Fault.BAD_ADDRESS),
    "REPLY without delimiter": ((b"", b"MDPW01", b"\3", b"abc", b"x", b"x"), Fault.NO_DELIMITER),
    "unknown version": ((b"MDPC09", b"\1"), Fault.NOT_MAJORDOMO),
    "no delimiter": ((b"x", b"MDPC01"), Fault.NOT_MAJORDOMO),
    "ten thousand frames": ((b"",) * 10_000, Fault.TOO_MANY_FRAMES),
    "a return path of no addresses": (
        (b"x" * 256, b"", b"MDPC01", b"echo", b"x"),
        Fault.NOT_MAJORDOMO,
    ),
    "packed": ((b"\xaa\xa4\4\6MDPW02\1\4echo",), Fault.ZPROTO),
    "pigato": ((b"C", b"2", b"echo"), Fault.PIGATO),
    "opencmw": ((b"MDPC03", b"\1", b"echo", b"", b"", b"", b"", b""), Fault.OPENCMW),
    "majortomo": ((b"", b"MDPC02", b"\2", b"echo", b"x"), Fault.MAJORTOMO),
    "libmdp": ((b"", b"MDPC0X", b"echo", b"x"), Fault.LIBMDP),
    "tag 0.2": ((b"", b"MDPC02", b"echo", b"x"), Fault.TAG_02),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_not_spoken_is_dropped_counted_and_told_once(name: str) -> None:
    talk = Talk()
    frames, fault = REJECTED[name]

    talk.say(C1, *frames)
    talk.say(C1, *frames)

    assert talk.take(C1) == []
    assert talk.machine.stats(talk.now).faults == {fault: 2}
    assert talk.events == [MessageDropped(C1, "tcp://192.0.2.1:50000", fault)]
    assert talk.machine.stats(talk.now).services == {}
    assert_serves(talk)


def test_who_sends_much_nonsense_is_listened_to_no_more_until_it_comes_again() -> None:
    talk = Talk(limits=Limits(faults=3))
    for _ in range(3):
        talk.say(C1, b"nonsense")

    talk.call(C1, b"x")
    assert talk.machine.stats(talk.now).ignored == 1
    talk.hang_up(C1)
    talk.call(C1, b"x")

    assert talk.machine.stats(talk.now).queued == 1


def test_an_unknown_command_ends_the_session() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.say(W1, b"", b"MDPW01", b"\x09")

    assert talk.take(W1) == [LEAVE]
    assert talk.events[-1] == WorkerGone("echo", W1, Parting.MISBEHAVED)


def test_an_unknown_command_of_a_stranger_is_answered_by_disconnect() -> None:
    talk = Talk()

    talk.say(W1, b"", b"MDPW01", b"\x09")

    assert talk.take(W1) == [LEAVE]


def test_a_reply_out_of_the_blue_reaches_nobody() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.answer(W1, C1, b"boo")

    assert talk.take(C1) == []
    assert talk.take(W1) == [LEAVE]
    talk.ready(W1)
    talk.call(C1, b"1")
    talk.call(C1, b"2")
    assert talk.take(W1) == [order(C1, b"1")], "it is not listed twice"


def test_a_reply_to_another_client_is_not_delivered_and_the_request_goes_on() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.ready(W2)
    talk.call(C1, b"x")

    talk.answer(W1, C2, b"boo")

    assert talk.take(C2) == []
    assert talk.take(W1) == [order(C1, b"x"), LEAVE]
    assert talk.take(W2) == [order(C1, b"x")]


def test_only_the_first_of_two_replies_is_delivered() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.take(W1)

    talk.answer(W1, C1, b"1")
    talk.answer(W1, C1, b"2")

    assert talk.take(C1) == [reply(b"1")]
    assert talk.take(W1) == [LEAVE]


@pytest.mark.parametrize(
    "frames",
    [(b"\3", C1, b"x", b"x"), (b"\3", C1, b"")],
    ids=["no delimiter", "no body"],
)
def test_a_broken_reply_is_dropped_and_the_right_one_still_counts(
    frames: tuple[bytes, ...],
) -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")

    talk.say(W1, b"", b"MDPW01", *frames)
    assert talk.take(C1) == []
    talk.answer(W1, C1, b"y")

    assert talk.take(C1) == [reply(b"y")]


def test_a_partial_reply_after_the_final_one_ends_the_session() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x", dialect=MDP02)
    talk.answer(W1, C1, b"end", dialect=MDP02)
    talk.take(C1)
    talk.take(W1)

    talk.answer(W1, C1, b"more", dialect=MDP02, final=False)

    assert talk.take(C1) == []
    assert talk.take(W1) == [MDP02.leave()]


@pytest.mark.parametrize("name", [b"mmi.x", b"mmi.service", b"", b"a\nb"])
def test_names_that_nobody_may_serve_are_refused_after_a_while(name: bytes) -> None:
    talk = Talk()

    talk.ready(W1, name)
    talk.pass_time(0.9)
    assert talk.take(W1) == []
    talk.pass_time(0.2)

    assert talk.take(W1) == [LEAVE]
    assert isinstance(talk.events[0], WorkerRefused)
    assert talk.ask(b"mmi.service", name or b"x") == (b"404",)


def test_a_heartbeat_of_a_stranger_is_answered_by_disconnect() -> None:
    talk = Talk()

    talk.beat(W1)
    talk.beat(W2, dialect=MDP02)

    assert talk.take(W1) == [LEAVE]
    assert talk.take(W2) == [MDP02.leave()]


def test_a_session_that_changes_its_dialect_begins_anew() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")

    assert talk.take(W1) == [order(C1, b"x", dialect=MDP02)]
    assert talk.machine.stats(talk.now).workers == 1


def test_replies_to_guessed_addresses_reach_nobody() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")

    for number in range(1000):
        talk.answer(W2, number.to_bytes(5, "big"), b"boo")

    assert set(talk.heard) == {W1, W2}
    assert set(talk.take(W2)) == {LEAVE}


WORDS = [
    *(b"", b"MDPC01", b"MDPW01", b"MDPC02", b"MDPW02", b"echo", b"mmi.service", b"mmi.cancel"),
    *(bytes([number]) for number in range(8)),
    *(C1, C2, W1, W2),
]
FRAMES = st.lists(st.sampled_from(WORDS) | st.binary(max_size=8), min_size=1, max_size=8)
STEPS = st.lists(st.tuples(st.sampled_from([C1, C2, W1, W2]), FRAMES), max_size=30)


@given(STEPS, st.floats(min_value=0, max_value=5))
@settings(max_examples=200)
def test_any_frames_leave_the_broker_serving(
    steps: Sequence[tuple[bytes, list[bytes]]], pause: float
) -> None:
    talk = Talk()
    for sender, frames in steps:
        talk.say_all(said(sender, *frames))
        talk.pass_time(pause)

    assert_serves(talk)
    for each in (C1, C2, W1, W2, b"\0check", b"\0asks"):
        talk.hang_up(each)
    talk.pass_time(120)
    stats = talk.machine.stats(talk.now)
    assert (stats.workers, stats.clients, stats.queued, stats.queued_bytes) == (0, 0, 0, 0)


def test_a_second_hello_ends_the_session_of_either_dialect() -> None:
    for dialect in (MDP01, MDP02):
        talk = Talk()
        talk.ready(W1, dialect=dialect)

        talk.ready(W1, dialect=dialect)

        assert talk.take(W1) == [dialect.leave()]
        assert talk.machine.stats(talk.now).workers == 0
