"""Messages vanish without a word: to subscribers that come late, to peers that are not there.

P#2036, P#1911, P#995, L#4746, L#4656, L#2826; L#4713 and vllm#6759 (one start in twenty hangs).
"""

import pytest

import zmq4
import zmq4.asyncio
from faces.patience import eventually

TIMES = 50


@pytest.mark.parametrize("topic", ["", "news"])
def test_publisher_that_waits_loses_no_first_message(
    endpoint: str, deadline: float, topic: str
) -> None:
    for turn in range(TIMES):
        place = f"{endpoint}-{turn}" if "tcp" not in endpoint else endpoint
        with zmq4.Pub(bind=place) as pub, zmq4.Sub(connect=pub.endpoint, topics=topic) as sub:
            pub.wait_for_subscribers(1, "news", deadline)

            pub.send("news", f"{turn}")

            assert [*sub.recv(timeout=deadline)] == [b"news", b"%d" % turn]


async def test_publisher_in_a_loop_waits_as_well(tcp_endpoint: str, deadline: float) -> None:
    for turn in range(TIMES):
        async with (
            zmq4.asyncio.XPub(bind=tcp_endpoint) as pub,
            zmq4.asyncio.Sub(connect=pub.endpoint, topics="news") as sub,
        ):
            await pub.wait_for_subscribers(1, "news", deadline)

            await pub.send("news", f"{turn}")

            assert (await sub.recv(timeout=deadline))[1] == b"%d" % turn


def test_subscriber_that_connects_first_misses_nothing_either(
    tcp_endpoint: str, deadline: float
) -> None:
    for turn in range(TIMES):
        with zmq4.Sub(bind=tcp_endpoint, topics="") as sub, zmq4.Pub(connect=sub.endpoint) as pub:
            pub.wait_for_subscribers(1, timeout=deadline)

            pub.send(f"{turn}")

            assert sub.recv(timeout=deadline).text == f"{turn}"


def test_wait_in_vain_says_how_many_are_missing(tcp_endpoint: str) -> None:
    with (
        zmq4.Pub(bind=tcp_endpoint) as pub,
        pytest.raises(zmq4.Timeout, match=r"fewer than 3 subscribed to b'news' in time"),
    ):
        pub.wait_for_subscribers(3, "news", timeout=0.01)


def test_message_to_an_unknown_peer_is_an_error_that_names_it(tcp_endpoint: str) -> None:
    with zmq4.Router(bind=tcp_endpoint) as router:
        for send in (router.send, router.try_send):
            with pytest.raises(zmq4.Unroutable, match="no peer has the routing id b'alice'"):
                send(b"alice", b"x")

        assert router.stats().dropped == 0


def test_message_to_a_peer_that_left_is_an_error_and_not_a_loss(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Router(bind=tcp_endpoint) as router:
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"alice") as dealer:
            dealer.send("hello")
            assert router.recv(timeout=deadline).sender == b"alice"
        eventually(lambda: not router.peers())

        with pytest.raises(zmq4.Unroutable):
            router.send(b"alice", b"x")


def test_drops_that_were_asked_for_are_counted(tcp_endpoint: str) -> None:
    with zmq4.Router(bind=tcp_endpoint, on_unroutable="drop") as router:
        for _ in range(5):
            router.send(b"alice", b"x")

        assert router.stats().dropped == 5


def test_what_a_subscriber_misses_is_counted(inproc_endpoint: str) -> None:
    with (
        zmq4.Pub(bind=inproc_endpoint, send_hwm=5) as pub,
        zmq4.Sub(connect=inproc_endpoint, topics="", recv_hwm=5) as sub,
    ):
        pub.send_many([b"%d" % number for number in range(100)])
        kept = [int(message.content) for message in iter(sub.try_recv, None)]

        assert len(kept) + pub.stats().dropped == 100
        assert kept == [*range(len(kept))]


def test_sender_without_a_peer_is_not_told_that_all_is_well() -> None:
    with zmq4.Push() as push:
        assert not push.try_send(b"x")
        with pytest.raises(zmq4.Timeout, match="no peer is connected"):
            push.send(b"x", timeout=0)
    with (
        zmq4.Push(on_full="error") as push,
        pytest.raises(zmq4.NoPeers, match=r"wait with endpoint\.ready\(\)"),
    ):
        push.send(b"x")


def test_connection_that_is_refused_is_told_by_who_waits_for_it(refusing_endpoint: str) -> None:
    with zmq4.Sub(connect=refusing_endpoint, topics="") as sub:
        eventually(lambda: sub.endpoint.failure)
        with pytest.raises(zmq4.Timeout, match="refused"):
            sub.endpoint.ready(0.01)
