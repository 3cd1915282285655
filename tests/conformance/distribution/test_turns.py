"""Who gets a message, and whose message comes: in turn."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

Sender = zmq4.Push | zmq4.Dealer
Receiver = zmq4.Pull | zmq4.Dealer

PAIRS = [
    pytest.param(zmq4.Push, zmq4.Pull, id="push"),
    pytest.param(zmq4.Dealer, zmq4.Dealer, id="dealer"),
]


def taken(receiver: Receiver, deadline: float, count: int) -> list[bytes]:
    """Receive ``count`` messages, and see that there are no more."""
    messages = [receiver.recv(timeout=deadline).content for _ in range(count)]
    assert receiver.try_recv() is None
    return messages


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_01_messages_go_to_the_peers_strictly_in_turn_where_peers_connect(
    endpoint: str, deadline: float, sender: type[Sender], receiver: type[Receiver]
) -> None:
    with sender(bind=endpoint) as sending, ExitStack() as stack:
        peers: list[Receiver] = []
        for _ in range(3):
            peers.append(stack.enter_context(receiver(connect=sending.endpoint)))
            eventually(lambda: len(sending.peers()) == len(peers))

        for number in range(9):
            sending.send(b"%d" % number)

        shares = [taken(peer, deadline, 3) for peer in peers]
        assert shares == [[b"0", b"3", b"6"], [b"1", b"4", b"7"], [b"2", b"5", b"8"]]


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_01_messages_go_to_the_peers_strictly_in_turn_where_peers_bind(
    new_endpoint: Callable[[], str],
    deadline: float,
    sender: type[Sender],
    receiver: type[Receiver],
) -> None:
    with sender() as sending, ExitStack() as stack:
        peers = [stack.enter_context(receiver(bind=new_endpoint())) for _ in range(3)]
        for peer in peers:
            sending.connect(peer.endpoint)

        for number in range(9):
            sending.send(b"%d" % number)

        shares = [taken(peer, deadline, 3) for peer in peers]
        assert shares == [[b"0", b"3", b"6"], [b"1", b"4", b"7"], [b"2", b"5", b"8"]]


def test_rule_01_requests_go_to_the_peers_strictly_in_turn(
    new_endpoint: Callable[[], str], deadline: float
) -> None:
    with zmq4.Req() as req, ExitStack() as stack:
        reps = [stack.enter_context(zmq4.Rep(bind=new_endpoint())) for _ in range(3)]
        for rep in reps:
            req.connect(rep.endpoint)

        for number in range(9):
            req.send(b"%d" % number)
            request = reps[number % 3].recv(timeout=deadline)
            request.reply(request.content)
            assert req.recv(timeout=deadline).content == b"%d" % number


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_02_full_peer_is_skipped_and_the_others_go_on(
    new_endpoint: Callable[[], str],
    deadline: float,
    sender: type[Sender],
    receiver: type[Receiver],
) -> None:
    with receiver(bind=new_endpoint()) as absent:
        place = str(absent.endpoint)
    with (
        receiver(bind=new_endpoint()) as present,
        sender(connect=[place, present.endpoint], send_hwm=2, reconnect=SOON) as sending,
    ):
        sending.endpoints[1].ready(deadline)

        for number in range(10):
            sending.send(b"%d" % number, timeout=deadline)

        assert taken(present, deadline, 8) == [b"1", b"3", *(b"%d" % n for n in range(4, 10))]
        with receiver(bind=place) as absent:
            assert taken(absent, deadline, 2) == [b"0", b"2"]
            sending.send(b"back", timeout=deadline)
            sending.send(b"in turn", timeout=deadline)
            assert {taken(absent, deadline, 1)[0], taken(present, deadline, 1)[0]} == {
                b"back",
                b"in turn",
            }


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_rule_03_messages_are_received_from_the_peers_in_turn(
    endpoint: str, deadline: float, sender: type[Sender], receiver: type[Receiver]
) -> None:
    with receiver(bind=endpoint) as receiving, ExitStack() as stack:
        for name in (b"a", b"b", b"c"):
            peer = stack.enter_context(sender(connect=receiving.endpoint))
            # A large message takes one turn, as a small one does.
            peer.send_many([name * (100_000 if name == b"a" else 1)] * 3)
        eventually(lambda: receiving.stats().unread == 9)

        senders = [receiving.recv(timeout=deadline).content[:1] for _ in range(9)]

        for turn in (senders[:3], senders[3:6], senders[6:]):
            assert sorted(turn) == [b"a", b"b", b"c"]


def test_rule_03_a_router_receives_from_its_peers_in_turn(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint) as router, ExitStack() as stack:
        for name in (b"a", b"b", b"c"):
            peer = stack.enter_context(zmq4.Dealer(connect=router.endpoint, routing_id=name))
            peer.send_many([b"x"] * 3)
        eventually(lambda: router.stats().unread == 9)

        senders = [router.recv(timeout=deadline).sender for _ in range(9)]

        for turn in (senders[:3], senders[3:6], senders[6:]):
            assert Counter(turn) == {b"a": 1, b"b": 1, b"c": 1}


def test_rule_03_a_rep_receives_from_its_peers_in_turn(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, ExitStack() as stack:
        for name in (b"a", b"b", b"c"):
            peer = stack.enter_context(zmq4.Dealer(connect=rep.endpoint))
            peer.send_many([(b"", name)] * 3)
        eventually(lambda: rep.stats().unread == 9)

        askers = []
        for _ in range(9):
            request = rep.recv(timeout=deadline)
            askers.append(request.content)
            request.reply(b"yes")

        for turn in (askers[:3], askers[3:6], askers[6:]):
            assert sorted(turn) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("sender", [zmq4.Push, zmq4.Dealer, zmq4.Req, zmq4.Pair])
def test_rule_04_without_a_peer_a_send_waits(
    endpoint: str, time_unit: float, sender: type[Sender | zmq4.Req | zmq4.Pair]
) -> None:
    with sender(bind=endpoint) as sending:
        assert not sending.try_send(b"x")
        with pytest.raises(zmq4.Timeout, match="no peer is connected"):
            sending.send(b"x", timeout=time_unit)
        assert sending.stats().queued == 0


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [
        (zmq4.Push, zmq4.Pull),
        (zmq4.Dealer, zmq4.Router),
        (zmq4.Req, zmq4.Rep),
        (zmq4.Pair, zmq4.Pair),
    ],
)
def test_rule_04_a_sender_that_waits_for_a_peer_goes_on_when_one_comes(
    endpoint: str,
    deadline: float,
    crew: Crew,
    sender: type[Sender | zmq4.Req | zmq4.Pair],
    receiver: type[Receiver | zmq4.Router | zmq4.Rep | zmq4.Pair],
) -> None:
    with sender(bind=endpoint) as sending:
        waiting = crew.start(lambda: sending.send(b"at last")).asleep()

        with receiver(connect=sending.endpoint) as receiving:
            waiting.result()
            assert receiving.recv(timeout=deadline).content == b"at last"


SOON = zmq4.Backoff(0.01, max=0.01)
