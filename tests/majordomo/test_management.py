"""The management interface, asked by libzmq's clients: scenarios M86 to M88."""

import json
from collections.abc import Callable

import pytest

from majordomo.raw import RFC7, RFC18, VERSIONS, Client, Version, Worker


def test_m86_service_is_there_as_long_as_it_has_a_worker(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, asker, c = worker(), client(), client()

    c.ask(b"Hello")
    given = w.is_given()
    assert asker.asked(b"echo", service=b"mmi.service") == [b"200"]  # busy

    w.answer(given.address, b"x")
    c.is_told()
    assert asker.asked(b"echo", service=b"mmi.service") == [b"200"]  # idle

    w.leave()
    c.ask(b"nobody", service=b"ghost")
    w.ready(b"other")
    c.ask(b"Hello", service=b"other")
    w.serve()
    assert asker.asked(b"echo", service=b"mmi.service") == [b"404"]  # gone
    assert asker.asked(b"never", service=b"mmi.service") == [b"404"]
    assert asker.asked(b"ghost", service=b"mmi.service") == [b"404"]  # asked for


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        (b"mmi.", [b""], b"501"),
        (b"mmi.other", [b"x"], b"501"),
        (b"mmi.service", [b""], b"404"),
        (b"mmi.service", [b"second", b"nobody"], b"404"),
        (b"mmi.workers", [b"nobody"], b"404"),
    ],
)
def test_m87_management_answers_one_code(
    client: Callable[..., Client], version: Version, name: bytes, body: list[bytes], code: bytes
) -> None:
    assert client(version).asked(*body, service=name) == [code]


def test_m88_answer_repeats_the_name_in_the_dialect_of_the_client(
    worker: Callable[..., Worker], client: Callable[..., Client], is_served: Callable[[], None]
) -> None:
    worker(service=b"other")
    is_served()
    older, newer = client(RFC7), client(RFC18)

    older.say(b"", b"MDPC01", b"mmi.service", b"honest")
    newer.say(b"MDPC02", b"\x01", b"mmi.service", b"honest")

    assert older.hear() == [b"", b"MDPC01", b"mmi.service", b"200"]
    assert newer.hear() == [b"MDPC02", b"\x03", b"mmi.service", b"200"]


def test_services_and_statistics_are_told(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(), client()
    c.ask(b"Hello")
    w.serve()
    c.is_told()

    assert c.asked(b"", service=b"mmi.services") == [b"200", b"echo"]
    assert c.asked(b"echo", service=b"mmi.workers") == [b"200", b"1", b"0"]
    code, text = c.asked(b"", service=b"mmi.stats")
    assert code == b"200"
    assert json.loads(text)["services"]["echo"]["replied"] == 1
