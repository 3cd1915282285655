"""What is malformed, and what is well-formed and out of place: scenarios M15 to M27, M30, M31."""

import logging
import random
from collections.abc import Callable

import pytest

from fixtures.clock import TIME_UNIT
from majordomo.patience import wait_until
from majordomo.raw import RFC7, RFC18, VERSIONS, Client, Socket, Version, Worker
from majordomo.vectors import ADDRESS, DIALECTS, NO_MESSAGES
from zmq4.majordomo import Broker

SEED = 20
RANDOM_MESSAGES = 20_000
"""A fifth of the scenario's; `make soak` sends all."""


@pytest.mark.parametrize("name", [name for name in NO_MESSAGES if name != "alone"])
def test_m15_m16_m17_what_is_no_message_is_dropped_and_counted(
    broker: Broker, raw: Callable[..., Socket], is_served: Callable[[], None], name: str
) -> None:
    frames, counter = NO_MESSAGES[name]
    peer = raw()

    peer.say(*frames)
    wait_until(lambda: broker.stats().faults == {counter: 1})

    is_served()
    assert set(broker.stats().services) == {"honest"}
    assert peer.hears_nothing(0)


def test_m15_a_message_of_one_empty_frame_harms_nobody_but_its_sender(
    raw: Callable[..., Socket], is_served: Callable[[], None]
) -> None:
    peer = raw()

    peer.say(b"")
    peer.say(b"", b"MDPC01", b"mmi.service", b"honest")

    assert peer.hear() == [b"", b"MDPC01", b"mmi.service", b"200"]
    is_served()


@pytest.mark.parametrize("name", DIALECTS)
def test_m18_dialects_that_are_not_spoken_are_counted_and_logged_once(
    broker: Broker,
    raw: Callable[..., Socket],
    is_served: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    peer = raw()

    with caplog.at_level(logging.WARNING, logger="zmq4"):
        for _ in range(3):
            for frames in DIALECTS[name]:
                peer.say(*frames)
        wait_until(lambda: broker.stats().faults == {name: 3 * len(DIALECTS[name])})
        wait_until(lambda: any(name.partition("-")[2] in each for each in caplog.messages))

    is_served()
    assert sum(name.partition("-")[2] in each for each in caplog.messages) == 1


def test_m20_random_messages_leave_the_broker_serving(
    broker: Broker, raw: Callable[..., Socket], is_served: Callable[[], None]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    frames = [b"", b"MDPC01", b"MDPW01", b"MDPC02", b"MDPW02", b"echo", b"mmi.service", ADDRESS]
    frames += [bytes([octet]) for octet in range(8)]

    peer = raw()
    for number in range(RANDOM_MESSAGES):
        if number % 500 == 499:
            is_served()
            peer.close()
            peer = raw()
        known = [chance.choice(frames) for _ in range(chance.randrange(1, 8))]
        unknown = [chance.randbytes(chance.randrange(10)) for _ in range(chance.randrange(3))]
        message = [*known, *unknown]
        if chance.random() < 0.2:
            chance.shuffle(message)
        peer.say(*message)
    peer.close()

    is_served()
    wait_until(lambda: broker.stats().clients <= 2)
    wait_until(lambda: broker.stats().workers == 1)
    assert broker.stats().queued == 0


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_m21_unknown_command_or_second_ready_ends_the_session(
    worker: Callable[..., Worker], client: Callable[..., Client], version: Version
) -> None:
    first, second, c = worker(version), worker(version), client(version)

    first.command(b"\x09")
    second.ready()

    assert first.is_dismissed()
    assert second.is_dismissed()
    assert c.asked(b"echo", service=b"mmi.service") == [b"404"]


def test_m22_unknown_command_is_no_beginning_and_a_new_socket_may_register(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(service=b""), client()

    w.command(b"\x09")
    assert w.is_dismissed()
    w.close()

    again = worker()
    c.ask(b"Hello")
    again.serve()
    assert c.is_told().body == [b"Hello"]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_m23_reply_out_of_the_blue_reaches_nobody(
    broker: Broker,
    worker: Callable[..., Worker],
    client: Callable[..., Client],
    version: Version,
) -> None:
    w, c = worker(version), client(version, name=b"client")
    assert c.asked(b"x", service=b"mmi.nothing") == [b"501"]

    w.answer(b"client", b"out of the blue")

    assert w.is_dismissed()
    assert c.asked(b"echo", service=b"mmi.service") == [b"404"]
    assert broker.stats().workers == 0


def test_m24_worker_answers_nobody_but_the_client_of_its_request(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    one, other = client(name=b"one"), client(name=b"other")
    w, next_one = worker(), worker(service=b"")

    one.ask(b"Hello")
    w.is_given()
    w.answer(b"other", b"for somebody else")
    assert w.is_dismissed()

    next_one.ready()
    next_one.serve()
    assert one.is_told().body == [b"Hello"]
    assert other.asked(b"x", service=b"mmi.nothing") == [b"501"]  # and nothing came before


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_m25_second_reply_is_one_too_many(
    worker: Callable[..., Worker], client: Callable[..., Client], version: Version
) -> None:
    w, c = worker(version), client(version)

    c.ask(b"Hello")
    given = w.is_given()
    w.answer(given.address, b"first")
    w.answer(given.address, b"second")

    assert w.is_dismissed()
    assert c.is_told().body == [b"first"]
    assert c.asked(b"echo", service=b"mmi.service") == [b"404"]


@pytest.mark.parametrize("tail", [(b"x", b"x"), (b"",), ()], ids=["delimiter", "body", "both"])
def test_m26_reply_that_is_malformed_is_dropped_and_a_good_one_may_follow(
    worker: Callable[..., Worker], client: Callable[..., Client], tail: tuple[bytes, ...]
) -> None:
    w, c = worker(), client()

    c.ask(b"Hello")
    given = w.is_given()
    w.command(RFC7.final, given.address, *tail)
    w.answer(given.address, b"better")

    assert c.is_told().body == [b"better"]


def test_m27_part_after_the_final_reply_reaches_nobody(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(RFC18), client(RFC18)

    c.ask(b"Hello")
    given = w.is_given()
    w.answer(given.address, b"fin")
    w.answer_partly(given.address, b"too late")

    assert w.is_dismissed()
    assert c.is_told().is_final
    assert c.asked(b"echo", service=b"mmi.service") == [b"404"]


@pytest.mark.parametrize("name", [b"mmi.x", b"mmi.service", b"mmi."])
def test_m30_names_of_the_management_are_not_to_be_had(
    worker: Callable[..., Worker], client: Callable[..., Client], name: bytes
) -> None:
    w = worker(service=name)

    assert w.is_dismissed()
    assert client().asked(name, service=b"mmi.service") == [b"404"]


def test_m31_routing_id_of_a_worker_may_begin_like_the_management(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(name=b"mmi.worker"), client()

    c.ask(b"Hello")
    w.serve()

    assert c.is_told().body == [b"Hello"]


def test_peer_that_says_nothing_right_is_not_listened_to(
    broker: Broker, raw: Callable[..., Socket], is_served: Callable[[], None]
) -> None:
    peer = raw()

    for _ in range(1000):
        peer.say(b"nonsense")
    wait_until(lambda: broker.stats().ignored > 0)
    peer.say(b"", b"MDPC01", b"mmi.service", b"honest")

    assert peer.hears_nothing(TIME_UNIT)
    is_served()


def test_session_of_a_dialect_ends_where_another_begins(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(RFC7), client(RFC18)

    w.say(b"MDPW02", b"\x01", b"other")
    c.ask(b"Hello", service=b"other")

    assert w.hear()[:2] == [b"MDPW02", b"\x02"]
    assert c.asked(b"echo", service=b"mmi.service") == [b"404"]
