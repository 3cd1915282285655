"""REQ and REP, with the sockets of every library."""

import asyncio
from typing import Any

import zmq4
import zmq4.asyncio
from interop import series
from interop.line import Line
from interop.peer import Peer

COUNT = 300


def test_request_is_answered_by_their_rep(line: Line, deadline: float) -> None:
    ours, theirs = line.open("Req", "REP")
    theirs.start_echo(1)

    reply = ours.settle(ours.native.request(b"question", b"", b"more", timeout=deadline))

    assert list(reply) == [b"question", b"", b"more"]
    line.peer.answer()


def test_req_talks_in_turns_with_their_rep(line: Line) -> None:
    ours, theirs = line.open("Req", "REP")

    for number in range(3):
        ours.send(b"question", b"%d" % number)
        assert theirs.receive() == [b"question", b"%d" % number]
        theirs.send(b"answer", b"%d" % number)
        assert list(ours.receive()) == [b"answer", b"%d" % number]


def test_series_of_requests_is_answered_by_their_rep(line: Line, deadline: float) -> None:
    ours, theirs = line.open("Req", "REP")
    theirs.start_echo(COUNT)

    replies = [
        list(ours.settle(ours.native.request(*message, timeout=deadline)))
        for message in series.messages(COUNT)
    ]

    assert replies == list(series.messages(COUNT))
    line.peer.answer()


def test_req_is_answered_by_their_router(line: Line) -> None:
    ours, theirs = line.open("Req", "ROUTER", {"routing_id": b"client-1"})

    ours.send(b"question", b"more")
    assert theirs.receive() == [b"client-1", b"", b"question", b"more"]
    theirs.send(b"client-1", b"", b"answer", b"")

    assert list(ours.receive()) == [b"answer", b""]


def test_rep_answers_their_req(line: Line) -> None:
    ours, theirs = line.open("Rep", "REQ")

    theirs.send(b"question", b"")
    call: Any = ours.receive()
    assert list(call) == [b"question", b""]
    ours.settle(call.reply(b"", b"answer"))

    assert theirs.receive() == [b"", b"answer"]


def test_rep_answers_their_req_in_turns(line: Line) -> None:
    ours, theirs = line.open("Rep", "REQ")

    for number in range(3):
        theirs.send(b"question", b"%d" % number)
        assert list(ours.receive()) == [b"question", b"%d" % number]
        ours.send(b"answer", b"%d" % number)
        assert theirs.receive() == [b"answer", b"%d" % number]


def test_rep_returns_the_envelope_of_their_dealer(line: Line) -> None:
    ours, theirs = line.open("Rep", "DEALER")

    theirs.send(b"hop 1", b"hop 2", b"", b"question")
    call: Any = ours.receive()
    assert list(call) == [b"question"]
    ours.settle(call.reply(b"answer"))

    assert theirs.receive() == [b"hop 1", b"hop 2", b"", b"answer"]


def test_rep_serves_a_series_of_their_req(line: Line) -> None:
    ours, theirs = line.open("Rep", "REQ")
    theirs.start_ask(COUNT)

    for _ in range(COUNT):
        call: Any = ours.receive()
        ours.settle(call.reply(*call))

    assert line.peer.answer()["digest"] == series.digest(series.messages(COUNT))


def test_calls_of_their_req_are_iterated_over(peer: Peer, deadline: float) -> None:
    with zmq4.Rep(bind="tcp://127.0.0.1:0", recv_timeout=deadline) as rep:
        req = peer.open("REQ", connect=str(rep.endpoint))
        req.start_ask(COUNT)

        for number, call in enumerate(rep, 1):
            call.reply(*call)
            if number == COUNT:
                break

        assert peer.answer()["digest"] == series.digest(series.messages(COUNT))
        req.close()


async def test_calls_of_their_req_are_iterated_over_in_a_loop(peer: Peer, deadline: float) -> None:
    async with zmq4.asyncio.Rep(bind="tcp://127.0.0.1:0", recv_timeout=deadline) as rep:
        req = await asyncio.to_thread(peer.open, "REQ", connect=str(rep.endpoint))
        req.start_ask(COUNT)

        number = 0
        async for call in rep:
            await call.reply(*call)
            number += 1
            if number == COUNT:
                break

        assert peer.answer()["digest"] == series.digest(series.messages(COUNT))
        req.close()
