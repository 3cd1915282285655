"""Sending many messages in one call, and what is told when it ends early."""

from collections.abc import Iterable, Iterator

import pytest

import zmq4
from faces.crew import Crew
from zmq4.types import Row

Pipeline = tuple[zmq4.Push, zmq4.Pull]


@pytest.fixture
def narrow(inproc_endpoint: str) -> Iterator[Pipeline]:
    """Give a pipeline that holds exactly ten messages."""
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=5) as push,
    ):
        yield push, pull


def numbered(count: int) -> list[bytes]:
    return [b"%d" % index for index in range(count)]


def received(pull: zmq4.Pull) -> list[list[bytes]]:
    return [
        [*message] for batch in iter(lambda: pull.recv_many(timeout=0), []) for message in batch
    ]


@pytest.mark.parametrize(
    "rows",
    [
        numbered(200),
        tuple(numbered(200)),
        (row for row in numbered(200)),
        dict.fromkeys(numbered(200)),
        map(str, range(200)),
    ],
    ids=["list", "tuple", "generator", "dict", "map of text"],
)
def test_any_iterable_is_sent_in_its_order(pipeline: Pipeline, rows: Iterable[Row]) -> None:
    push, pull = pipeline

    assert push.send_many(rows) == 200
    assert received(pull) == [[each] for each in numbered(200)]


def test_rows_of_all_kinds_are_mixed(line: Pipeline, deadline: float) -> None:
    push, pull = line
    large = b"L" * 70_000

    rows: list[Row] = [
        b"bytes",
        "text",
        bytearray(b"bytearray"),
        memoryview(b"view"),
        [b"a", "list"],
        (b"a", bytearray(b"tuple")),
        zmq4.Message(b"a", b"message"),
        large,
        [b"head", large],
        b"",
    ]
    assert push.send_many(rows) == 10

    assert [[*pull.recv(timeout=deadline)] for _ in rows] == [
        [b"bytes"],
        [b"text"],
        [b"bytearray"],
        [b"view"],
        [b"a", b"list"],
        [b"a", b"tuple"],
        [b"a", b"message"],
        [large],
        [b"head", large],
        [b""],
    ]


def test_batch_received_is_a_batch_to_send(pipeline: Pipeline, inproc_endpoint: str) -> None:
    push, pull = pipeline
    push.send_many([b"one", (b"two", b"frames")])

    with (
        zmq4.Pull(bind=inproc_endpoint + "-next") as end,
        zmq4.Push(connect=end.endpoint) as forward,
    ):
        assert forward.send_many(pull.recv_many()) == 2
        assert received(end) == [[b"one"], [b"two", b"frames"]]


def test_nothing_to_send_is_no_message(pipeline: Pipeline) -> None:
    push, pull = pipeline

    assert push.send_many([]) == 0
    assert pull.try_recv() is None


def test_row_without_frames_is_refused(pipeline: Pipeline) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match="at least one frame") as raised:
        push.send_many([b"before", [], b"after"])

    assert raised.value.accepted == 1  # type: ignore[attr-defined]  # see the stub
    assert received(pull) == [[b"before"]]


def test_row_that_is_no_frame_ends_the_batch_where_it_stands(pipeline: Pipeline) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match="not int") as raised:
        push.send_many([b"before", [b"a", b"b"], 5, b"after"])  # type: ignore[list-item]

    assert raised.value.accepted == 2  # type: ignore[attr-defined]  # see the stub
    assert received(pull) == [[b"before"], [b"a", b"b"]]


def test_what_is_no_iterable_is_refused(pipeline: Pipeline) -> None:
    push, _ = pipeline

    for wrong in (None, 5, object()):
        with pytest.raises(TypeError):
            push.send_many(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="one iterable"):
        push.send_many([b"x"], [b"y"])  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("count", [0, 1, 10, 64, 100])
def test_error_of_the_iterable_comes_through_and_carries_accepted(
    pipeline: Pipeline, count: int
) -> None:
    push, pull = pipeline

    def rows() -> Iterator[bytes]:
        yield from numbered(count)
        raise LookupError("no more rows")

    with pytest.raises(LookupError, match="no more rows") as raised:
        push.send_many(rows())

    assert raised.value.accepted == len(received(pull))  # type: ignore[attr-defined]  # see the stub


def test_rows_before_an_error_of_the_iterable_are_sent(pipeline: Pipeline) -> None:
    push, pull = pipeline

    def rows() -> Iterator[bytes]:
        yield from numbered(10)
        raise LookupError("no more rows")

    with pytest.raises(LookupError):
        push.send_many(rows())

    assert received(pull) == [[each] for each in numbered(10)]


def test_row_is_sent_before_the_iterable_is_asked_for_the_next(pipeline: Pipeline) -> None:
    push, pull = pipeline
    seen: list[bytes | None] = []

    def rows() -> Iterator[bytes]:
        for row in numbered(3):
            yield row
            message = pull.try_recv()
            seen.append(message.content if message else None)

    push.send_many(rows())

    assert seen == numbered(3)


def test_timeout_carries_accepted(narrow: Pipeline) -> None:
    push, pull = narrow

    with pytest.raises(zmq4.Timeout, match="Push") as raised:
        push.send_many(numbered(15), timeout=0)

    assert raised.value.accepted == 10
    assert received(pull) == [[each] for each in numbered(10)]


def test_timeout_in_a_multipart_sends_nothing_of_it(narrow: Pipeline) -> None:
    push, pull = narrow

    with pytest.raises(zmq4.Timeout) as raised:
        push.send_many([(b"%d" % index, b"tail") for index in range(15)], timeout=0.01)

    assert raised.value.accepted == 10
    assert received(pull) == [[b"%d" % index, b"tail"] for index in range(10)]


def test_rest_can_be_sent_after_a_timeout(narrow: Pipeline) -> None:
    push, pull = narrow
    rows, arrived = numbered(35), []

    while rows:
        try:
            push.send_many(rows, timeout=0)
            rows = []
        except zmq4.Timeout as error:
            rows = rows[error.accepted :]
        arrived += received(pull)

    assert arrived == [[each] for each in numbered(35)]


def test_refusal_to_block_carries_accepted(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=5),
        zmq4.Push(connect=inproc_endpoint, send_hwm=5, on_full="error") as push,
    ):
        with pytest.raises(zmq4.WouldBlock) as raised:
            push.send_many(numbered(15))

        assert raised.value.accepted == 10  # type: ignore[attr-defined]  # see the stub


def test_closing_carries_accepted(narrow: Pipeline, crew: Crew) -> None:
    push, _ = narrow
    sending = crew.start(lambda: push.send_many(numbered(15))).asleep()

    push.close()

    error = sending.error()
    assert isinstance(error, zmq4.Closed)
    assert error.accepted == 10  # type: ignore[attr-defined]  # see the stub


def test_batch_waits_for_room_again_and_again(narrow: Pipeline, crew: Crew) -> None:
    push, pull = narrow
    sending = crew.start(lambda: push.send_many(numbered(1000)))

    arrived = [pull.recv(timeout=10).content for _ in range(1000)]

    assert sending.result() == 1000
    assert arrived == numbered(1000)


def test_batch_longer_than_every_mark_arrives_whole(line: Pipeline, crew: Crew) -> None:
    push, pull = line
    sending = crew.start(lambda: push.send_many(numbered(20_000)))

    arrived = [pull.recv_bytes(timeout=10) for _ in range(20_000)]

    assert sending.result() == 20_000
    assert arrived == numbered(20_000)
