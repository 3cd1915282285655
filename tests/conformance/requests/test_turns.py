"""REQ asks one peer at a time, in turn with receiving, and takes only its answer."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import zmq4
from faces.patience import eventually

NAME = b"asker"
"""The routing id of the Req in these tests, so that any Router can send to it."""


def met(router: zmq4.Router) -> None:
    """Wait until a router knows the asker."""
    eventually(lambda: NAME in [peer.routing_id for peer in router.peers()])


@pytest.fixture
def company(endpoint: str) -> Iterator[tuple[zmq4.Req, list[zmq4.Router]]]:
    """Give a bound Req and three Routers, in the order of its turns."""
    with zmq4.Req(bind=endpoint, routing_id=NAME) as req, ExitStack() as stack:
        routers = []
        for _ in range(3):
            routers.append(stack.enter_context(zmq4.Router(connect=req.endpoint)))
            eventually(lambda: len(req.peers()) == len(routers))
            met(routers[-1])
        yield req, routers


def test_rule_09_req_accepts_replies_only_from_the_asked_peer(
    company: tuple[zmq4.Req, list[zmq4.Router]], deadline: float
) -> None:
    req, routers = company

    for asked in (*routers, *routers):
        req.send(b"question")
        assert [*asked.recv(timeout=deadline)] == [b"", b"question"]
        before = req.stats().unread
        others = [router for router in routers if router is not asked]
        for other in others:
            other.send(NAME, b"", b"nobody asked")
        eventually(lambda: req.stats().unread == before + len(others))  # noqa: B023 (called at once)

        assert req.try_recv() is None
        asked.send(NAME, b"", b"answer")
        assert req.recv(timeout=deadline).content == b"answer"


def test_rule_09_nobody_answers_in_the_place_of_a_peer_that_is_gone(
    company: tuple[zmq4.Req, list[zmq4.Router]], deadline: float, time_unit: float
) -> None:
    req, (asked, other, _) = company
    req.send(b"question")
    asked.recv(timeout=deadline)
    asked.close()
    eventually(lambda: len(req.peers()) == 2)

    other.send(NAME, b"", b"nobody asked")

    with pytest.raises(zmq4.Timeout):
        req.recv(timeout=time_unit)


def test_rule_09_what_came_unasked_is_no_answer_to_a_later_request(
    company: tuple[zmq4.Req, list[zmq4.Router]], deadline: float
) -> None:
    req, (first, *_) = company
    first.send(NAME, b"", b"nobody asked")
    eventually(lambda: req.stats().unread == 1)

    req.send(b"question")
    first.recv(timeout=deadline)
    first.send(NAME, b"", b"answer")

    assert req.recv(timeout=deadline).content == b"answer"


def test_rule_09_a_reply_may_come_by_the_next_connection_where_req_connects(
    wired_endpoint: str, deadline: float
) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Req(routing_id=NAME, reconnect=backoff) as req:
        with zmq4.Router(bind=wired_endpoint) as router:
            place = str(router.endpoint)
            req.connect(place)
            req.send(b"question")
            router.recv(timeout=deadline)
        with zmq4.Router(bind=place) as router:
            met(router)
            router.send(NAME, b"", b"answer")

            assert req.recv(timeout=deadline).content == b"answer"


def test_rule_10_req_alternates_strictly(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:
        for number in range(3):
            for receive in (req.recv, req.recv_bytes, req.recv_many, req.try_recv):
                with pytest.raises(zmq4.StateError):
                    receive()
            req.send(b"%d" % number)
            for send in (req.send, req.try_send, req.request):
                with pytest.raises(zmq4.StateError):
                    send(b"out of turn")
            assert req.try_recv() is None

            rep.recv(timeout=deadline).reply(b"%d" % number)

            assert req.recv(timeout=deadline).content == b"%d" % number
        assert rep.try_recv() is None


def test_rule_10_a_request_that_found_no_peer_was_not_sent(endpoint: str, time_unit: float) -> None:
    with zmq4.Req(bind=endpoint) as req:
        with pytest.raises(zmq4.Timeout):
            req.send(b"x", timeout=time_unit)

        with pytest.raises(zmq4.StateError):
            req.recv(timeout=time_unit)


def test_rule_10_a_reply_that_did_not_come_in_time_may_come_later(
    endpoint: str, deadline: float, time_unit: float
) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:
        req.send(b"question")
        with pytest.raises(zmq4.Timeout):
            req.recv(timeout=time_unit)

        rep.recv(timeout=deadline).reply(b"answer")

        assert req.recv(timeout=deadline).content == b"answer"
