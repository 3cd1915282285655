"""REQ on the wire, and what it does with replies that do not fit: correlated, relaxed, or neither."""

import pytest

import zmq4
from faces.patience import eventually
from wire.scripted import Meet

Pair = tuple[zmq4.Req, zmq4.Router]


def frames(router: zmq4.Router, deadline: float) -> list[bytes]:
    """Receive a request as it is on the wire."""
    return [*router.recv(timeout=deadline)]


@pytest.mark.parametrize(
    ("request_", "octets"),
    [([b"body"], "0100 0004 626f6479"), ([b"a", b"", b"b"], "0100 0101 61 0100 0001 62")],
)
def test_rule_08_a_request_is_a_delimiter_and_the_frames(
    visit: Meet, request_: list[bytes], octets: str
) -> None:
    with zmq4.Req() as req:
        peer = visit(req)
        peer.shake_hands("REQ", "REP")

        req.send(*request_)

        peer.expect(octets)


def test_rule_08_a_correlated_request_has_a_number_before_the_delimiter(
    endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Req(connect=router.endpoint, correlate=True) as req,
    ):
        numbers = []
        for _ in range(3):
            req.send(b"head", b"body")
            message = router.recv(timeout=deadline)
            assert message[1:] == (b"", b"head", b"body")
            numbers.append(message[0])
            router.send(message.sender, message[0], b"", b"answer")
            assert req.recv(timeout=deadline).content == b"answer"

    assert {len(number) for number in numbers} == {4}
    assert len(set(numbers)) == 3


def test_rule_08_a_reply_of_several_frames_comes_whole(endpoint: str, deadline: float) -> None:
    with zmq4.Router(bind=endpoint) as router, zmq4.Req(connect=router.endpoint) as req:
        req.send(b"question")
        sender = router.recv(timeout=deadline).sender

        router.send(sender, b"", b"", b"a", b"")

        assert [*req.recv(timeout=deadline)] == [b"", b"a", b""]


@pytest.mark.parametrize("correlate", [False, True])
def test_rule_12_what_is_no_reply_is_dropped(
    endpoint: str,
    deadline: float,
    correlate: bool,
) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Req(connect=router.endpoint, correlate=correlate) as req,
    ):
        for _ in range(3):
            req.send(b"question")
            message = router.recv(timeout=deadline)
            envelope = message[:-1]
            for nonsense in ([b"no delimiter"], [b"no", b"delimiter"], envelope, [b""]):
                router.send(message.sender, *nonsense)
            router.send(message.sender, *envelope, b"answer")

            assert req.recv(timeout=deadline).content == b"answer"
            assert req.stats().unread == 0


def test_rule_12_correlate_drops_foreign_numbers(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Req(connect=router.endpoint, correlate=True) as req,
    ):
        former = bytes(4)
        for _ in range(3):
            req.send(b"question")
            message = router.recv(timeout=deadline)
            number = message[0]
            for foreign in (former, number[:3], number + b"\0", b"none", b""):
                router.send(message.sender, foreign, b"", b"another's answer")
            router.send(message.sender, b"", b"answer without a number")
            router.send(message.sender, number, b"", b"answer")
            former = number

            assert req.recv(timeout=deadline).content == b"answer"


def relaxed(endpoint: str, *, correlate: bool) -> Pair:
    """Connect a relaxed Req to a Router."""
    router = zmq4.Router(bind=endpoint)
    return zmq4.Req(connect=router.endpoint, relaxed=True, correlate=correlate), router


def test_rule_11_the_newest_request_wins_where_relaxed_and_correlated(
    endpoint: str, deadline: float
) -> None:
    req, router = relaxed(endpoint, correlate=True)
    with req, router:
        for number in range(5):
            req.send(b"%d" % number)
        requests = [router.recv(timeout=deadline) for _ in range(5)]
        for message in requests:
            router.send(message.sender, *message[:-1], b"answer to " + message[-1])

        assert req.recv(timeout=deadline).content == b"answer to 4"
        with pytest.raises(zmq4.StateError):
            req.recv()


def test_rule_11_a_reply_that_is_there_is_dropped_by_the_next_request(
    endpoint: str, deadline: float
) -> None:
    req, router = relaxed(endpoint, correlate=False)
    with req, router:
        req.send(b"1")
        sender = router.recv(timeout=deadline).sender
        router.send(sender, b"", b"answer to 1")
        eventually(lambda: req.stats().unread == 1)

        req.send(b"2")
        router.recv(timeout=deadline)
        router.send(sender, b"", b"answer to 2")

        assert req.recv(timeout=deadline).content == b"answer to 2"


def test_rule_11_without_correlation_a_late_reply_is_taken_for_the_newest(
    endpoint: str, deadline: float
) -> None:
    req, router = relaxed(endpoint, correlate=False)
    with req, router:
        req.send(b"1")
        sender = router.recv(timeout=deadline).sender
        req.send(b"2")

        router.send(sender, b"", b"answer to 1")

        assert req.recv(timeout=deadline).content == b"answer to 1"


def test_rule_11_requests_in_a_row_go_out_on_one_connection(endpoint: str, deadline: float) -> None:
    req, router = relaxed(endpoint, correlate=True)
    with req, router:
        req.endpoint.ready(deadline)
        before = req.endpoint.peers

        for number in range(5):
            req.send(b"%d" % number)

        requests = [router.recv(timeout=deadline) for _ in range(5)]
        assert [message[-1] for message in requests] == [b"%d" % number for number in range(5)]
        assert len({message.sender for message in requests}) == 1
        assert req.endpoint.peers == before


def test_rule_11_requests_queued_before_there_is_a_peer_are_answered_by_the_last(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Rep(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Req(connect=place, relaxed=True, correlate=True, reconnect=backoff) as req:
        for number in range(5):
            req.send(b"%d" % number)

        with zmq4.Rep(bind=place) as rep:
            for _ in range(5):
                request = rep.recv(timeout=deadline)
                request.reply(b"answer to " + request.content)

            assert req.recv(timeout=deadline).content == b"answer to 4"


def test_rule_11_receiving_still_waits_for_its_turn(endpoint: str) -> None:
    req, router = relaxed(endpoint, correlate=True)
    with req, router, pytest.raises(zmq4.StateError):
        req.recv()
