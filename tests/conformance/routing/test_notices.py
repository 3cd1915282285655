"""What a ROUTER is told of peers that come and go, and what peers tell it of themselves."""

from contextlib import closing

import pytest

import zmq4
from faces.patience import eventually
from wire.scripted import call
from wire.vectors import GREETING

SOON = zmq4.Backoff(0.01, max=0.01)
Received = list[tuple[bytes | None, list[bytes]]]


def taken(router: zmq4.Router, count: int, deadline: float) -> Received:
    """Receive ``count`` messages, with whose they are."""
    received = [router.recv(timeout=deadline) for _ in range(count)]
    return [(message.sender, [*message]) for message in received]


@pytest.mark.parametrize("told", ["connect", "disconnect", "both", None])
def test_rule_20_peers_that_come_and_go_are_told_of_where_asked_for(
    endpoint: str, deadline: float, told: zmq4.options.PeerNotice
) -> None:
    comes: Received = [(b"peer", [b""])] if told in ("connect", "both") else []
    goes: Received = [(b"peer", [b""])] if told in ("disconnect", "both") else []
    with zmq4.Router(bind=endpoint, notify=told) as router:
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"peer") as dealer:
            dealer.send(b"x")
            expected = [*comes, (b"peer", [b"x"])]
            assert taken(router, len(expected), deadline) == expected
        assert taken(router, len(goes), deadline) == goes
        eventually(lambda: not router.peers())
        assert router.try_recv() is None


def test_rule_20_what_a_peer_sent_comes_between_its_coming_and_its_going(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Router(bind=endpoint, notify="both") as router:
        for number in range(5):
            with zmq4.Dealer(connect=router.endpoint, routing_id=b"%d" % number) as dealer:
                dealer.send_many([b"x", b"y"])
        eventually(lambda: router.stats().unread == 20)

        received = taken(router, 20, deadline)

        for number in range(5):
            own = [frames for sender, frames in received if sender == b"%d" % number]
            assert own == [[b""], [b"x"], [b"y"], [b""]]


def test_rule_20_a_connecting_router_is_told_of_every_connection(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Router(notify="both", reconnect=SOON) as router:
        with zmq4.Dealer(bind=wired_endpoint, routing_id=b"peer") as dealer:
            place = str(dealer.endpoint)
            router.connect(place)
            assert taken(router, 1, deadline) == [(b"peer", [b""])]
        assert taken(router, 1, deadline) == [(b"peer", [b""])]
        with zmq4.Dealer(bind=place, routing_id=b"peer"):
            assert taken(router, 1, deadline) == [(b"peer", [b""])]


@pytest.mark.parametrize("octets", ["", GREETING[:20], GREETING, GREETING + "0400", "474554202f"])
def test_rule_20_nobody_is_told_of_a_handshake_that_failed(
    tcp_endpoint: str, deadline: float, octets: str
) -> None:
    with zmq4.Router(bind=tcp_endpoint, notify="both") as router:
        with closing(call(router.endpoint.port)) as stranger:
            stranger.send(octets)
        eventually(lambda: router.endpoint.failure)
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"peer") as dealer:
            dealer.send(b"x")
            assert taken(router, 2, deadline) == [(b"peer", [b""]), (b"peer", [b"x"])]


def test_rule_20_nobody_is_told_of_a_peer_that_was_turned_away(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, notify="both") as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as first,
    ):
        assert taken(router, 1, deadline) == [(b"name", [b""])]
        with zmq4.Dealer(
            connect=router.endpoint, routing_id=b"name", reconnect=None, linger=0
        ) as second:
            eventually(lambda: second.endpoint.state == "stopped")
        first.send(b"x")
        assert taken(router, 1, deadline) == [(b"name", [b"x"])]


def test_rule_20_nobody_is_told_that_a_name_is_gone_which_was_handed_over(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, notify="both", handover=True) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=None) as old,
    ):
        assert taken(router, 1, deadline) == [(b"name", [b""])]
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as new:
            eventually(lambda: old.endpoint.state == "stopped")
            new.send(b"x")
            assert taken(router, 2, deadline) == [(b"name", [b""]), (b"name", [b"x"])]
            eventually(lambda: len(router.peers()) == 1)
            assert router.try_recv() is None
        assert taken(router, 1, deadline) == [(b"name", [b""])]


@pytest.mark.parametrize("prober", [zmq4.Dealer, zmq4.Req, zmq4.Router])
def test_rule_21_a_probe_tells_a_router_who_is_there(
    endpoint: str, deadline: float, prober: type[zmq4.Dealer | zmq4.Req | zmq4.Router]
) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        prober(connect=router.endpoint, routing_id=b"peer", probe=True),
    ):
        assert taken(router, 1, deadline) == [(b"peer", [b""])]
        router.send(b"peer", b"known")


def test_rule_21_a_router_probes_whom_it_accepts(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Router(bind=endpoint, probe=True) as router,
        zmq4.Dealer(connect=router.endpoint) as dealer,
    ):
        assert [*dealer.recv(timeout=deadline)] == [b""]


def test_rule_21_a_probe_comes_before_everything_else(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Dealer(connect=place, routing_id=b"peer", probe=True, reconnect=SOON) as dealer:
        dealer.send(b"x")
        with zmq4.Router(bind=place) as router:
            assert taken(router, 2, deadline) == [(b"peer", [b""]), (b"peer", [b"x"])]


def test_rule_21_a_probe_is_not_repeated_by_the_next_connection(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Dealer(routing_id=b"peer", probe=True, reconnect=SOON) as dealer:
        with zmq4.Router(bind=wired_endpoint) as router:
            place = str(router.endpoint)
            dealer.connect(place)
            assert taken(router, 1, deadline) == [(b"peer", [b""])]
        eventually(lambda: dealer.endpoint.state == "connecting")
        with zmq4.Router(bind=place) as router:
            dealer.send(b"x")
            assert taken(router, 1, deadline) == [(b"peer", [b"x"])]


def test_rule_21_a_probe_is_no_request(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Rep(bind=endpoint) as rep,
        zmq4.Req(connect=rep.endpoint, probe=True) as req,
    ):
        req.send(b"question")
        request = rep.recv(timeout=deadline)
        assert request.content == b"question"
        request.reply(b"answer")
        assert req.recv(timeout=deadline).content == b"answer"
