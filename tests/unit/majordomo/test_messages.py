"""`zmq4.majordomo.messages` and `.classify`: the golden vectors, written and read."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmq4 import Message
from zmq4.majordomo.classify import Answer, Call, Ready, Sign, classify
from zmq4.majordomo.messages import (
    MDP01,
    MDP02,
    Beat,
    Dialect,
    Fault,
    Garbage,
    Leave,
    Reply,
    Work,
    is_service_name,
    service_name,
)

ADDRESS = bytes.fromhex("006b8b4568")


def frames(text: str) -> tuple[bytes, ...]:
    """Read a vector: frames in hexadecimal, `-` for an empty one."""
    return tuple(b"" if each == "-" else bytes.fromhex(each) for each in text.split())


WRITTEN = {
    "0.1 REQUEST": (MDP01.request(b"echo", [b"Hello"]), "- 4d4450433031 6563686f 48656c6c6f"),
    "0.1 REPLY": (
        MDP01.reply(b"echo", [b"HELLO", b"PART2"]),
        "- 4d4450433031 6563686f 48454c4c4f 5041525432",
    ),
    "0.1 READY": (MDP01.ready(b"echo"), "- 4d4450573031 01 6563686f"),
    "0.1 worker REQUEST": (
        MDP01.order(ADDRESS, [b"hello", b"part2"]),
        "- 4d4450573031 02 006b8b4568 - 68656c6c6f 7061727432",
    ),
    "0.1 worker REPLY": (
        MDP01.answer(ADDRESS, [b"HELLO", b"PART2"]),
        "- 4d4450573031 03 006b8b4568 - 48454c4c4f 5041525432",
    ),
    "0.1 HEARTBEAT": (MDP01.beat(), "- 4d4450573031 04"),
    "0.1 DISCONNECT": (MDP01.leave(), "- 4d4450573031 05"),
    "0.2 REQUEST": (MDP02.request(b"echo", [b"Hello"]), "4d4450433032 01 6563686f 48656c6c6f"),
    "0.2 PARTIAL to client": (
        MDP02.reply(b"echo", [b"part"], final=False),
        "4d4450433032 02 6563686f 70617274",
    ),
    "0.2 FINAL to client": (MDP02.reply(b"echo", [b"fin"]), "4d4450433032 03 6563686f 66696e"),
    "0.2 READY": (MDP02.ready(b"echo"), "4d4450573032 01 6563686f"),
    "0.2 worker REQUEST": (
        MDP02.order(ADDRESS, [b"hello"]),
        "4d4450573032 02 006b8b4568 - 68656c6c6f",
    ),
    "0.2 worker PARTIAL": (
        MDP02.answer(ADDRESS, [b"part"], final=False),
        "4d4450573032 03 006b8b4568 - 70617274",
    ),
    "0.2 worker FINAL": (
        MDP02.answer(ADDRESS, [b"fin"]),
        "4d4450573032 04 006b8b4568 - 66696e",
    ),
    "0.2 HEARTBEAT": (MDP02.beat(), "4d4450573032 05"),
    "0.2 DISCONNECT": (MDP02.leave(), "4d4450573032 06"),
}


READ = {
    "0.1 REQUEST": (classify, Call(MDP01, (b"",), b"echo", (b"Hello",))),
    "0.1 REPLY": (MDP01.read_at_client, Reply(b"echo", (b"HELLO", b"PART2"), final=True)),
    "0.1 READY": (classify, Ready(MDP01, b"echo")),
    "0.1 worker REQUEST": (MDP01.read_at_worker, Work(ADDRESS, (b"hello", b"part2"))),
    "0.1 worker REPLY": (classify, Answer(MDP01, ADDRESS, (b"HELLO", b"PART2"), final=True)),
    "0.1 HEARTBEAT": (classify, Sign(MDP01, Beat())),
    "0.1 DISCONNECT": (classify, Sign(MDP01, Leave())),
    "0.2 REQUEST": (classify, Call(MDP02, (), b"echo", (b"Hello",))),
    "0.2 PARTIAL to client": (MDP02.read_at_client, Reply(b"echo", (b"part",), final=False)),
    "0.2 FINAL to client": (MDP02.read_at_client, Reply(b"echo", (b"fin",), final=True)),
    "0.2 READY": (classify, Ready(MDP02, b"echo")),
    "0.2 worker REQUEST": (MDP02.read_at_worker, Work(ADDRESS, (b"hello",))),
    "0.2 worker PARTIAL": (classify, Answer(MDP02, ADDRESS, (b"part",), final=False)),
    "0.2 worker FINAL": (classify, Answer(MDP02, ADDRESS, (b"fin",), final=True)),
    "0.2 HEARTBEAT": (classify, Sign(MDP02, Beat())),
    "0.2 DISCONNECT": (classify, Sign(MDP02, Leave())),
}
"""Who reads which vector, and what it is to it."""


@pytest.mark.parametrize("name", WRITTEN)
def test_messages_are_written_as_the_golden_vectors_say(name: str) -> None:
    written, vector = WRITTEN[name]

    assert written == frames(vector)


@pytest.mark.parametrize("name", READ)
def test_golden_vectors_are_read_as_what_they_are(name: str) -> None:
    read, meaning = READ[name]

    assert read(Message(*frames(WRITTEN[name][1]))) == meaning


@pytest.mark.parametrize("dialect", [MDP01, MDP02])
def test_the_broker_reads_what_the_two_ends_write(dialect: Dialect) -> None:
    path = dialect.opening

    assert classify(Message(*dialect.request(b"echo", [b"a", b""]))) == Call(
        dialect, path, b"echo", (b"a", b"")
    )
    assert classify(Message(*dialect.ready(b"echo"))) == Ready(dialect, b"echo")
    assert classify(Message(*dialect.answer(ADDRESS, [b"", b"b"]))) == Answer(
        dialect, ADDRESS, (b"", b"b"), final=True
    )
    assert classify(Message(*dialect.beat())) == Sign(dialect, Beat())
    assert classify(Message(*dialect.leave())) == Sign(dialect, Leave())


def test_the_broker_reads_partial_replies() -> None:
    part = Message(*MDP02.answer(ADDRESS, [b"part"], final=False))

    assert classify(part) == Answer(MDP02, ADDRESS, (b"part",), final=False)


def test_the_older_dialect_has_no_partial_replies() -> None:
    with pytest.raises(ValueError, match="no partial"):
        MDP01.answer(ADDRESS, [b"part"], final=False)


@pytest.mark.parametrize("dialect", [MDP01, MDP02])
def test_the_two_ends_read_what_the_broker_writes(dialect: Dialect) -> None:
    at_worker, at_client = dialect.read_at_worker, dialect.read_at_client

    assert at_worker(Message(*dialect.order(ADDRESS, [b"a", b"b"]))) == Work(ADDRESS, (b"a", b"b"))
    assert at_worker(Message(*dialect.beat())) == Beat()
    assert at_worker(Message(*dialect.leave())) == Leave()
    assert at_client(Message(*dialect.reply(b"echo", [b"a"]))) == Reply(
        b"echo", (b"a",), final=True
    )


def test_partial_replies_reach_the_client_as_such() -> None:
    part = Message(*MDP02.reply(b"echo", [b"part"], final=False))

    assert MDP02.read_at_client(part) == Reply(b"echo", (b"part",), final=False)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        pytest.param("6a983ce4 -", "4d4450433031 6563686f 78", id="numbered REQ"),
        pytest.param("00aabbccdd 6a983ce4 -", "4d4450433031 6563686f 78", id="REQ behind a proxy"),
        pytest.param("- -", "4d4450433031 6563686f 78", id="REQ that adds a second delimiter"),
        pytest.param("-", "4d4450433032 01 6563686f 78", id="0.2 from a REQ"),
    ],
)
def test_what_stands_before_the_header_is_kept_for_the_reply(path: str, rest: str) -> None:
    call = classify(Message(*frames(path), *frames(rest)))

    assert isinstance(call, Call)
    assert call.path == frames(path)
    assert (call.service, call.body) == (b"echo", (b"x",))


@pytest.mark.parametrize(
    ("vector", "fault"),
    [
        ("-", Fault.EMPTY),
        ("- -", Fault.NOT_MAJORDOMO),
        ("- 4d4450433031", Fault.NO_SERVICE),
        ("- 4d4450433031 6563686f", Fault.NO_BODY),
        ("- 4d4450573031", Fault.NO_COMMAND),
        ("- 4d4450573031 01", Fault.NO_SERVICE),
        ("- 4d4450573031 -", Fault.BAD_COMMAND),
        ("- 4d4450573031 0102", Fault.BAD_COMMAND),
        ("- 4d4450573031 03", Fault.BAD_ADDRESS),
        ("- 4d4450573031 03 006b8b4568", Fault.NO_DELIMITER),
        ("- 4d4450573031 03 006b8b4568 78 78", Fault.NO_DELIMITER),
        ("- 4d4450573031 03 006b8b4568 -", Fault.NO_BODY),
        ("- 4d4450573031 03 - - 78", Fault.BAD_ADDRESS),
        ("4d4450433032", Fault.NO_COMMAND),
        ("4d4450433032 01", Fault.NO_SERVICE),
        ("4d4450433032 01 6563686f", Fault.NO_BODY),
        ("4d4450433032 02 6563686f 78", Fault.BAD_COMMAND),
        ("4d4450573032", Fault.NO_COMMAND),
        ("4d4450433039 01", Fault.NOT_MAJORDOMO),
        ("78 4d4450433031", Fault.NOT_MAJORDOMO),
        ("78 -", Fault.NOT_MAJORDOMO),
        ("aaa404064d445057303201046563686f", Fault.ZPROTO),
        ("- 4d4450433058 6563686f 78", Fault.LIBMDP),
        ("- 4d4450573058 01 6563686f", Fault.LIBMDP),
        ("- 4d4450433032 6563686f 78", Fault.TAG_02),
        ("- 4d4450433032 02 6563686f 78", Fault.MAJORTOMO),
        ("- 4d4450573032 01 6563686f", Fault.MAJORTOMO),
        ("- 43 32 6563686f", Fault.PIGATO),
        ("4d4450433033 01 6563686f - - - - -", Fault.OPENCMW),
    ],
)
def test_what_is_not_spoken_here_is_dropped_under_its_name(vector: str, fault: Fault) -> None:
    assert classify(Message(*frames(vector))) == Garbage(fault)


def test_commands_that_no_worker_has_are_told_from_garbage() -> None:
    assert classify(Message(*frames("- 4d4450573031 09"))) == Sign(MDP01, None)
    assert classify(Message(*frames("4d4450573032 09"))) == Sign(MDP02, None)


def test_messages_of_ten_thousand_frames_are_dropped() -> None:
    long = Message(b"", b"MDPC01", b"echo", *[b"x"] * 10_000)

    assert classify(long) == Garbage(Fault.TOO_MANY_FRAMES)
    assert MDP01.read_at_client(long) == Garbage(Fault.TOO_MANY_FRAMES)
    assert MDP01.read_at_worker(long) == Garbage(Fault.TOO_MANY_FRAMES)


@pytest.mark.parametrize(
    ("vector", "fault"),
    [
        ("-", Fault.NO_HEADER),
        ("78 4d4450573031 04", Fault.NO_HEADER),
        ("- 4d4450573032 04", Fault.NO_HEADER),
        ("- 4d4450573031", Fault.NO_COMMAND),
        ("- 4d4450573031 09", Fault.BAD_COMMAND),
        ("- 4d4450573031 02", Fault.BAD_ADDRESS),
        ("- 4d4450573031 02 006b8b4568", Fault.NO_DELIMITER),
        ("- 4d4450573031 02 006b8b4568 78 78", Fault.NO_DELIMITER),
        ("- 4d4450573031 02 006b8b4568 -", Fault.NO_BODY),
    ],
)
def test_a_worker_drops_what_is_no_message_of_a_broker(vector: str, fault: Fault) -> None:
    assert MDP01.read_at_worker(Message(*frames(vector))) == Garbage(fault)


@pytest.mark.parametrize(
    ("dialect", "vector", "fault"),
    [
        (MDP01, "- 4d4450433032 6563686f 78", Fault.NO_HEADER),
        (MDP01, "- 4d4450433031", Fault.NO_SERVICE),
        (MDP01, "- 4d4450433031 6563686f", Fault.NO_BODY),
        (MDP02, "4d4450433032", Fault.NO_COMMAND),
        (MDP02, "4d4450433032 07 6563686f 78", Fault.BAD_COMMAND),
        (MDP02, "4d4450433032 03 6563686f", Fault.NO_BODY),
    ],
)
def test_a_client_drops_what_is_no_message_of_a_broker(
    dialect: Dialect, vector: str, fault: Fault
) -> None:
    assert dialect.read_at_client(Message(*frames(vector))) == Garbage(fault)


WORDS = [b"", b"MDPC01", b"MDPW01", b"MDPC02", b"MDPW02", *(bytes([i]) for i in range(8)), b"echo"]


@given(st.lists(st.sampled_from(WORDS) | st.binary(max_size=8), min_size=1, max_size=8))
def test_no_frames_make_a_reader_raise(parts: Sequence[bytes]) -> None:
    message = Message(*parts)

    assert classify(message) is not None
    for dialect in (MDP01, MDP02):
        assert dialect.read_at_worker(message) is not None
        assert dialect.read_at_client(message) is not None


@pytest.mark.parametrize("name", ["e", "x" * 255, "größe", "mmi.service", "two words"])
def test_names_of_services_are_printable_text(name: str) -> None:
    assert service_name(name) == name.encode()


@pytest.mark.parametrize("name", [b"", b"x" * 256, b"\xff", b"a\nb", b"a\0", "é".encode() * 128])
def test_other_names_are_refused(name: bytes) -> None:
    assert not is_service_name(name)
    with pytest.raises(ValueError, match="service's name"):
        service_name(name)
