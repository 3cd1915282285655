"""`fileno()`: readable while there is something to receive, in every kind of loop."""

import select
import selectors
from collections.abc import Callable
from functools import partial

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually
from fixtures.clock import DEADLINE
from fixtures.leaks import possessions
from zmq4._native import Socket

Pipeline = tuple[zmq4.Push, zmq4.Pull]


def by_select(socket: Socket, timeout: float) -> bool:
    return bool(select.select([socket], [], [], timeout)[0])


def by_poll(socket: Socket, timeout: float) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


def by_epoll(socket: Socket, timeout: float) -> bool:
    with select.epoll() as epoll:
        epoll.register(socket, select.EPOLLIN)
        return bool(epoll.poll(timeout))


def by_selector(socket: Socket, timeout: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(socket, selectors.EVENT_READ)
        return bool(selector.select(timeout))


LOOPS = [by_select, by_poll, by_epoll, by_selector]


def is_lit(socket: Socket) -> bool:
    """Tell whether the descriptor of a socket is readable now."""
    return by_select(socket, 0)


def wait_for_light(socket: Socket) -> None:
    """Wait until the descriptor of a socket is readable."""
    assert by_select(socket, DEADLINE), "silent"


@pytest.mark.parametrize("is_readable", LOOPS)
def test_descriptor_is_readable_until_the_last_message_was_received(
    line: Pipeline, deadline: float, is_readable: Callable[..., bool]
) -> None:
    push, pull = line
    assert not is_readable(pull, 0)

    for round_ in range(3):
        push.send_many([b"%d" % round_] * 5)
        for _ in range(5):
            assert is_readable(pull, deadline)
            pull.recv(timeout=deadline)
        assert not is_readable(pull, 0)


@pytest.mark.parametrize(
    "take",
    [
        zmq4.Pull.recv,
        zmq4.Pull.recv_bytes,
        zmq4.Pull.try_recv,
        partial(zmq4.Pull.recv_many, max=1),
        lambda pull: pull.recv_into(bytearray(1)),
        lambda pull: next(iter(pull)),
    ],
)
def test_every_way_to_receive_keeps_the_level(
    pipeline: Pipeline, take: Callable[[zmq4.Pull], object]
) -> None:
    push, pull = pipeline
    pull.fileno()
    push.send_many([b"1", b"2"])

    take(pull)
    assert is_lit(pull)

    take(pull)
    assert not is_lit(pull)


def test_message_that_is_left_where_it_is_shows(pipeline: Pipeline) -> None:
    push, pull = pipeline
    pull.fileno()
    push.send(b"two", b"frames")

    with pytest.raises(zmq4.MultipartError):
        pull.recv_bytes()

    assert is_lit(pull)


def test_it_is_made_when_first_asked_for_and_shows_what_is_there(pipeline: Pipeline) -> None:
    push, pull = pipeline
    before = possessions()
    push.send(b"x")
    pull.recv()
    assert possessions() == before

    push.send(b"x")
    assert is_lit(pull)
    assert pull.fileno() == pull.fileno()
    assert len(possessions() - before) == 1


def test_it_is_closed_with_the_socket(inproc_endpoint: str) -> None:
    before = possessions()
    pull = zmq4.Pull(bind=inproc_endpoint)
    pull.fileno()

    pull.close()

    assert possessions() == before
    with pytest.raises(zmq4.Closed):
        pull.fileno()


def test_end_of_the_context_shows() -> None:
    context = zmq4.Context()
    with zmq4.Pull(context=context) as pull:
        assert not is_lit(pull)
        fd = pull.fileno()

        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert select.select([fd], [], [], 0)[0]
        with pytest.raises(zmq4.ContextTerminated):
            pull.fileno()
    context.close()


def test_type_that_only_sends_shows_room(inproc_endpoint: str) -> None:
    with zmq4.Push(bind=inproc_endpoint, send_hwm=1) as push, zmq4.Pub() as pub:
        assert not is_lit(push)

        with zmq4.Pull(connect=inproc_endpoint, recv_hwm=1) as pull:
            wait_for_light(push)
            while push.try_send(b"x"):
                pass
            assert not is_lit(push)

            while pull.try_recv():
                pass
            wait_for_light(push)

        assert is_lit(pub)


def test_lock_step_shows_whose_turn_it_is(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:
        for number in range(20):
            req.send(b"%d" % number)
            wait_for_light(rep)
            request = rep.recv(timeout=deadline)
            assert not is_lit(rep)

            request.reply(request.content)
            wait_for_light(req)
            assert req.recv(timeout=deadline).content == b"%d" % number
            assert not is_lit(req)


def test_reply_that_is_owed_hides_the_next_request(inproc_endpoint: str) -> None:
    with (
        zmq4.Rep(bind=inproc_endpoint) as rep,
        zmq4.Req(connect=inproc_endpoint) as one,
        zmq4.Req(connect=inproc_endpoint) as other,
    ):
        rep.fileno()
        one.send(b"first")
        request = rep.recv()
        other.send(b"second")
        with pytest.raises(zmq4.StateError):
            rep.recv()
        assert not is_lit(rep)

        request.reply(b"done")

        assert is_lit(rep)
        assert rep.recv().content == b"second"


def test_message_that_is_not_wanted_any_more_is_dropped_by_looking(
    endpoint: str, deadline: float
) -> None:
    with zmq4.Pub(bind=endpoint) as pub, zmq4.Sub(connect=pub.endpoint, topics="a") as sub:
        pub.wait_for_subscribers(1, "a", timeout=deadline)
        pub.send(b"a was wanted when it was sent")
        wait_for_light(sub)

        sub.unsubscribe("a")
        assert sub.try_recv() is None

        assert not is_lit(sub)
        sub.subscribe("b")
        pub.wait_for_subscribers(1, "b", timeout=deadline)
        pub.send(b"b")
        wait_for_light(sub)
        assert sub.recv(timeout=deadline).content == b"b"


def test_message_that_was_replaced_is_not_shown(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, conflate=True) as pull,
        zmq4.Push(connect=inproc_endpoint, conflate=True) as push,
    ):
        pull.fileno()
        for number in range(10):
            push.send(b"%d" % number)

        assert is_lit(pull)
        assert pull.recv().content == b"9"
        assert not is_lit(pull)


def test_subscription_and_coming_peer_show(inproc_endpoint: str) -> None:
    with (
        zmq4.XPub(bind=inproc_endpoint) as xpub,
        zmq4.Router(bind=f"{inproc_endpoint}-2", notify="connect") as router,
    ):
        assert not is_lit(xpub)
        assert not is_lit(router)
        with (
            zmq4.Sub(connect=inproc_endpoint, topics="a"),
            zmq4.Dealer(connect=f"{inproc_endpoint}-2"),
        ):
            wait_for_light(xpub)
            wait_for_light(router)


def test_receivers_that_wait_and_loops_that_look_share_the_messages(
    pipeline: Pipeline, crew: Crew
) -> None:
    push, pull = pipeline
    pull.fileno()
    waiting = crew.start(pull.recv).asleep()

    push.send_many([b"1", b"2"])

    assert waiting.result()
    wait_for_light(pull)
    assert pull.try_recv()
    assert not is_lit(pull)


@pytest.mark.parametrize("transport", ["tcp", "inproc"])
def test_no_edge_is_lost_under_load(
    request: pytest.FixtureRequest, crew: Crew, deadline: float, transport: str
) -> None:
    address = request.getfixturevalue(f"{transport}_endpoint")
    count, senders = 3000, 3
    with zmq4.Pull(bind=address) as pull:

        def send() -> None:
            with zmq4.Push(connect=pull.endpoint) as push:
                for _ in range(count):
                    push.send(b"x")
                push.drain(deadline)

        def receive() -> int:
            received = 0
            while True:
                wait_for_light(pull)
                for _ in range(3):
                    message = pull.try_recv()
                    if message is None:
                        break
                    if message.content == b"end":
                        return received
                    received += 1

        sending = [crew.start(send) for _ in range(senders)]
        receiving = [crew.start(receive) for _ in range(2)]
        for each in sending:
            each.result()
        with zmq4.Push(connect=pull.endpoint) as push:
            eventually(lambda: pull.stats().received == senders * count)
            push.send_many([b"end"] * 2)
            assert sum(each.result() for each in receiving) == senders * count
