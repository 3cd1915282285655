"""Which peer a ROUTER sends to, and what it says if it cannot."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually
from fixtures.clock import TIME_UNIT

Full = Callable[[zmq4.Router, bytes], None]


def met(router: zmq4.Router, *names: bytes) -> None:
    """Wait until a router knows peers by these names."""
    eventually(lambda: {*names} <= {peer.routing_id for peer in router.peers()})


def fill(router: zmq4.Router, name: bytes) -> None:
    """Send to a peer that does not read until there is no room, nor will be."""
    try:
        while True:
            router.send(name, b"x" * 100_000, timeout=TIME_UNIT)
    except zmq4.Timeout:
        return


NARROW: zmq4.SocketOptions = {
    "send_hwm": 2,
    "recv_hwm": 2,
    "kernel_send_buffer": 65536,
    "kernel_recv_buffer": 65536,
    "linger": 0,
}


def test_rule_15_router_drops_unroutable_silently_where_told_to(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, on_unroutable="drop") as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"peer") as dealer,
    ):
        met(router, b"peer")

        router.send(b"nobody", b"lost")
        assert router.try_send(b"", b"lost")
        assert router.send_many([(b"nobody", b"lost"), (b"peer", b"found")]) == 2

        assert dealer.recv(timeout=deadline).content == b"found"
        assert router.stats().dropped == 3


def test_rule_15_a_full_peer_is_dropped_for_too_where_told_to(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, on_unroutable="drop", **NARROW) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"slow", **NARROW) as dealer,
    ):
        met(router, b"slow")

        while not router.stats().dropped:
            router.send(b"slow", b"x" * 10_000, timeout=0)

        assert dealer.recv(timeout=deadline).content == b"x" * 10_000


def test_rule_15_the_option_may_change_at_any_time(endpoint: str) -> None:
    with zmq4.Router(bind=endpoint, on_unroutable="drop") as router:
        router.send(b"nobody", b"lost")
        router.on_unroutable = "error"

        with pytest.raises(zmq4.Unroutable):
            router.send(b"nobody", b"told")


def test_rule_16_an_unknown_peer_is_told_at_once(endpoint: str) -> None:
    with zmq4.Router(bind=endpoint) as router:
        for send in (router.send, router.try_send):
            with pytest.raises(zmq4.Unroutable) as raised:
                send(b"nobody", b"x")
            assert raised.value.code == "EHOSTUNREACH"
            assert isinstance(raised.value, ConnectionError)
        with pytest.raises(zmq4.Unroutable) as raised:
            router.send_many([(b"nobody", b"x")])
        assert raised.value.accepted == 0
        assert router.stats().dropped == 0


def test_rule_16_a_full_peer_makes_its_sender_wait_and_no_other(
    endpoint: str, deadline: float, time_unit: float
) -> None:
    with (
        zmq4.Router(bind=endpoint, **NARROW) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"slow", **NARROW) as slow,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"fast") as fast,
    ):
        met(router, b"slow", b"fast")
        fill(router, b"slow")

        with pytest.raises(zmq4.Timeout):
            router.send(b"slow", b"x", timeout=time_unit)
        for number in range(100):
            router.send(b"fast", b"%d" % number, timeout=deadline)

        received = [fast.recv(timeout=deadline).content for _ in range(100)]
        assert received == [b"%d" % number for number in range(100)]
        assert slow.recv(timeout=deadline).content == b"x" * 100_000


def test_rule_16_a_sender_goes_on_when_its_peer_has_room(
    endpoint: str, deadline: float, crew: Crew
) -> None:
    with (
        zmq4.Router(bind=endpoint, **NARROW) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"slow", **NARROW) as slow,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"slower", **NARROW) as slower,
    ):
        met(router, b"slow", b"slower")
        fill(router, b"slower")
        fill(router, b"slow")
        behind = crew.start(lambda: router.send(b"slower", b"last of slower")).asleep()
        waiting = crew.start(lambda: router.send(b"slow", b"last of slow")).asleep()

        while slow.recv(timeout=deadline).content != b"last of slow":
            pass

        waiting.result()
        assert not behind.is_done, "room for one is no room for the other"
        while slower.recv(timeout=deadline).content != b"last of slower":
            pass
        behind.result()


def test_rule_16_a_sender_whose_peer_vanishes_is_told(endpoint: str, crew: Crew) -> None:
    with zmq4.Router(bind=endpoint, **NARROW) as router, ExitStack() as stack:
        for name in (b"stays", b"goes"):
            peer = zmq4.Dealer(connect=router.endpoint, routing_id=name, **NARROW)
            stack.enter_context(peer)
            met(router, name)
            fill(router, name)
        stays = crew.start(lambda: router.send(b"stays", b"x")).asleep()
        goes = crew.start(lambda: router.send(b"goes", b"x")).asleep()

        peer.close()

        assert isinstance(goes.error(), zmq4.Unroutable)
        assert not stays.is_done
        router.close()
        assert isinstance(stays.error(), zmq4.Closed)


def test_rule_17_the_state_of_a_peer_is_told(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint, **NARROW) as router:
        with pytest.raises(zmq4.Unroutable):
            router.peer_state(b"peer")
        with (
            zmq4.Dealer(connect=router.endpoint, routing_id=b"peer", **NARROW) as dealer,
            zmq4.Dealer(connect=router.endpoint, routing_id=b"other") as other,
        ):
            met(router, b"peer", b"other")
            assert router.peer_state(b"peer") == "ready"

            fill(router, b"peer")
            assert router.peer_state(b"peer") == "full"
            assert router.peer_state(b"other") == "ready"

            while router.peer_state(b"peer") == "full":
                dealer.recv(timeout=deadline)
            assert router.try_send(b"peer", b"room")
            other.close()
            eventually(lambda: len(router.peers()) == 1)
            with pytest.raises(zmq4.Unroutable):
                router.peer_state(b"other")


@pytest.mark.parametrize("name", [b"", b"x" * 255, b"x" * 256, b"\0abcd"])
def test_rule_17_a_name_that_nobody_has_is_unroutable_whatever_it_is(
    endpoint: str, name: bytes
) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Dealer(connect=router.endpoint, routing_id=b"peer"),
    ):
        met(router, b"peer")
        with pytest.raises(zmq4.Unroutable):
            router.peer_state(name)
        with pytest.raises(zmq4.Unroutable):
            router.send(name, b"x")
