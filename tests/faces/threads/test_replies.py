"""`Rep`: iteration yields requests, each of which can be replied to once, and in its turn."""

import gc
import warnings
import weakref

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually

Pair = tuple[zmq4.Rep, zmq4.Dealer]


@pytest.fixture
def rep(endpoint: str) -> zmq4.Rep:
    """Bind a Rep; its users close it."""
    return zmq4.Rep(bind=endpoint)


def ask(dealer: zmq4.Dealer, *bodies: bytes) -> None:
    """Send requests, which no Req could send all at once."""
    for body in bodies:
        dealer.send(b"", body)


def answers(dealer: zmq4.Dealer, count: int, deadline: float) -> list[bytes]:
    """Receive so many replies."""
    return [dealer.recv(timeout=deadline)[1] for _ in range(count)]


def test_iteration_yields_requests_until_the_socket_is_closed(
    rep: zmq4.Rep, deadline: float
) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"1", b"2", b"end")

        for request in rep:
            request.reply(b"to " + request.content)
            if request.content == b"end":
                rep.close()

        assert answers(dealer, 3, deadline) == [b"to 1", b"to 2", b"to end"]


def test_request_that_was_not_replied_to_is_given_up_with_a_warning(
    rep: zmq4.Rep, deadline: float
) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"forgotten", b"answered", b"end")

        requests = iter(rep)
        next(requests)
        with pytest.warns(RuntimeWarning, match="Rep .*was not replied to") as warned:
            next(requests).reply(b"answered")
        next(requests).reply(b"end")

        assert len(warned) == 1
        assert warned[0].filename == __file__
        assert answers(dealer, 2, deadline) == [b"answered", b"end"]


def test_iteration_goes_on_behind_a_warning_that_is_an_error(
    rep: zmq4.Rep, deadline: float
) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"forgotten", b"answered")
        requests = iter(rep)
        next(requests)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(RuntimeWarning):
                next(requests)

        next(iter(rep)).reply(b"answer")

        assert answers(dealer, 1, deadline) == [b"answer"]


def test_iteration_left_in_the_middle_can_be_taken_up(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"1", b"2")
        for request in rep:
            request.reply(request.content)
            break
        for request in rep:
            request.reply(request.content)
            break

        assert answers(dealer, 2, deadline) == [b"1", b"2"]


def test_iteration_keeps_to_the_time_limit_of_the_socket(endpoint: str) -> None:
    with zmq4.Rep(bind=endpoint, recv_timeout=0.01) as rep, pytest.raises(zmq4.Timeout):
        next(iter(rep))


def test_second_reply_to_a_request_is_refused(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"x")
        request = rep.recv(timeout=deadline)
        request.reply(b"first")

        with pytest.raises(zmq4.StateError):
            request.reply(b"second")

        assert answers(dealer, 1, deadline) == [b"first"]
        assert dealer.try_recv() is None


def test_reply_that_comes_too_late_is_refused(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"1", b"2")
        first = rep.recv(timeout=deadline)
        rep.send(b"to 1")
        second = rep.recv(timeout=deadline)

        with pytest.raises(zmq4.StateError, match="another request was received since"):
            first.reply(b"too late")

        second.reply(b"to 2")
        assert answers(dealer, 2, deadline) == [b"to 1", b"to 2"]


def test_reply_has_at_least_one_frame(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"x")
        request = rep.recv(timeout=deadline)
        with pytest.raises(TypeError, match="at least one frame"):
            request.reply()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            request.reply(3)  # type: ignore[arg-type]

        request.reply("text", b"")

        assert [*dealer.recv(timeout=deadline)] == [b"", b"text", b""]


def test_reply_after_the_close_says_so(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Dealer(connect=rep.endpoint) as dealer:
        ask(dealer, b"x")
        request = rep.recv(timeout=deadline)

    with pytest.raises(zmq4.Closed):
        request.reply(b"y")


def test_request_is_a_message(rep: zmq4.Rep, deadline: float) -> None:
    with rep, zmq4.Req(connect=rep.endpoint) as req:
        req.send(b"head", b"body")

        request = rep.recv(timeout=deadline)

        assert request == zmq4.Message(b"head", b"body")
        assert request[1] == b"body"
        assert request.peer is not None
        assert request.peer.socket_type == "REQ"
        request.reply(b"y")


def test_request_keeps_its_socket(endpoint: str, deadline: float) -> None:
    with zmq4.Dealer(bind=endpoint) as dealer:
        rep = zmq4.Rep(connect=dealer.endpoint)
        eventually(dealer.peers)
        ask(dealer, b"x")
        request = rep.recv(timeout=deadline)
        kept = weakref.ref(rep)
        del rep
        gc.collect()

        request.reply(b"y")

        assert answers(dealer, 1, deadline) == [b"y"]
        if socket := kept():
            socket.close()


def test_closing_ends_the_iteration_of_another_thread(rep: zmq4.Rep, crew: Crew) -> None:
    iterating = crew.start(lambda: [*rep]).asleep()

    rep.close()

    assert iterating.result() == []
