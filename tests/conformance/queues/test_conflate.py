"""CONFLATE: a queue of one message, the newest."""

import pytest

import zmq4
from faces.patience import eventually

SOON = zmq4.Backoff(0.01, max=0.01)

PAIRS = [
    pytest.param(zmq4.Push, zmq4.Pull, id="push"),
    pytest.param(zmq4.Dealer, zmq4.Dealer, id="dealer"),
    pytest.param(zmq4.Pair, zmq4.Pair, id="pair"),
]
Sender = type[zmq4.Push | zmq4.Dealer | zmq4.Pair]
Receiver = type[zmq4.Pull | zmq4.Dealer | zmq4.Pair]


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_42_a_receiver_keeps_the_last(
    endpoint: str, deadline: float, sender: Sender, receiver: Receiver
) -> None:
    with (
        receiver(bind=endpoint, conflate=True) as receiving,
        sender(connect=receiving.endpoint) as sending,
    ):
        sending.send_many([b"%d" % number for number in range(1000)])

        last = receiving.recv(timeout=deadline)
        while last.content != b"999":
            last = receiving.recv(timeout=deadline)
        assert receiving.try_recv() is None


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_42_a_sender_sends_the_last(
    endpoint: str, deadline: float, sender: Sender, receiver: Receiver
) -> None:
    with receiver(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with sender(connect=place, conflate=True, reconnect=SOON) as sending:
        sending.send_many([b"%d" % number for number in range(1000)])

        with receiver(bind=place) as receiving:
            assert receiving.recv(timeout=deadline).content == b"999"


def test_rule_42_a_publisher_and_a_subscriber_keep_the_last(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=endpoint) as pub,
        zmq4.Sub(connect=pub.endpoint, topics="", conflate=True) as sub,
    ):
        pub.wait_for_subscribers(1, timeout=deadline)
        for number in range(1000):
            pub.send(b"%d" % number)

        while sub.recv(timeout=deadline).content != b"999":
            pass
        assert sub.try_recv() is None


def test_rule_42_a_message_of_several_frames_stays_whole(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint, conflate=True) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        push.send_many([(b"head", b"%d" % number, b"tail") for number in range(100)])

        while (message := pull.recv(timeout=deadline))[1] != b"99":
            assert len(message) == 3
        assert [*message] == [b"head", b"99", b"tail"]


def test_rule_42_marks_do_not_count(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint, conflate=True, recv_hwm=1) as pull,
        zmq4.Push(connect=pull.endpoint, conflate=True, send_hwm=1) as push,
    ):
        for number in range(1000):
            push.send(b"%d" % number, timeout=0)

        while pull.recv(timeout=deadline).content != b"999":
            pass


def test_rule_42_each_peer_has_its_last(endpoint: str) -> None:
    with (
        zmq4.Pull(bind=endpoint, conflate=True) as pull,
        zmq4.Push(connect=pull.endpoint) as one,
        zmq4.Push(connect=pull.endpoint) as other,
    ):
        for number in range(100):
            one.send(b"a%d" % number)
            other.send(b"b%d" % number)

        received: set[bytes] = set()
        eventually(
            lambda: (
                received.update(message.content for message in iter(pull.try_recv, None))
                or {b"a99", b"b99"} <= received
            )
        )


@pytest.mark.parametrize("other", [zmq4.Req, zmq4.Rep, zmq4.Router, zmq4.XPub, zmq4.XSub])
def test_rule_42_other_types_refuse_it(
    other: type[zmq4.Req | zmq4.Rep | zmq4.Router | zmq4.XPub | zmq4.XSub],
) -> None:
    with pytest.raises(zmq4.OptionError, match="conflate"):
        other(conflate=True)
