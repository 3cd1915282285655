"""REP answers whoever asked, in the envelope that the request came in, one after the other."""

from contextlib import ExitStack

import pytest

import zmq4
from faces.patience import eventually

ENVELOPES = [
    pytest.param([], id="direct"),
    pytest.param([b"a"], id="one_hop"),
    pytest.param([b"a", b"bb", b"c" * 255], id="three_hops"),
    pytest.param([b"x" * 100_000], id="large"),
]


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("body", [[b"x"], [b""], [b"a", b"", b"b"]])
def test_rule_13_the_envelope_of_a_request_is_put_before_its_reply(
    endpoint: str, deadline: float, envelope: list[bytes], body: list[bytes]
) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        dealer.send(*envelope, b"", *body)

        request = rep.recv(timeout=deadline)
        assert [*request] == body
        rep.send(b"reply", b"", b"end")

        assert [*dealer.recv(timeout=deadline)] == [*envelope, b"", b"reply", b"", b"end"]


def test_rule_13_what_is_no_request_is_dropped(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        for nonsense in ([b"no delimiter"], [b"no", b"delimiter"], [b""], [b"a", b""]):
            dealer.send(*nonsense)
        dealer.send(b"", b"question")

        rep.recv(timeout=deadline).reply(b"answer")

        assert [*dealer.recv(timeout=deadline)] == [b"", b"answer"]
        assert rep.stats().unread == 0


def test_rule_13_rep_alternates_strictly(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        for send in (rep.send, rep.try_send):
            with pytest.raises(zmq4.StateError):
                send(b"no request")
        dealer.send_many([(b"", b"1"), (b"", b"2")])
        for number in (b"1", b"2"):
            assert rep.recv(timeout=deadline).content == number
            for receive in (rep.recv, rep.recv_bytes, rep.recv_many, rep.try_recv):
                with pytest.raises(zmq4.StateError):
                    receive()
            rep.send(number)
            with pytest.raises(zmq4.StateError):
                rep.send(b"again")
        assert [[*dealer.recv(timeout=deadline)] for _ in range(2)] == [[b"", b"1"], [b"", b"2"]]


def test_rule_13_each_reply_goes_to_its_own_asker(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, ExitStack() as stack:
        reqs = [stack.enter_context(zmq4.Req(connect=rep.endpoint)) for _ in range(5)]
        for number, req in enumerate(reqs):
            req.send(b"%d" % number)

        for _ in reqs:
            request = rep.recv(timeout=deadline)
            request.reply(b"answer to " + request.content)

        answers = [req.recv(timeout=deadline).content for req in reqs]
        assert answers == [b"answer to %d" % number for number in range(5)]


def test_rule_14_a_reply_to_a_departed_peer_is_silently_lost(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Rep(bind=endpoint) as rep:
        for number in range(20):
            with zmq4.Req(connect=rep.endpoint, linger=0) as leaving:
                leaving.send(b"%d" % number)
                request = rep.recv(timeout=deadline)
            eventually(lambda: not rep.peers())
            request.reply(b"for nobody")
            assert rep.stats().dropped == number + 1

        with zmq4.Req(connect=rep.endpoint) as req:
            req.send(b"question")
            rep.recv(timeout=deadline).reply(b"answer")
            assert req.recv(timeout=deadline).content == b"answer"
        assert (rep.stats().queued, rep.stats().unread) == (0, 0)


def test_rule_14_a_request_of_a_departed_peer_is_still_received(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Rep(bind=endpoint) as rep:
        with zmq4.Req(connect=rep.endpoint) as leaving:
            leaving.send(b"question")
            eventually(lambda: rep.stats().unread == 1)
        eventually(lambda: not rep.peers())

        request = rep.recv(timeout=deadline)
        assert request.content == b"question"
        request.reply(b"for nobody")


def test_rule_14_a_reply_to_a_peer_that_does_not_read_is_dropped(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Rep(bind=endpoint, send_hwm=1, kernel_send_buffer=65536) as rep,
        zmq4.Dealer(connect=rep.endpoint, recv_hwm=1, kernel_recv_buffer=65536) as dealer,
    ):
        while not rep.stats().dropped:
            dealer.send(b"", b"question", timeout=deadline)
            rep.recv(timeout=deadline).reply(b"x" * 1_000_000)

        assert dealer.recv(timeout=deadline)[1] == b"x" * 1_000_000


def test_rule_14_a_connecting_rep_answers_nobody_by_the_next_connection(
    wired_endpoint: str, deadline: float
) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Rep(reconnect=backoff) as rep:
        with zmq4.Dealer(bind=wired_endpoint) as leaving:
            place = str(leaving.endpoint)
            rep.connect(place)
            leaving.send(b"", b"question", timeout=deadline)
            request = rep.recv(timeout=deadline)
        with zmq4.Dealer(bind=place) as dealer:
            eventually(dealer.peers)
            request.reply(b"answer to another")
            dealer.send(b"", b"next")
            rep.recv(timeout=deadline).reply(b"answer to next")

            assert [*dealer.recv(timeout=deadline)] == [b"", b"answer to next"]


def test_rule_14_an_addressed_reply_goes_out_by_the_next_connection(
    wired_endpoint: str, deadline: float
) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Rep(reconnect=backoff) as rep:
        with zmq4.Dealer(bind=wired_endpoint) as broker:
            place = str(broker.endpoint)
            rep.connect(place)
            broker.send(b"client", b"", b"question", timeout=deadline)
            request = rep.recv(timeout=deadline)
        with zmq4.Dealer(bind=place) as broker:
            eventually(broker.peers)
            request.reply(b"answer")

            assert [*broker.recv(timeout=deadline)] == [b"client", b"", b"answer"]
