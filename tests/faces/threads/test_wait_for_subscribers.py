"""`wait_for_subscribers`: until what is published reaches somebody."""

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

PUBLISHERS = [zmq4.Pub, zmq4.XPub]
Publisher = zmq4.Pub | zmq4.XPub


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_wait_ends_with_the_subscription(
    endpoint: str, crew: Crew, publisher: type[Publisher]
) -> None:
    with publisher(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint) as sub:
        waiting = crew.start(pub.wait_for_subscribers).asleep()

        sub.subscribe("a")

        waiting.result()


def test_wait_is_over_at_once_where_somebody_has_subscribed(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint, topics="a"):
        pub.wait_for_subscribers(timeout=deadline)

        pub.wait_for_subscribers(timeout=0)
        pub.wait_for_subscribers(0, timeout=0)


def test_wait_is_for_as_many_peers_as_were_asked_for(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["a", "b", "c"]),
    ):
        pub.wait_for_subscribers(1, "c", timeout=deadline)
        with pytest.raises(zmq4.Timeout):
            pub.wait_for_subscribers(2, timeout=0)
        waiting = crew.start(lambda: pub.wait_for_subscribers(2)).asleep()

        with zmq4.XSub(connect=pub.endpoint, topics="d"):
            waiting.result()


@pytest.mark.parametrize("topic", ["news.sport", b"news.sport"])
def test_wait_is_for_those_whom_a_message_of_the_topic_would_reach(
    endpoint: str, crew: Crew, topic: bytes | str
) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics=["news.sport.football", "weather"]) as sub,
    ):
        waiting = crew.start(lambda: pub.wait_for_subscribers(1, topic)).asleep()

        sub.subscribe("news")

        waiting.result()


def test_empty_topic_asks_for_those_who_want_everything(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint, topics="a") as sub:
        pub.wait_for_subscribers(timeout=deadline)
        waiting = crew.start(lambda: pub.wait_for_subscribers(1, "")).asleep()

        sub.subscribe("")

        waiting.result()


def test_who_left_does_not_count(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint) as pub:
        with zmq4.Sub(connect=pub.endpoint, topics="a"):
            pub.wait_for_subscribers(timeout=deadline)
        eventually(lambda: pub.topic_count == 0)

        with pytest.raises(zmq4.Timeout):
            pub.wait_for_subscribers(timeout=0)


def test_who_cancelled_does_not_count(endpoint: str, deadline: float) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint, topics="a") as sub:
        pub.wait_for_subscribers(timeout=deadline)
        sub.unsubscribe("a")
        eventually(lambda: pub.topic_count == 0)

        with pytest.raises(zmq4.Timeout):
            pub.wait_for_subscribers(timeout=0)


def test_subscription_counts_for_a_manual_xpub_once_it_is_allowed(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, manual=True) as xpub,
        zmq4.Sub(connect=xpub.endpoint, topics="a"),
    ):
        wish = xpub.recv(timeout=deadline)
        assert isinstance(wish, zmq4.Subscription)
        waiting = crew.start(xpub.wait_for_subscribers).asleep()

        wish.allow()

        waiting.result()


def test_everybody_who_waits_is_told(endpoint: str, crew: Crew) -> None:
    with zmq4.Pub(bind=endpoint) as pub:
        waiting = [
            crew.start(lambda topic=topic: pub.wait_for_subscribers(1, topic)).asleep()  # type: ignore[misc]
            for topic in ("a", "b", None)
        ]

        with zmq4.Sub(connect=pub.endpoint, topics=["a", "b"]):
            for each in waiting:
                each.result()


@pytest.mark.parametrize(
    ("count", "topic", "words"),
    [
        (1, None, "not even 1 subscribed in time"),
        (3, None, "fewer than 3 subscribed in time"),
        (2, "a", "fewer than 2 subscribed to b'a' in time"),
    ],
)
def test_wait_in_vain_says_for_what(
    tcp_endpoint: str, time_unit: float, count: int, topic: str | None, words: str
) -> None:
    with (
        zmq4.Pub(bind=tcp_endpoint) as pub,
        pytest.raises(zmq4.Timeout, match=f"^<zmq4.Pub tcp.*: {words}"),
    ):
        pub.wait_for_subscribers(count, topic, timeout=time_unit / 10)


def test_wait_ends_when_the_socket_is_closed(endpoint: str, crew: Crew) -> None:
    with zmq4.Pub(bind=endpoint) as pub:
        waiting = crew.start(pub.wait_for_subscribers).asleep()

        pub.close()

        assert isinstance(waiting.error(), zmq4.Closed)


def test_wait_ends_with_the_context(crew: Crew, tcp_endpoint: str) -> None:
    with zmq4.Context() as context, zmq4.Pub(bind=tcp_endpoint, context=context) as pub:
        waiting = crew.start(pub.wait_for_subscribers).asleep()
        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert isinstance(waiting.error(), zmq4.ContextTerminated)


def test_wait_at_a_closed_socket_fails_at_once() -> None:
    pub = zmq4.Pub()
    pub.close()

    with pytest.raises(zmq4.Closed):
        pub.wait_for_subscribers()


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_what_is_no_time_is_refused(timeout: float) -> None:
    with zmq4.Pub() as pub, pytest.raises(ValueError, match="seconds"):
        pub.wait_for_subscribers(timeout=timeout)


@pytest.mark.parametrize("topic", [5, ["a"]])
def test_what_is_no_topic_is_refused(topic: object) -> None:
    with zmq4.Pub() as pub, pytest.raises(TypeError, match="a topic is bytes or text"):
        pub.wait_for_subscribers(1, topic)  # type: ignore[arg-type]
