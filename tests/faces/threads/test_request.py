"""`Req.request` asks until it is answered or its time is over, and never gets stuck."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import zmq4
from faces.crew import Crew

SOON = zmq4.Backoff(0.01, max=0.01)


@pytest.fixture(params=["req_connects", "req_binds"])
def pair(request: pytest.FixtureRequest, endpoint: str) -> Iterator[tuple[zmq4.Req, zmq4.Rep]]:
    """Give a Req and its Rep, on every transport and in either role."""
    with zmq4.Req(reconnect=SOON) as req, zmq4.Rep(reconnect=SOON) as rep:
        first, second = (rep, req) if request.param == "req_connects" else (req, rep)
        second.connect(first.bind(endpoint))
        second.endpoint.ready(10)
        yield req, rep


@contextmanager
def echo(address: str) -> Iterator[zmq4.Rep]:
    """Serve what is asked, in upper case, until the end of the block."""
    with zmq4.Rep(bind=address) as rep:

        def serve() -> None:
            for request in rep:
                request.reply(request.content.upper())

        thread = threading.Thread(target=serve)
        thread.start()
        yield rep
    thread.join()


def test_request_is_answered(endpoint: str, deadline: float) -> None:
    with echo(endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:
        for number in range(100):
            assert req.request(f"question {number}", timeout=deadline).text == f"QUESTION {number}"


def test_request_and_reply_may_have_several_frames(
    pair: tuple[zmq4.Req, zmq4.Rep], deadline: float, crew: Crew
) -> None:
    req, rep = pair
    asking = crew.start(lambda: req.request(b"a", b"", "c", timeout=deadline))
    request = rep.recv(timeout=deadline)
    assert [*request] == [b"a", b"", b"c"]

    request.reply(b"", b"b")

    assert [*asking.result()] == [b"", b"b"]


def test_late_reply_is_never_taken(
    pair: tuple[zmq4.Req, zmq4.Rep], deadline: float, time_unit: float, crew: Crew
) -> None:
    req, rep = pair
    for number in range(3):
        asking = crew.start(lambda: req.request(b"first", timeout=time_unit))
        late = rep.recv(timeout=deadline)
        with pytest.raises(zmq4.Timeout, match=r"no reply within .* s, asked once"):
            asking.result()

        asking = crew.start(lambda: req.request(b"second", timeout=deadline))
        late.reply(b"late")
        request = rep.recv(timeout=deadline)
        assert request.content == b"second"
        request.reply(b"answer %d" % number)

        assert asking.result().content == b"answer %d" % number


def test_late_replies_are_never_taken_however_many_there_are(
    endpoint: str, deadline: float, crew: Crew
) -> None:
    with (
        zmq4.Router(bind=endpoint, on_unroutable="drop") as router,
        zmq4.Req(connect=router.endpoint, reconnect=SOON) as req,
    ):

        def serve() -> None:
            late = []
            for message in router:
                late.append(message)
                if message[-1].startswith(b"answer"):
                    for each in late:
                        router.send(each.sender, b"", b"to " + each[-1])

        crew.start(serve)
        for number in range(30):
            if number % 3:
                with pytest.raises(zmq4.Timeout):
                    req.request(b"ignore %d" % number, timeout=0.005)
            else:
                body = b"answer %d" % number
                assert req.request(body, timeout=deadline).content == b"to " + body
        router.close()


def test_retries_ask_again(endpoint: str, deadline: float, crew: Crew) -> None:
    with (
        zmq4.Router(bind=endpoint, on_unroutable="drop") as router,
        zmq4.Req(connect=router.endpoint, reconnect=SOON) as req,
    ):
        asking = crew.start(lambda: req.request(b"question", timeout=0.2, retries=100))
        for _ in range(3):
            assert [*router.recv(timeout=deadline)] == [b"", b"question"]

        while not asking.is_done:
            if message := router.try_recv():
                router.send(message.sender, b"", b"answer")

        assert asking.result().content == b"answer"


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_request_in_vain_says_how_often_it_was_asked(inproc_endpoint: str, retries: int) -> None:
    times = "once" if retries == 0 else f"{retries + 1} times"
    with zmq4.Router(bind=inproc_endpoint) as router, zmq4.Req(connect=router.endpoint) as req:
        with pytest.raises(zmq4.Timeout, match=f"Req .*no reply within 0.02 s, asked {times}"):
            req.request(b"question", timeout=0.02, retries=retries)

        assert router.stats().unread == retries + 1


def test_retry_asks_the_next_peer(endpoint: str, tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Router(bind=tcp_endpoint) as mute,
        echo(endpoint) as rep,
        zmq4.Req(connect=[mute.endpoint, rep.endpoint]) as req,
    ):
        reply = req.request(b"question", timeout=deadline / 20, retries=1)

        assert reply.content == b"QUESTION"
        assert mute.recv(timeout=deadline)[-1] == b"question"


def test_server_may_go_and_come_back_in_the_middle(
    ipc_endpoint: str, deadline: float, crew: Crew
) -> None:
    with zmq4.Req(connect=ipc_endpoint, reconnect=SOON) as req:
        with zmq4.Rep(bind=ipc_endpoint) as rep:
            asking = crew.start(lambda: req.request(b"question", timeout=0.1, retries=100))
            assert rep.recv(timeout=deadline).content == b"question"

        with echo(ipc_endpoint):
            assert asking.result().content == b"QUESTION"
            assert req.request(b"next", timeout=deadline).content == b"NEXT"


def test_server_that_comes_late_gets_the_last_request_alone(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as reserved:
        place = str(reserved.endpoint)
    with zmq4.Req(connect=place, reconnect=SOON) as req:
        with pytest.raises(zmq4.Timeout):
            req.request(b"in vain", timeout=0.01, retries=5)

        with echo(place) as rep:
            assert req.request(b"question", timeout=deadline).content == b"QUESTION"
            assert rep.stats().received == 1


def test_request_that_finds_no_peer_was_not_sent(endpoint: str, deadline: float) -> None:
    with zmq4.Req(bind=endpoint) as req:
        with pytest.raises(zmq4.Timeout, match="asked 3 times"):
            req.request(b"in vain", timeout=0.01, retries=2)

        with zmq4.Rep(connect=req.endpoint) as rep:
            req.send(b"question", timeout=deadline)
            assert rep.recv(timeout=deadline).content == b"question"


def test_time_limit_covers_both_sending_and_receiving(endpoint: str, crew: Crew) -> None:
    with zmq4.Req(bind=endpoint) as req:
        asking = crew.start(lambda: req.request(b"question", timeout=0.2)).asleep()
        with zmq4.Router(connect=req.endpoint):
            assert isinstance(asking.error(), zmq4.Timeout)


def test_limit_of_the_socket_is_the_default(endpoint: str) -> None:
    with (
        zmq4.Router(bind=endpoint) as router,
        zmq4.Req(connect=router.endpoint, recv_timeout=0.01) as req,
        pytest.raises(zmq4.Timeout, match=r"within 0\.01 s"),
    ):
        req.request(b"question")


def test_second_request_meanwhile_is_refused_and_does_not_disturb_the_first(
    pair: tuple[zmq4.Req, zmq4.Rep], deadline: float, crew: Crew
) -> None:
    req, rep = pair
    asking = crew.start(lambda: req.request(b"first", timeout=deadline))
    request = rep.recv(timeout=deadline)
    asking.asleep()

    for _ in range(3):
        with pytest.raises(zmq4.StateError):
            req.request(b"second", timeout=0.01, retries=3)
        with pytest.raises(TypeError):
            req.request(3, timeout=0.01)  # type: ignore[arg-type]
    request.reply(b"answer")

    assert asking.result().content == b"answer"


def test_many_threads_may_try_and_one_at_a_time_is_answered(
    endpoint: str, deadline: float, crew: Crew
) -> None:
    with echo(endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:

        def ask(name: int) -> int:
            answered = 0
            while answered < 20:
                body = b"q%d-%d" % (name, answered)
                try:
                    reply = req.request(body, timeout=deadline)
                except zmq4.StateError:
                    continue
                assert reply.content == body.upper()
                answered += 1
            return answered

        askers = [crew.start(lambda name=name: ask(name)) for name in range(4)]  # type: ignore[misc]

        assert [asker.result() for asker in askers] == [20] * 4


def test_request_after_a_plain_send_is_out_of_turn(
    pair: tuple[zmq4.Req, zmq4.Rep], deadline: float
) -> None:
    req, rep = pair
    req.send(b"plain")
    with pytest.raises(zmq4.StateError):
        req.request(b"question", timeout=deadline)

    rep.recv(timeout=deadline).reply(b"answer")

    assert req.recv(timeout=deadline).content == b"answer"


def test_closing_ends_a_request(pair: tuple[zmq4.Req, zmq4.Rep], crew: Crew) -> None:
    req, _ = pair
    asking = crew.start(lambda: req.request(b"question")).asleep()

    req.close()

    assert isinstance(asking.error(), zmq4.Closed)
    with pytest.raises(zmq4.Closed):
        req.request(b"question")


def test_interrupt_right_behind_the_sending_leaves_nothing_stuck(
    endpoint: str, deadline: float
) -> None:
    class Interrupted(zmq4.Req):
        """Is interrupted between the sending and whatever comes next."""

        is_struck = False

        def send(self, *frames: bytes, timeout: float | None = None) -> None:  # type: ignore[override]
            super().send(*frames, timeout=timeout)
            if not self.is_struck:
                self.is_struck = True
                raise KeyboardInterrupt

    with echo(endpoint) as rep, Interrupted(connect=rep.endpoint, reconnect=SOON) as req:
        with pytest.raises(KeyboardInterrupt):
            req.request(b"first", timeout=deadline)

        assert req.request(b"second", timeout=deadline).content == b"SECOND"


def test_fewer_than_no_retries_are_refused(endpoint: str) -> None:
    with zmq4.Req(bind=endpoint) as req, pytest.raises(ValueError, match="retries"):
        req.request(b"question", retries=-1)


def test_correlation_protects_where_replies_come_by_another_connection(
    wired_endpoint: str, deadline: float, time_unit: float, crew: Crew
) -> None:
    with (
        zmq4.Router(bind=wired_endpoint, handover=True) as router,
        zmq4.Req(
            connect=router.endpoint, routing_id=b"same", correlate=True, reconnect=SOON
        ) as req,
    ):
        asking = crew.start(lambda: req.request(b"first", timeout=2 * time_unit))
        late = router.recv(timeout=deadline)
        assert isinstance(asking.error(), zmq4.Timeout)
        asking = crew.start(lambda: req.request(b"second", timeout=deadline))
        current = router.recv(timeout=deadline)

        router.send(b"same", *late[:-1], b"late")
        router.send(b"same", *current[:-1], b"answer")

        assert asking.result().content == b"answer"
