"""Under which name a ROUTER knows a peer, and what happens when two claim one."""

from collections.abc import Callable

import pytest

import zmq4
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)


def contents(router: zmq4.Router, count: int, deadline: float) -> list[tuple[bytes | None, bytes]]:
    """Receive ``count`` messages of one frame, with whose they are."""
    received = [router.recv(timeout=deadline) for _ in range(count)]
    return [(message.sender, message.content) for message in received]


def test_rule_18_the_second_with_a_name_is_turned_away_and_the_first_keeps_it(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as first,
    ):
        first.send(b"first")
        assert contents(router, 1, deadline) == [(b"name", b"first")]

        with zmq4.Dealer(
            connect=router.endpoint, routing_id=b"name", reconnect=None, linger=0
        ) as second:
            eventually(lambda: second.endpoint.state == "stopped")
            assert len(router.peers()) == 1

            router.send(b"name", b"still yours")
            assert first.recv(timeout=deadline).content == b"still yours"
            assert second.try_recv() is None


def test_rule_18_the_second_comes_in_when_the_first_has_left(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Router(bind=wired_endpoint) as router:
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as first:
            first.endpoint.ready(deadline)
            eventually(router.peers)
            second = zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=SOON)
            eventually(lambda: second.endpoint.failure)
        with second:
            eventually(lambda: second.endpoint.state == "connected" and router.peers())
            router.send(b"name", b"welcome")
            assert second.recv(timeout=deadline).content == b"welcome"


def test_rule_18_a_name_is_free_for_whoever_comes_when_its_owner_has_left(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Router(bind=endpoint) as router:
        for number in range(5):
            with zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as dealer:
                dealer.send(b"%d" % number)
                assert contents(router, 1, deadline) == [(b"name", b"%d" % number)]
            eventually(lambda: not router.peers())


def test_rule_19_handover_moves_the_name_to_the_newest(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Router(bind=endpoint, handover=True) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=None) as old,
    ):
        old.send(b"old")
        assert contents(router, 1, deadline) == [(b"name", b"old")]

        with zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as new:
            new.send(b"new")
            assert contents(router, 1, deadline) == [(b"name", b"new")]

            eventually(lambda: old.endpoint.state == "stopped")
            router.send(b"name", b"to the newest")
            assert new.recv(timeout=deadline).content == b"to the newest"
            assert old.try_recv() is None


def test_rule_19_what_the_old_one_sent_is_received_first_and_under_its_name(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, handover=True) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=None) as old,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"other") as other,
    ):
        old.send_many([b"old %d" % number for number in range(10)])
        eventually(lambda: router.stats().unread == 10)

        with zmq4.Dealer(connect=router.endpoint, routing_id=b"name") as new:
            new.send_many([b"new %d" % number for number in range(10)])
            other.send(b"meanwhile")
            eventually(lambda: router.stats().unread == 21)

            received = contents(router, 21, deadline)

        assert [each for each in received if each[0] == b"name"] == [
            *((b"name", b"old %d" % number) for number in range(10)),
            *((b"name", b"new %d" % number) for number in range(10)),
        ]
        assert (b"other", b"meanwhile") in received[:3], "nobody else waits for them"


def test_rule_19_handover_may_be_switched_on_when_it_is_needed(
    wired_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=wired_endpoint) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=None) as old,
    ):
        old.endpoint.ready(deadline)
        eventually(router.peers)
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"name", reconnect=SOON) as new:
            eventually(lambda: new.endpoint.failure)

            router.handover = True

            eventually(lambda: old.endpoint.state == "stopped")
            eventually(lambda: router.try_send(b"name", b"x"))
            assert new.recv(timeout=deadline).content == b"x"


def test_rule_22_a_chosen_name_is_usable_before_there_is_a_connection(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Dealer(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Router(reconnect=SOON) as router:
        router.connect(place, routing_id=b"chosen")
        assert router.peer_state(b"chosen") == "ready"
        router.send(b"chosen", b"at once")

        with zmq4.Dealer(bind=place) as dealer:
            assert dealer.recv(timeout=deadline).content == b"at once"
            dealer.send(b"answer")
            assert contents(router, 1, deadline) == [(b"chosen", b"answer")]


def test_rule_22_the_name_that_a_peer_gives_itself_does_not_count_then(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Dealer(bind=endpoint, routing_id=b"own") as dealer, zmq4.Router() as router:
        router.connect(dealer.endpoint, routing_id=b"chosen").ready(deadline)

        dealer.send(b"x")

        assert contents(router, 1, deadline) == [(b"chosen", b"x")]
        with pytest.raises(zmq4.Unroutable):
            router.send(b"own", b"x")


def test_rule_22_a_chosen_name_is_for_one_connection(
    new_endpoint: Callable[[], str], deadline: float
) -> None:
    with (
        zmq4.Dealer(bind=new_endpoint()) as one,
        zmq4.Dealer(bind=new_endpoint(), routing_id=b"own") as other,
        zmq4.Router() as router,
    ):
        router.connect(one.endpoint, routing_id=b"chosen").ready(deadline)
        router.connect(other.endpoint).ready(deadline)

        router.send(b"own", b"to other")
        router.send(b"chosen", b"to one")

        assert other.recv(timeout=deadline).content == b"to other"
        assert one.recv(timeout=deadline).content == b"to one"


def test_rule_22_a_name_that_is_taken_is_refused_at_once(
    new_endpoint: Callable[[], str], deadline: float
) -> None:
    with (
        zmq4.Dealer(bind=new_endpoint()) as one,
        zmq4.Dealer(bind=new_endpoint()) as other,
        zmq4.Router() as router,
    ):
        router.connect(one.endpoint, routing_id=b"chosen").ready(deadline)

        with pytest.raises(zmq4.AddressInUse):
            router.connect(other.endpoint, routing_id=b"chosen")

        assert len(router.endpoints) == 1
        router.send(b"chosen", b"x")
        assert one.recv(timeout=deadline).content == b"x"


def test_rule_22_a_chosen_name_is_free_when_its_endpoint_is_closed(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Dealer(bind=endpoint) as dealer, zmq4.Router() as router:
        for number in range(3):
            line = router.connect(dealer.endpoint, routing_id=b"chosen")
            router.send(b"chosen", b"%d" % number)
            assert dealer.recv(timeout=deadline).content == b"%d" % number
            line.close()
            with pytest.raises(zmq4.Unroutable):
                router.send(b"chosen", b"x")


@pytest.mark.parametrize("immediate", [False, True])
def test_rule_22_a_chosen_name_is_free_when_an_endpoint_is_closed_that_never_connected(
    new_endpoint: Callable[[], str],
    immediate: bool,
) -> None:
    with zmq4.Dealer(bind=new_endpoint()) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Router(immediate=immediate, linger=0) as router:
        for _ in range(3):
            router.connect(place, routing_id=b"chosen").close()


@pytest.mark.parametrize("name", [b"", b"x" * 256])
def test_rule_22_what_is_no_name_is_refused(endpoint: str, name: bytes) -> None:
    with zmq4.Router() as router:
        with pytest.raises(zmq4.OptionError):
            router.connect(endpoint.replace(":0", ":1"), routing_id=name)
        assert router.endpoints == []
