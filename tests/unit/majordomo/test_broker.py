"""The broker's machine: requests find workers, and answers find the way back. Scenarios 22.1."""

import pytest

from unit.majordomo.broker_talk import (
    C1,
    C2,
    MDP01,
    MDP02,
    W1,
    W2,
    Dialect,
    Policy,
    Talk,
    order,
    reply,
)
from zmq4._kit.machine import Open
from zmq4.majordomo.events import WorkerJoined


def test_the_broker_opens_one_router_that_tells_of_lost_connections() -> None:
    (opening,) = Talk().opening

    assert isinstance(opening, Open)
    assert opening.spec.type == "ROUTER"
    assert opening.spec.bind == ("inproc://broker",)
    assert opening.spec.options.get("notify") == "disconnect"
    assert opening.spec.options.get("on_unroutable") == "error"


def test_a_request_reaches_a_worker_with_the_address_of_its_client() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.call(C1, b"hello", b"part2")

    assert talk.take(W1) == [(b"", b"MDPW01", b"\2", C1, b"", b"hello", b"part2")]


def test_a_reply_reaches_the_client_under_the_name_of_the_service() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"hello")

    talk.answer(W1, C1, b"HELLO", b"PART2")

    assert talk.take(C1) == [(b"", b"MDPC01", b"echo", b"HELLO", b"PART2")]


def test_partial_replies_are_numbered_as_clients_know_them() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x", dialect=MDP02)

    for part in (b"1", b"2", b"3"):
        talk.answer(W1, C1, part, dialect=MDP02, final=False)
    talk.answer(W1, C1, b"end", dialect=MDP02)

    assert [row[:2] for row in talk.take(C1)] == [(b"MDPC02", b"\2")] * 3 + [(b"MDPC02", b"\3")]


@pytest.mark.parametrize("at_worker", [MDP01, MDP02], ids=repr)
@pytest.mark.parametrize("at_client", [MDP01, MDP02], ids=repr)
def test_each_client_gets_its_own_dialect(at_worker: Dialect, at_client: Dialect) -> None:
    talk = Talk()
    talk.ready(W1, dialect=at_worker)
    talk.call(C1, b"x", dialect=at_client)

    assert talk.take(W1) == [order(C1, b"x", dialect=at_worker)]
    talk.answer(W1, C1, b"y", dialect=at_worker)

    assert talk.take(C1) == [reply(b"y", dialect=at_client)]


def test_partial_replies_are_joined_for_a_client_that_takes_one() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")

    talk.answer(W1, C1, b"1", b"2", dialect=MDP02, final=False)
    assert talk.take(C1) == []
    talk.answer(W1, C1, b"end", dialect=MDP02)

    assert talk.take(C1) == [reply(b"1", b"2", b"end")]


def test_partial_replies_are_left_out_where_the_service_says_so() -> None:
    talk = Talk(Policy(partials="last"))
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")

    talk.answer(W1, C1, b"1", dialect=MDP02, final=False)
    talk.answer(W1, C1, b"end", dialect=MDP02)

    assert talk.take(C1) == [reply(b"end")]


def test_a_joined_reply_has_a_limit() -> None:
    talk = Talk(Policy(joined_bytes=10))
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")

    for part in (b"12345", b"67890", b"!"):
        talk.answer(W1, C1, part, dialect=MDP02, final=False)
    talk.answer(W1, C1, b"end", dialect=MDP02)

    assert talk.take(C1) == []
    assert talk.machine.stats(talk.now).services["echo"].dropped == {"too-large": 1}


@pytest.mark.parametrize("part", [b"", b"12345"], ids=["empty", "short"])
def test_many_small_parts_of_a_joined_reply_have_a_limit_too(part: bytes) -> None:
    talk = Talk(Policy(joined_bytes=64 * 1000))
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")

    for _ in range(1002):
        talk.answer(W1, C1, part, dialect=MDP02, final=False)
    talk.answer(W1, C1, b"end", dialect=MDP02)

    assert talk.take(C1) == []
    assert talk.machine.stats(talk.now).services["echo"].dropped == {"too-large": 1}


@pytest.mark.parametrize(
    "path",
    [(b"\1\2\3\4", b""), (b"\0proxy", b"\1\2\3\4", b""), (b"", b"")],
    ids=["numbered", "proxied", "delimited twice"],
)
def test_a_return_path_is_put_back_and_no_worker_sees_it(path: tuple[bytes, ...]) -> None:
    talk = Talk()
    talk.ready(W1)

    talk.say(C1, *path, b"MDPC01", b"echo", b"x")
    assert talk.take(W1) == [order(C1, b"x")]
    talk.answer(W1, C1, b"y")

    assert talk.take(C1) == [(*path, b"MDPC01", b"echo", b"y")]


def test_a_superfluous_delimiter_is_given_back() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)

    talk.say(C1, b"", b"MDPC02", b"\1", b"echo", b"x")
    talk.answer(W1, C1, b"y", dialect=MDP02)

    assert talk.take(C1) == [(b"", b"MDPC02", b"\3", b"echo", b"y")]


@pytest.mark.parametrize("address", [b"c", b"c" * 255])
def test_addresses_of_any_length_reach_the_worker_unchanged(address: bytes) -> None:
    talk = Talk()
    talk.ready(W1)

    talk.call(address, b"x")

    assert talk.take(W1) == [order(address, b"x")]


def test_empty_frames_of_a_body_are_kept() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.call(C1, b"", b"x", b"")
    assert talk.take(W1) == [order(C1, b"", b"x", b"")]
    talk.answer(W1, C1, b"")

    assert talk.take(C1) == [reply(b"")]


def test_a_hundred_requests_of_one_client_are_answered_in_order() -> None:
    talk = Talk()
    talk.ready(W1)
    bodies = [b"%d" % number for number in range(100)]

    for body in bodies:
        talk.call(C1, body)
    for _ in bodies:
        ((*_, body),) = talk.take(W1)
        assert isinstance(body, bytes)
        talk.answer(W1, C1, body)

    assert talk.take(C1) == [reply(body) for body in bodies]


def test_names_of_255_octets_are_names() -> None:
    talk = Talk()
    name = "é".encode() * 127 + b"x"
    talk.ready(W1, name)

    talk.call(C1, b"x", service=name)

    assert talk.take(W1) == [order(C1, b"x")]


def test_a_worker_whose_routing_id_looks_like_management_is_a_worker() -> None:
    talk = Talk()

    talk.ready(b"mmi.worker")

    assert talk.events == [WorkerJoined("echo", b"mmi.worker", "0.1")]


def test_a_batch_is_answered_in_one_send() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.ready(W2)

    talk.call(C1, b"1")
    talk.call(C2, b"2")

    assert talk.take(W1) == [order(C1, b"1")]
    assert talk.take(W2) == [order(C2, b"2")]
