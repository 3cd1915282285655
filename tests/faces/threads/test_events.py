"""`events()`: what happens to a socket, in threads."""

import itertools
import socket as plain
import time
from collections.abc import Callable

import pytest

import zmq4
from faces.crew import Crew
from faces.hearing import word
from fixtures.leaks import possessions, wait_for_return

FAST = zmq4.Backoff(0.01, max=0.02)


def next_words(events: zmq4.Events, count: int) -> list[str]:
    """Take ``count`` events and return each in few words."""
    return [word(event) for event in itertools.islice(events, count)]


def test_both_sides_tell_of_a_connection(endpoint: str, deadline: float) -> None:
    with zmq4.Pull() as pull, zmq4.Push(reconnect=FAST) as push:
        theirs, ours = pull.events(timeout=deadline), push.events(timeout=deadline)

        pull.bind(endpoint)
        line = push.connect(pull.endpoint)
        line.ready(deadline)
        assert next_words(theirs, 3) == ["Listening", "Accepted", "Connected"]
        assert next_words(ours, 2) == ["Connecting 1", "Connected"]

        line.close()
        assert next_words(theirs, 1) == ["Disconnected ended"]
        assert next_words(ours, 2) == ["EndpointClosed", "Disconnected closed"]


def test_event_has_endpoint_time_and_peer(endpoint: str, deadline: float) -> None:
    before = time.monotonic()
    with zmq4.Pull() as pull:
        events = pull.events(timeout=deadline)
        place = pull.bind(endpoint)
        with zmq4.Push(connect=place):
            _, accepted, connected = itertools.islice(events, 3)
    after = time.monotonic()

    assert {accepted.endpoint, connected.endpoint} == {str(place)}
    assert before <= accepted.time <= connected.time <= after
    assert isinstance(accepted, zmq4.Accepted)
    assert isinstance(connected, zmq4.Connected)
    assert connected.peer.socket_type == "PUSH"
    assert connected.peer.address == accepted.address


def test_listening_begins_with_the_call(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        pull.endpoint.ready(deadline)
        push.endpoint.ready(deadline)

        events = pull.events(timeout=deadline)
        push.close()

        assert next_words(events, 1) == ["Disconnected ended"], "nothing from before the call"


def test_server_that_dies_and_comes_back(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Push(reconnect=FAST) as push:
        events = push.events(timeout=deadline)
        with zmq4.Pull(bind=tcp_endpoint) as pull:
            address = str(push.connect(pull.endpoint))
            assert next_words(events, 2) == ["Connecting 1", "Connected"]

        lost, *attempts = itertools.islice(events, 5)
        assert isinstance(lost, zmq4.Disconnected)
        assert lost.retry_in is not None
        assert [word(event) for event in attempts] == [
            *("Connecting 1", "ConnectFailed refused"),
            *("Connecting 2", "ConnectFailed refused"),
        ]

        with zmq4.Pull(bind=address):
            back = next(event for event in events if isinstance(event, zmq4.Connected))
            assert back.endpoint == address


def test_refused_attempt_tells_when_the_next_is_made(refusing_endpoint: str) -> None:
    with zmq4.Push(reconnect=zmq4.Backoff(0.01, max=0.04, jitter=0)) as push:
        events = push.events(timeout=10)
        push.connect(refusing_endpoint)

        failed = (event for event in events if isinstance(event, zmq4.ConnectFailed))
        told = [(event.attempt, event.retry_in) for event in itertools.islice(failed, 4)]

    assert told == [(1, 0.01), (2, 0.02), (3, 0.04), (4, 0.04)]


def test_last_attempt_says_so(refusing_endpoint: str) -> None:
    with zmq4.Push(reconnect=None) as push:
        events = push.events(timeout=10)
        push.connect(refusing_endpoint)

        _, failed = itertools.islice(events, 2)

    assert isinstance(failed, zmq4.ConnectFailed)
    assert failed.retry_in is None
    assert "refused" in failed.reason


def test_silent_peer_fails_its_handshake_at_the_deadline(tcp_endpoint: str) -> None:
    with zmq4.Pull(handshake_timeout=0.02) as pull:
        events = pull.events(timeout=10)
        place = pull.bind(tcp_endpoint)
        with plain.create_connection(("127.0.0.1", place.port or 0)) as mute:
            _, accepted, failed = itertools.islice(events, 3)
            host, port = mute.getsockname()

    assert isinstance(accepted, zmq4.Accepted)
    assert isinstance(failed, zmq4.HandshakeFailed)
    assert failed.address == accepted.address == f"tcp://{host}:{port}"
    assert (failed.cause, failed.retry_in) == ("timeout", None)


def test_silent_server_fails_the_handshake_too(mute_endpoint: str) -> None:
    with zmq4.Push(handshake_timeout=0.02, reconnect=FAST, linger=0) as push:
        events = push.events(timeout=10)
        push.connect(mute_endpoint)

        _, failed = itertools.islice(events, 2)

    assert isinstance(failed, zmq4.HandshakeFailed)
    assert (failed.address, failed.cause) == (mute_endpoint, "timeout")
    assert failed.retry_in is not None


def test_types_that_do_not_fit_are_told_on_both_sides(endpoint: str, deadline: float) -> None:
    with zmq4.Pull() as pull, zmq4.Pair() as pair:
        theirs, ours = pull.events(timeout=deadline), pair.events(timeout=deadline)
        pair.connect(pull.bind(endpoint))

        assert next_words(theirs, 3)[1:] == ["Accepted", "HandshakeFailed incompatible"]
        _, failed = itertools.islice(ours, 2)
        assert isinstance(failed, zmq4.HandshakeFailed)
        assert failed.cause == "incompatible"
        assert "PULL" in failed.reason


def test_second_peer_with_a_taken_routing_id_is_told(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint) as router:
        with zmq4.Dealer(connect=router.endpoint, routing_id=b"same") as first:
            first.endpoint.ready(deadline)
            router.endpoint.ready(deadline)
            events = router.events(timeout=deadline)
            with zmq4.Dealer(connect=router.endpoint, routing_id=b"same", reconnect=None):
                assert next_words(events, 2) == ["Accepted", "HandshakeFailed name_taken"]


def test_surplus_pair_is_told(endpoint: str, deadline: float) -> None:
    with zmq4.Pair(bind=endpoint) as pair, zmq4.Pair(connect=pair.endpoint) as first:
        first.endpoint.ready(deadline)
        pair.endpoint.ready(deadline)
        events = pair.events(timeout=deadline)
        with zmq4.Pair(connect=pair.endpoint, reconnect=None):
            assert next_words(events, 2) == ["Accepted", "HandshakeFailed surplus"]


def test_many_messages_that_a_slow_subscriber_misses_are_one_event(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pub(bind=endpoint, send_hwm=1) as pub,
        zmq4.Sub(connect=pub.endpoint, recv_hwm=1, topics="") as sub,
    ):
        pub.wait_for_subscribers(1, timeout=deadline)
        events = pub.events(timeout=deadline)
        body = b"x" * 100_000  # so that the system's buffers are soon full
        for _ in range(1000):
            pub.send(body)

        dropped = events.next()
        stats = pub.stats()
        assert sub.stats().received == 0

    assert isinstance(dropped, zmq4.Dropped)
    assert dropped.cause == "full"
    assert dropped.count == stats.dropped_full == stats.dropped > 500
    assert dropped.peer is not None
    assert dropped.peer.socket_type == "SUB"


def test_messages_for_nobody_are_told_with_the_routing_id(deadline: float) -> None:
    with zmq4.Router(on_unroutable="drop") as router:
        events = router.events(timeout=deadline)
        for _ in range(3):
            router.send(b"nobody", b"x")

        dropped = events.next()

        assert isinstance(dropped, zmq4.Dropped)
        assert (dropped.count, dropped.cause, dropped.routing_id) == (3, "unroutable", b"nobody")
        assert router.stats().dropped_unroutable == 3


def test_unread_events_make_way_and_are_counted(inproc_endpoint: str) -> None:
    with zmq4.Pull() as pull:
        events = pull.events(timeout=0, capacity=3)
        for _ in range(10):
            pull.bind(inproc_endpoint).close()

        told = [events.try_next() for _ in range(3)]

        assert [word(event) for event in told if event] == [
            "EndpointClosed",
            "Listening",
            "EndpointClosed",
        ]
        assert [event.missed for event in told if event] == [17, 0, 0]
        assert events.try_next() is None


def test_flood_of_strangers_holds_nobody_up(tcp_endpoint: str, deadline: float) -> None:
    strangers = 300
    with zmq4.Pull() as pull:
        slow, quick = pull.events(timeout=deadline, capacity=5), pull.events(timeout=deadline)
        place = pull.bind(tcp_endpoint)
        for _ in range(strangers):
            plain.create_connection(("127.0.0.1", place.port or 0)).close()

        heard = next_words(quick, 1 + 2 * strangers)
        with zmq4.Push(connect=place) as push:
            push.send(b"still")
            assert pull.recv(timeout=deadline).content == b"still"
        pull.close()
        left = list(slow)

    assert heard.count("Accepted") == heard.count("HandshakeFailed ended") == strangers
    assert len(left) == 5
    assert left[0].missed + len(left) > 2 * strangers


def test_every_listener_hears_everything(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull() as pull:
        listeners = [pull.events(timeout=10) for _ in range(20)]
        heard = [crew.start(lambda each=each: next_words(each, 20)).asleep() for each in listeners]

        for _ in range(10):
            pull.bind(inproc_endpoint).close()

        expected = ["Listening", "EndpointClosed"] * 10
        assert all(each.result() == expected for each in heard)


def test_threads_share_one_listener(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull() as pull:
        events = pull.events()
        takers = [crew.start(lambda: len(list(events))).asleep() for _ in range(4)]
        for _ in range(50):
            pull.bind(inproc_endpoint).close()

        pull.close()  # what has happened before may still be taken

    assert sum(each.result() for each in takers) == 100


def test_iteration_ends_with_the_socket(inproc_endpoint: str, crew: Crew) -> None:
    pull = zmq4.Pull(bind=inproc_endpoint)
    events = pull.events()
    listening = crew.start(lambda: [word(event) for event in events]).asleep()

    pull.close()

    assert listening.result() == ["EndpointClosed"]
    assert list(events) == []
    with pytest.raises(zmq4.Closed):
        events.try_next()
    with pytest.raises(zmq4.Closed):
        events.next()
    with pytest.raises(zmq4.Closed):
        pull.events()


def test_closing_the_listener_ends_the_wait(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull() as pull:
        with pull.events() as events:
            waiting = crew.start(events.next).asleep()
            events.close()
            events.close()
            assert isinstance(waiting.error(), zmq4.Closed)

        pull.bind(inproc_endpoint)
        assert list(events) == [], "nobody listens any more"


def test_socket_that_is_forgotten_ends_its_listeners() -> None:
    pull = zmq4.Pull()
    events = pull.events()

    with pytest.warns(ResourceWarning, match="unclosed socket"):
        del pull

    assert list(events) == []


def test_terminated_context_ends_the_wait(crew: Crew, deadline: float) -> None:
    context = zmq4.Context()
    pull = zmq4.Pull(context=context)
    events = pull.events()
    waiting = crew.start(events.next).asleep()
    terminating = crew.start(lambda: context.term(deadline))

    assert isinstance(waiting.error(), zmq4.ContextTerminated)
    with pytest.raises(zmq4.ContextTerminated):
        next(events)

    pull.close()
    terminating.result()
    assert list(events) == []


def test_time_limit_is_for_each_event(inproc_endpoint: str) -> None:
    with zmq4.Pull() as pull:
        events = pull.events(timeout=0.01)
        with pytest.raises(zmq4.Timeout):
            next(events)

        pull.bind(inproc_endpoint)

        assert isinstance(next(events), zmq4.Listening), "the iteration goes on"
        with pytest.raises(zmq4.Timeout):
            events.next(timeout=0)


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_time_limit_is_checked(timeout: float) -> None:
    with zmq4.Pull() as pull, pull.events() as events:
        with pytest.raises(ValueError, match="timeout"):
            events.next(timeout)


@pytest.mark.parametrize("capacity", [-1, 1.5, "many"])
def test_capacity_is_a_number(capacity: int) -> None:
    with zmq4.Pull() as pull, pytest.raises((TypeError, OverflowError)):
        pull.events(capacity=capacity)


def test_listening_leaves_nothing_behind(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        before = possessions()

        for _ in range(5):
            error = crew.start(lambda: pull.events().next(timeout=0.001)).error()
            assert isinstance(error, zmq4.Timeout)
        crew.dismiss()

        assert not wait_for_return(before)


SOCKETS: list[Callable[[], zmq4.Pull]] = [
    getattr(zmq4, name)
    for name in (
        *("Push", "Pull", "Pair", "Dealer", "Router", "Req", "Rep"),
        *("Pub", "Sub", "XPub", "XSub"),
    )
]


@pytest.mark.parametrize("make", SOCKETS)
def test_every_type_tells_of_its_endpoints(
    make: Callable[[], zmq4.Pull], tcp_endpoint: str, deadline: float
) -> None:
    with make() as socket:
        events = socket.events(timeout=deadline)
        socket.bind(tcp_endpoint).close()

        assert next_words(events, 2) == ["Listening", "EndpointClosed"]
