"""The message that greets each new subscriber."""

import pytest

import zmq4
from conformance.subscriptions.told import told
from faces.crew import Crew
from faces.patience import eventually
from wire.scripted import Meet
from wire.topics import message, subscribe
from wire.vectors import GREETING, READY

PUBLISHERS = [zmq4.Pub, zmq4.XPub]
Publisher = zmq4.Pub | zmq4.XPub
WELCOME = b"welcome to all"


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_30_welcome_comes_first_and_once_to_each_connection(
    endpoint: str, deadline: float, publisher: type[Publisher]
) -> None:
    with publisher(bind=endpoint, welcome=WELCOME) as pub:
        for _ in range(2):
            with zmq4.XSub(connect=pub.endpoint, topics="a") as xsub:
                pub.wait_for_subscribers(1, "a", timeout=deadline)
                pub.send(b"a")

                assert xsub.recv_bytes(timeout=deadline) == WELCOME
                assert xsub.recv_bytes(timeout=deadline) == b"a"
            eventually(lambda: pub.topic_count == 0)


def test_rule_30_welcome_asks_for_no_subscription_but_a_sub_looks_again(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.XPub(bind=endpoint, welcome=WELCOME) as pub,
        zmq4.XSub(connect=pub.endpoint) as without_any,
        zmq4.Sub(connect=pub.endpoint, topics="welcome") as sub,
        zmq4.Sub(connect=pub.endpoint, topics="last") as other,
    ):
        pub.wait_for_subscribers(1, "last", timeout=deadline)
        pub.send(b"last")

        assert without_any.recv_bytes(timeout=deadline) == WELCOME
        assert sub.recv_bytes(timeout=deadline) == WELCOME
        assert other.recv_bytes(timeout=deadline) == b"last"


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_rule_30_welcome_stands_on_the_wire_before_any_subscription_is_read(
    visit: Meet, publisher: type[Publisher]
) -> None:
    with publisher(bind="tcp://127.0.0.1:0", welcome=WELCOME) as pub:
        peer = visit(pub)

        peer.send(GREETING, READY["SUB"])

        peer.expect(GREETING, READY[pub._socket_type], message(WELCOME))
        peer.send(subscribe(b"a"))


def test_rule_30_welcome_changes_for_who_comes_later_and_empty_is_none(
    endpoint: str, deadline: float
) -> None:
    with zmq4.XPub(bind=endpoint, welcome=WELCOME) as pub:
        pub.welcome = b"another"
        with zmq4.XSub(connect=pub.endpoint) as xsub:
            assert xsub.recv_bytes(timeout=deadline) == b"another"
        pub.welcome = b""
        with zmq4.XSub(connect=pub.endpoint, topics="") as xsub:
            assert told(pub) == [b"+"]
            pub.send(b"no welcome")
            assert xsub.recv_bytes(timeout=deadline) == b"no welcome"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_30_welcome_is_said_again_to_a_subscriber_that_returns(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    soon = zmq4.Backoff(0.01, max=0.05)
    with zmq4.XSub(topics="", reconnect=soon) as xsub:
        endpoint: str = request.getfixturevalue(f"{transport}_endpoint")
        for number in range(3):
            with zmq4.Pub(bind=endpoint, welcome=b"%d" % number) as pub:
                endpoint = str(pub.endpoint)
                if not xsub.endpoints:
                    xsub.connect(endpoint)
                assert xsub.recv_bytes(timeout=deadline) == b"%d" % number


def test_rule_30_receiver_that_waits_since_before_the_publisher_came_is_welcomed(
    endpoint: str, crew: Crew
) -> None:
    if endpoint.endswith(":0"):
        with zmq4.Pub(bind=endpoint) as holder:
            endpoint = str(holder.endpoint)
    soon = zmq4.Backoff(0.01, max=0.05)
    with zmq4.XSub(connect=endpoint, reconnect=soon) as xsub:
        waiting = crew.start(xsub.recv_bytes).asleep()

        with zmq4.XPub(bind=endpoint, welcome=WELCOME):
            assert waiting.result() == WELCOME


def test_rule_30_receiver_that_waits_at_a_bound_socket_is_welcomed(
    endpoint: str, crew: Crew
) -> None:
    with zmq4.XSub(bind=endpoint) as xsub:
        waiting = crew.start(xsub.recv_bytes).asleep()

        with zmq4.XPub(connect=xsub.endpoint, welcome=WELCOME):
            assert waiting.result() == WELCOME
