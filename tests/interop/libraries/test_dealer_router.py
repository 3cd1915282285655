"""DEALER and ROUTER, with the sockets of every library."""

from interop import series
from interop.faces import Face
from interop.line import Line
from interop.peer import Peer

COUNT = 300


def test_dealer_talks_with_their_dealer(line: Line) -> None:
    ours, theirs = line.open("Dealer", "DEALER")

    ours.send(b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"")

    assert list(ours.receive()) == [b"answer", b""]


def test_dealer_is_answered_by_their_router(line: Line) -> None:
    ours, theirs = line.open("Dealer", "ROUTER", {"routing_id": b"client-1"})

    ours.send(b"question", b"")
    assert theirs.receive() == [b"client-1", b"question", b""]
    theirs.send(b"client-1", b"", b"answer")

    assert list(ours.receive()) == [b"", b"answer"]


def test_dealer_without_a_name_is_answered_by_their_router(line: Line) -> None:
    ours, theirs = line.open("Dealer", "ROUTER")

    ours.send(b"question")
    name, *body = theirs.receive()
    assert (len(name) > 0, body) == (True, [b"question"])
    theirs.send(name, b"answer")

    assert ours.receive_bytes() == b"answer"


def test_series_is_returned_by_their_router(line: Line) -> None:
    ours, theirs = line.open("Dealer", "ROUTER")
    theirs.start_echo(COUNT)

    for message in series.messages(COUNT):
        ours.send(*message)

    assert [list(ours.receive()) for _ in range(COUNT)] == list(series.messages(COUNT))
    line.peer.answer()


def test_their_router_tells_our_dealers_apart(face: Face, peer: Peer) -> None:
    router = peer.open("ROUTER", bind="tcp://127.0.0.1:0")
    first = face.open("Dealer", connect=router.endpoint, routing_id=b"first")
    second = face.open("Dealer", connect=router.endpoint, routing_id=b"second")
    first.send(b"here")
    second.send(b"here")
    assert {router.receive()[0], router.receive()[0]} == {b"first", b"second"}

    router.send(b"second", b"for the second")
    router.send(b"first", b"for the first")

    assert first.receive_bytes() == b"for the first"
    assert second.receive_bytes() == b"for the second"
    router.close()


def test_dealer_is_answered_by_their_rep(line: Line) -> None:
    ours, theirs = line.open("Dealer", "REP")

    ours.send(b"", b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer", b"more")

    assert list(ours.receive()) == [b"", b"answer", b"more"]


def test_their_rep_returns_the_envelope_of_a_dealer(line: Line) -> None:
    ours, theirs = line.open("Dealer", "REP")

    ours.send(b"hop 1", b"hop 2", b"", b"question")
    assert theirs.receive() == [b"question"]
    theirs.send(b"answer")

    assert list(ours.receive()) == [b"hop 1", b"hop 2", b"", b"answer"]


def test_router_answers_their_dealer(line: Line) -> None:
    ours, theirs = line.open("Router", "DEALER", their_options={"ROUTING_ID": "client-1"})

    theirs.send(b"question", b"")
    question = ours.receive()
    assert (question.sender, list(question)) == (b"client-1", [b"question", b""])
    ours.send(b"client-1", b"", b"answer")

    assert theirs.receive() == [b"", b"answer"]


def test_router_answers_their_dealer_without_a_name(line: Line) -> None:
    ours, theirs = line.open("Router", "DEALER")

    theirs.send(b"question")
    question = ours.receive()
    assert question.sender
    ours.send(question.sender, b"answer")

    assert theirs.receive() == [b"answer"]


def test_router_answers_their_req(line: Line) -> None:
    ours, theirs = line.open("Router", "REQ")

    theirs.send(b"question", b"more")
    question = ours.receive()
    assert list(question) == [b"", b"question", b"more"]
    assert question.sender
    ours.send(question.sender, b"", b"answer", b"")

    assert theirs.receive() == [b"answer", b""]


def test_router_returns_a_series_to_their_req(line: Line) -> None:
    ours, theirs = line.open("Router", "REQ")
    theirs.start_ask(COUNT)

    for _ in range(COUNT):
        question = ours.receive()
        assert question.sender
        ours.send(question.sender, *question)

    assert line.peer.answer()["digest"] == series.digest(series.messages(COUNT))


def test_router_tells_their_dealers_apart(face: Face, peer: Peer) -> None:
    router = face.open("Router", bind="tcp://127.0.0.1:0")
    address = str(router.native.endpoint)
    first = peer.open("DEALER", connect=address, options={"ROUTING_ID": "first"})
    second = peer.open("DEALER", connect=address, options={"ROUTING_ID": "second"})
    first.send(b"here")
    second.send(b"here")
    assert {router.receive().sender, router.receive().sender} == {b"first", b"second"}

    router.send(b"second", b"for the second")
    router.send(b"first", b"for the first")

    assert first.receive() == [b"for the first"]
    assert second.receive() == [b"for the second"]
    first.close()
    second.close()


def test_router_talks_with_their_router(line: Line) -> None:
    ours, theirs = line.open(
        "Router", "ROUTER", {"routing_id": b"ours"}, their_options={"ROUTING_ID": "theirs"}
    )

    ours.send(b"theirs", b"question")
    assert theirs.receive() == [b"ours", b"question"]
    theirs.send(b"ours", b"answer", b"")

    answer = ours.receive()
    assert (answer.sender, list(answer)) == (b"theirs", [b"answer", b""])
