"""What becomes of messages that were not sent when their socket closes, and who waits for them."""

from collections.abc import Iterator

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)


@pytest.fixture
def context() -> Iterator[zmq4.Context]:
    """Give a context whose end is the test's own."""
    made = zmq4.Context()
    yield made
    made.close(linger=0)


@pytest.fixture
def absent(endpoint: str) -> str:
    """Name an address that nobody has bound."""
    with zmq4.Pull(bind=endpoint) as reserved:
        return str(reserved.endpoint)


@pytest.mark.parametrize("linger", [None, 60.0])
def test_rule_55_what_may_linger_is_delivered_after_the_close(
    absent: str, deadline: float, linger: float | None
) -> None:
    push = zmq4.Push(connect=absent, linger=linger, reconnect=SOON)
    push.send_many([b"%d" % number for number in range(100)])
    push.close()

    with zmq4.Pull(bind=absent) as pull:
        received = [pull.recv(timeout=deadline).content for _ in range(100)]
        assert received == [b"%d" % number for number in range(100)]


def test_rule_55_what_may_not_linger_is_dropped_at_the_close(absent: str, deadline: float) -> None:
    push = zmq4.Push(connect=absent, linger=0, reconnect=SOON)
    push.send(b"dropped")
    push.close()

    with zmq4.Pull(bind=absent) as pull, zmq4.Push(connect=absent) as other:
        other.send(b"kept")
        assert pull.recv(timeout=deadline).content == b"kept"
        assert pull.try_recv() is None


def test_rule_55_linger_counts_if_set_just_before_the_close(absent: str, deadline: float) -> None:
    with zmq4.Push(connect=absent, linger=None, reconnect=SOON) as push:
        push.send(b"dropped")
        push.linger = 0
    push = zmq4.Push(connect=absent, linger=None, reconnect=SOON)
    push.send(b"dropped too")
    push.close(linger=0)

    with zmq4.Pull(bind=absent) as pull, zmq4.Push(connect=absent) as other:
        other.send(b"kept")
        assert pull.recv(timeout=deadline).content == b"kept"


def test_rule_55_the_end_of_a_context_waits_for_what_lingers(
    wired_endpoint: str, context: zmq4.Context, deadline: float, crew: Crew
) -> None:
    with zmq4.Pull(bind=wired_endpoint) as reserved:
        place = str(reserved.endpoint)
    push = zmq4.Push(connect=place, linger=None, reconnect=SOON, context=context)
    push.send(b"x")
    push.close()
    with pytest.raises(zmq4.Timeout, match="still send"):
        context.term(timeout=0)
    ending = crew.start(lambda: context.term(timeout=deadline))

    with zmq4.Pull(bind=place) as pull:
        assert pull.recv(timeout=deadline).content == b"x"
        ending.result()


def test_rule_55_the_end_of_a_context_waits_no_longer_than_the_linger_time(
    wired_endpoint: str, context: zmq4.Context, deadline: float, time_unit: float
) -> None:
    with zmq4.Pull(bind=wired_endpoint) as reserved:
        place = str(reserved.endpoint)
    push = zmq4.Push(connect=place, linger=time_unit, context=context)
    push.send(b"x")
    push.close()

    context.term(timeout=deadline)

    assert context.closed


def test_rule_55_the_end_of_a_context_names_the_sockets_that_are_open(
    endpoint: str, deadline: float, context: zmq4.Context
) -> None:
    with zmq4.Pull(bind=endpoint, context=context) as pull:
        with pytest.raises(zmq4.Timeout) as raised:
            context.term(timeout=0)
        assert f"PULL ({pull.endpoint.address}; 0 messages unsent)" in str(raised.value)
    context.term(timeout=deadline)


def test_rule_55_a_context_without_sockets_ends_at_once(context: zmq4.Context) -> None:
    context.term(timeout=0)
    context.term(timeout=0)

    assert context.closed


def test_rule_55_close_does_not_wait(absent: str) -> None:
    push = zmq4.Push(connect=absent, linger=60)
    push.send(b"x")
    push.close()
    push.close()

    assert push.closed
    with zmq4.Pull(bind=absent) as pull:
        eventually(pull.try_recv)


def test_rule_55_what_was_sent_right_before_the_close_of_a_bound_socket_arrives(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Push(bind=endpoint, linger=60) as push, zmq4.Pull(connect=push.endpoint) as pull:
        push.send_many([b"%d" % number for number in range(1000)], timeout=deadline)
        push.close()

        for number in range(1000):
            assert pull.recv(timeout=deadline).content == b"%d" % number


def test_rule_55_a_close_with_unread_messages_does_not_destroy_what_was_sent(
    wired_endpoint: str, deadline: float
) -> None:
    with zmq4.Pair(bind=wired_endpoint) as pair:
        with zmq4.Pair(connect=pair.endpoint, linger=60) as closing:
            pair.send_many([b"never read"] * 100, timeout=deadline)
            eventually(lambda: closing.stats().unread)
            closing.send_many([b"%d" % number for number in range(100)])

        for number in range(100):
            assert pair.recv(timeout=deadline).content == b"%d" % number
