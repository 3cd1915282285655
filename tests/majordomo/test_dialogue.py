"""Frames and the basic dialogue, octet by octet: scenarios M01 to M13, with libzmq's peers."""

import threading
from collections.abc import Callable, Iterator

import pytest
import zmq

from majordomo.raw import RFC7, RFC18, VERSIONS, Client, Socket, Told, Version, Worker, told
from zmq4.majordomo import Broker

Context = zmq.Context[zmq.Socket[bytes]]
MIB = 1 << 20


def test_m01_worker_gets_the_address_an_empty_frame_and_the_body(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(), client()

    c.ask(b"hello", b"part2")
    empty, header, command, address, delimiter, *body = w.hear()

    assert (empty, header, command, delimiter) == (b"", b"MDPW01", b"\x02", b"")
    assert (len(address), address[0]) == (5, 0)
    assert body == [b"hello", b"part2"]


def test_m02_client_gets_an_empty_frame_the_header_the_service_and_the_body(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(), client()

    c.say(b"", b"MDPC01", b"echo", b"Hello")
    w.answer(w.is_given().address, b"HELLO", b"PART2")

    assert c.hear() == [b"", b"MDPC01", b"echo", b"HELLO", b"PART2"]


def test_m03_parts_and_the_final_reply_have_numbers_of_their_own_at_clients(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(RFC18), client(RFC18)

    c.say(b"MDPC02", b"\x01", b"echo", b"Hello")
    header, command, address, delimiter, *body = w.hear()
    assert (header, command, delimiter, body) == (b"MDPW02", b"\x02", b"", [b"Hello"])

    for part in (b"1", b"2", b"3"):
        w.say(b"MDPW02", b"\x03", address, b"", part)
    w.say(b"MDPW02", b"\x04", address, b"", b"fin")

    assert [c.hear() for _ in range(4)] == [
        [b"MDPC02", b"\x02", b"echo", b"1"],
        [b"MDPC02", b"\x02", b"echo", b"2"],
        [b"MDPC02", b"\x02", b"echo", b"3"],
        [b"MDPC02", b"\x03", b"echo", b"fin"],
    ]


def test_m04_req_socket_is_a_client(
    worker: Callable[..., Worker], raw: Callable[..., Socket]
) -> None:
    w, req = worker(), raw(zmq.REQ)

    req.say(b"MDPC01", b"echo", b"Hello")
    w.serve()

    assert req.hear() == [b"MDPC01", b"echo", b"Hello"]


@pytest.mark.parametrize("name", [b"\x01", b"n" * 255], ids=len)
def test_m05_address_of_a_client_is_its_routing_id(
    worker: Callable[..., Worker], client: Callable[..., Client], name: bytes
) -> None:
    w, c = worker(), client(name=name)

    c.ask(b"Hello")
    given = w.is_given()
    w.answer(given.address, b"x")

    assert given.address == name
    assert c.is_told().body == [b"x"]


@pytest.mark.parametrize(
    "body",
    [(b"",), (b"", b""), (b"a", b"", b"c"), (bytes(50 * MIB),)],
    ids=["empty", "both-empty", "middle-empty", "large"],
)
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_m06_body_is_preserved_frame_by_frame(
    worker: Callable[..., Worker],
    client: Callable[..., Client],
    version: Version,
    body: tuple[bytes, ...],
) -> None:
    w, c = worker(version), client(version)

    c.ask(*body)
    w.serve()

    assert tuple(c.is_told().body) == body


def test_m07_one_broker_may_have_several_addresses(
    context: Context,
    serve: Callable[..., Broker],
    ipc_endpoint: str,
    inproc_endpoint: str,
) -> None:
    broker = serve(["tcp://127.0.0.1:0", "tcp://127.0.0.1:0", ipc_endpoint, inproc_endpoint])
    tcp, other_tcp, ipc, _ = map(str, broker.endpoints)

    for at_worker, at_client in [(tcp, ipc), (ipc, other_tcp), (other_tcp, tcp)]:
        with Worker(context, at_worker) as w, Client(context, at_client) as c:
            c.ask(b"Hello")
            w.serve()
            assert c.is_told().body == [b"Hello"]


def test_m08_a_hundred_requests_in_one_go_are_answered_in_their_order(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(), client()
    numbers = [b"%d" % number for number in range(100)]

    for number in numbers:
        c.ask(number)
    w.serve(100)

    assert [c.is_told().body[0] for _ in numbers] == numbers


def test_m09_number_of_a_correlating_req_is_put_back(
    worker: Callable[..., Worker], raw: Callable[..., Socket]
) -> None:
    w, req = worker(), raw(zmq.REQ, REQ_CORRELATE=1)

    req.say(b"MDPC01", b"echo", b"Hello")
    w.serve()

    assert req.hear() == [b"MDPC01", b"echo", b"Hello"]


@pytest.fixture
def proxy(context: Context, address: str) -> Iterator[str]:
    """Put libzmq's proxy, ROUTER to DEALER, in front of the broker; give its address."""
    with Socket(context, zmq.ROUTER, bind="tcp://127.0.0.1:0") as front:
        with Socket(context, zmq.DEALER, connect=address) as back:
            with Socket(context, zmq.PAIR, bind="inproc://control") as control:
                with Socket(context, zmq.PAIR, connect="inproc://control") as ours:
                    passing = threading.Thread(
                        target=zmq.proxy_steerable,
                        args=(front.socket, back.socket, None, control.socket),
                    )
                    passing.start()
                    yield front.address
                    ours.say(b"TERMINATE")
                    passing.join()


def test_m10_client_may_be_behind_a_proxy(
    context: Context, worker: Callable[..., Worker], proxy: str
) -> None:
    w = worker()

    with Socket(context, zmq.REQ, connect=proxy) as req, Client(context, proxy) as c:
        req.say(b"MDPC01", b"echo", b"from a REQ")
        given = w.is_given()
        w.answer(given.address, *given.body)
        assert req.hear() == [b"MDPC01", b"echo", b"from a REQ"]

        c.ask(b"from a DEALER")
        w.serve()
        assert c.is_told() == Told(b"echo", [b"from a DEALER"], is_final=True)


@pytest.mark.parametrize("at_worker", VERSIONS, ids=str)
@pytest.mark.parametrize("at_client", VERSIONS, ids=str)
def test_m11_each_client_is_answered_in_its_own_dialect(
    worker: Callable[..., Worker],
    client: Callable[..., Client],
    at_worker: Version,
    at_client: Version,
) -> None:
    w, c = worker(at_worker), client(at_client)

    c.ask(b"Hello")
    w.serve()

    assert c.is_told() == Told(b"echo", [b"Hello"], is_final=True)


def test_m11_client_of_the_older_dialect_gets_all_parts_in_one_reply(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    w, c = worker(RFC18), client(RFC7)

    c.ask(b"Hello")
    address = w.is_given().address
    w.answer_partly(address, b"1", b"2")
    w.answer_partly(address, b"3")
    w.answer(address, b"4")

    assert c.is_told().body == [b"1", b"2", b"3", b"4"]


def test_m11_workers_of_both_dialects_share_a_service(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    older, newer, c = worker(RFC7), worker(RFC18), client()

    c.ask(b"1")
    c.ask(b"2")
    older.serve()
    newer.serve()

    assert {c.is_told().body[0] for _ in range(2)} == {b"1", b"2"}


def test_m12_client_that_puts_an_empty_frame_in_front_gets_one(
    worker: Callable[..., Worker], raw: Callable[..., Socket]
) -> None:
    w, c = worker(), raw()

    c.say(b"", b"MDPC02", b"\x01", b"echo", b"Hello")
    w.serve()

    frames = c.hear()
    assert frames[0] == b""
    assert told(frames[1:], RFC18) == Told(b"echo", [b"Hello"], is_final=True)


def test_m13_name_of_a_service_has_up_to_255_octets_of_utf8(
    worker: Callable[..., Worker], client: Callable[..., Client]
) -> None:
    name = ("ü" * 127 + "x").encode()
    assert len(name) == 255
    w, c = worker(service=name), client()

    c.ask(b"Hello", service=name)
    w.serve()

    assert c.is_told() == Told(name, [b"Hello"], is_final=True)


@pytest.mark.parametrize("name", [b"n" * 256, b"\xff", b"a\nb"], ids=["long", "no-utf8", "control"])
def test_m13_other_names_are_refused(
    worker: Callable[..., Worker],
    client: Callable[..., Client],
    is_served: Callable[[], None],
    name: bytes,
) -> None:
    c = client()

    assert worker(service=name).is_dismissed()
    c.ask(b"Hello", service=name)
    is_served()

    assert c.asked(name, service=b"mmi.service") == [b"404"]


def test_version_of_the_sheet_is_that_of_the_vectors() -> None:
    assert told([b"", b"MDPC01", b"echo", b"x"], RFC7) == Told(b"echo", [b"x"], is_final=True)
    assert told([b"MDPC02", b"\x02", b"echo", b"x"], RFC18) == Told(b"echo", [b"x"], is_final=False)
