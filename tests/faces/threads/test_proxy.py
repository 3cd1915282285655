"""`Proxy`: messages pass between two sockets without Python's help (rule 64)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeAlias

import pytest

import zmq4
import zmq4.asyncio
from faces.crew import Crew, Worker
from faces.patience import eventually

Start: TypeAlias = "Callable[[zmq4.Proxy], Runner]"


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Close at the end whatever a test opens."""
    with ExitStack() as stack:
        yield stack


class Runner:
    """A proxy and the thread that it runs in."""

    def __init__(self, crew: Crew, proxy: zmq4.Proxy) -> None:
        """Start it."""
        self._crew = crew
        self.proxy = proxy
        self.run()

    def run(self) -> None:
        """Start a run."""
        self.running: Worker[None] = self._crew.start(self.proxy.run)

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        self.proxy.stop()
        self.running.result()


@pytest.fixture
def start(crew: Crew) -> Iterator[Callable[[zmq4.Proxy], Runner]]:
    """Run proxies in threads; at the end all are told to stop."""
    started: list[Runner] = []

    def run(proxy: zmq4.Proxy) -> Runner:
        started.append(Runner(crew, proxy))
        return started[-1]

    yield run
    for each in started:
        each.proxy.stop()


@dataclass
class Streamer:
    """A Push and a Pull, and the proxy that runs between them."""

    push: zmq4.Push
    front: zmq4.Pull
    back: zmq4.Push
    pull: zmq4.Pull
    runner: Runner
    proxy: zmq4.Proxy


@pytest.fixture
def streamer(inproc_endpoint: str, opened: ExitStack, start: Start) -> Streamer:
    """Give a streamer that runs."""
    front = opened.enter_context(zmq4.Pull(bind=f"{inproc_endpoint}-front"))
    back = opened.enter_context(zmq4.Push(bind=f"{inproc_endpoint}-back"))
    push = opened.enter_context(zmq4.Push(connect=front.endpoint))
    pull = opened.enter_context(zmq4.Pull(connect=back.endpoint))
    proxy = zmq4.Proxy(front, back)
    return Streamer(push, front, back, pull, start(proxy), proxy)


def test_requests_and_replies_pass(
    endpoint: str, inproc_endpoint: str, start: Start, opened: ExitStack, deadline: float
) -> None:
    front = opened.enter_context(zmq4.Router(bind=endpoint))
    back = opened.enter_context(zmq4.Dealer(bind=f"{inproc_endpoint}-back"))
    proxy = zmq4.Proxy(front, back)
    start(proxy)
    clients = [opened.enter_context(zmq4.Req(connect=front.endpoint)) for _ in range(3)]
    worker = opened.enter_context(zmq4.Rep(connect=back.endpoint))

    for number, client in enumerate(clients):
        client.send(b"%d" % number, b"\0" * 100_000)
    for _ in clients:
        request = worker.recv(timeout=deadline)
        request.reply(request[0], request[1])
    for number, client in enumerate(clients):
        assert [*client.recv(timeout=deadline)] == [b"%d" % number, b"\0" * 100_000]

    stats = proxy.stats()
    assert (stats.forward.messages, stats.backward.messages) == (3, 3)
    assert stats.forward.bytes == stats.backward.bytes
    assert stats.forward.bytes > 300_000


def test_subscriptions_and_publications_pass(
    endpoint: str, inproc_endpoint: str, start: Start, opened: ExitStack, deadline: float
) -> None:
    front = opened.enter_context(zmq4.XSub(bind=endpoint))
    back = opened.enter_context(zmq4.XPub(bind=f"{inproc_endpoint}-back"))
    proxy = zmq4.Proxy(front, back)
    start(proxy)
    pub = opened.enter_context(zmq4.Pub(connect=front.endpoint))
    subs = [
        opened.enter_context(zmq4.Sub(connect=back.endpoint, topics=topic)) for topic in ("a", "b")
    ]

    pub.wait_for_subscribers(1, "a", timeout=deadline)
    pub.wait_for_subscribers(1, "b", timeout=deadline)
    for topic in ("c", "b", "a"):
        pub.send(topic, b"body")

    assert [sub.recv(timeout=deadline)[0] for sub in subs] == [b"a", b"b"]


def test_what_comes_is_whole_and_in_order(streamer: Streamer, crew: Crew, deadline: float) -> None:
    push, proxy, pull = streamer.push, streamer.proxy, streamer.pull
    messages = [(b"%d" % number, b"x" * number) for number in range(0, 70_000, 90)]

    sending = crew.start(lambda: push.send_many(messages))

    for message in messages:
        assert pull.recv(timeout=deadline) == zmq4.Message(*message)
    sending.result()
    assert proxy.stats().forward.bytes == sum(len(a) + len(b) for a, b in messages)


def test_proxy_of_one_socket_sends_back(
    inproc_endpoint: str, start: Start, opened: ExitStack, deadline: float
) -> None:
    router = opened.enter_context(zmq4.Router(bind=inproc_endpoint))
    dealer = opened.enter_context(zmq4.Dealer(connect=inproc_endpoint))
    proxy = zmq4.Proxy(router, router)
    start(proxy)

    dealer.send(b"there", b"and back")

    assert [*dealer.recv(timeout=deadline)] == [b"there", b"and back"]


def test_paused_proxy_leaves_messages_with_their_sender(
    streamer: Streamer, deadline: float
) -> None:
    push, proxy, pull = streamer.push, streamer.proxy, streamer.pull
    for number in range(50):
        proxy.pause()
        before = proxy.stats()
        push.send(b"%d" % number)

        assert pull.try_recv() is None
        assert proxy.stats() == before

        proxy.resume()
        assert pull.recv(timeout=deadline).content == b"%d" % number


def test_stopped_proxy_goes_on_where_it_was(streamer: Streamer, deadline: float) -> None:
    for number in range(50):
        streamer.push.send(b"%d" % number)
        streamer.runner.stop()
        streamer.push.send(b"%d more" % number)
        streamer.runner.run()

    for number in range(50):
        assert streamer.pull.recv(timeout=deadline).content == b"%d" % number
        assert streamer.pull.recv(timeout=deadline).content == b"%d more" % number


def test_word_to_stop_that_comes_first_is_heard(streamer: Streamer) -> None:
    streamer.runner.stop()

    streamer.proxy.stop()
    streamer.proxy.run()  # returns at once, and forgets the word

    streamer.runner.run()
    streamer.runner.running.asleep()


def test_paused_proxy_stops_and_stays_paused(streamer: Streamer, deadline: float) -> None:
    streamer.proxy.pause()
    streamer.runner.running.asleep()
    streamer.runner.stop()
    streamer.push.send(b"x")

    streamer.runner.run()
    streamer.runner.running.asleep()

    assert streamer.pull.try_recv() is None
    streamer.proxy.resume()
    assert streamer.pull.recv(timeout=deadline)


def test_one_thread_at_a_time_runs_it(streamer: Streamer, deadline: float) -> None:
    streamer.runner.running.asleep()

    with pytest.raises(zmq4.StateError, match="running already"):
        streamer.proxy.run()

    streamer.push.send(b"it was not disturbed")
    assert streamer.pull.recv(timeout=deadline)


def test_senders_feel_that_nobody_receives(inproc_endpoint: str, start: Start) -> None:
    with (
        zmq4.Pull(bind=f"{inproc_endpoint}-front", recv_hwm=1) as front,
        zmq4.Push(bind=f"{inproc_endpoint}-back", send_hwm=1) as back,
        zmq4.Push(connect=front.endpoint, send_hwm=1) as push,
    ):
        runner = start(zmq4.Proxy(front, back))
        assert push.try_send(b"1")
        assert push.try_send(b"2")
        assert not push.try_send(b"3")

        with zmq4.Pull(connect=back.endpoint, recv_hwm=1) as pull:
            for number in range(3, 20):
                push.send(b"%d" % number)
                assert pull.recv().content == b"%d" % (number - 2)
            runner.stop()


def test_capture_gets_a_copy_of_what_passes_either_way(
    inproc_endpoint: str, opened: ExitStack, start: Start, deadline: float
) -> None:
    front = opened.enter_context(zmq4.Pair(bind=f"{inproc_endpoint}-front"))
    back = opened.enter_context(zmq4.Pair(bind=f"{inproc_endpoint}-back"))
    capture = opened.enter_context(zmq4.Pub(bind=f"{inproc_endpoint}-capture"))
    witness = opened.enter_context(zmq4.Sub(connect=capture.endpoint, topics=""))
    one = opened.enter_context(zmq4.Pair(connect=front.endpoint))
    other = opened.enter_context(zmq4.Pair(connect=back.endpoint))
    capture.wait_for_subscribers(1, timeout=deadline)
    proxy = zmq4.Proxy(front, back, capture)
    start(proxy)

    one.send(b"there", b"1")
    assert [*witness.recv(timeout=deadline)] == [b"there", b"1"]
    assert other.recv(timeout=deadline)
    other.send(b"back")
    assert [*witness.recv(timeout=deadline)] == [b"back"]
    assert proxy.stats().uncaptured == 0


def test_capture_without_room_holds_nobody_up(
    inproc_endpoint: str, opened: ExitStack, start: Start, deadline: float
) -> None:
    front = opened.enter_context(zmq4.Pull(bind=f"{inproc_endpoint}-front"))
    back = opened.enter_context(zmq4.Push(bind=f"{inproc_endpoint}-back"))
    capture = opened.enter_context(zmq4.Push())
    push = opened.enter_context(zmq4.Push(connect=front.endpoint))
    pull = opened.enter_context(zmq4.Pull(connect=back.endpoint))
    proxy = zmq4.Proxy(front, back, capture=capture)
    start(proxy)

    push.send(b"x")

    assert pull.recv(timeout=deadline)
    eventually(lambda: proxy.stats().uncaptured == 1)


@pytest.mark.parametrize("end", ["front", "back"])
@pytest.mark.parametrize("state", ["running", "paused"])
def test_closing_a_socket_ends_the_run_and_names_it(
    streamer: Streamer, end: str, state: str
) -> None:
    if state == "paused":
        streamer.proxy.pause()
    streamer.runner.running.asleep()

    getattr(streamer, end).close()

    error = streamer.runner.running.error()
    assert isinstance(error, zmq4.Closed)
    assert f"the {end}, " in str(error)


def test_end_of_the_context_ends_the_run(inproc_endpoint: str, start: Start) -> None:
    context = zmq4.Context()
    with zmq4.Pull(bind=inproc_endpoint, context=context) as front, zmq4.Push() as back:
        runner = start(zmq4.Proxy(front, back))
        runner.running.asleep()

        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert isinstance(runner.running.error(), zmq4.ContextTerminated)
    context.close()


def test_sockets_that_do_not_go_together_are_refused() -> None:
    with ExitStack() as opened:
        make = {
            name: opened.enter_context(getattr(zmq4, name)())
            for name in ("Push", "Pull", "Rep", "Req", "Router", "Dealer", "Sub")
        }
        for front, back, text in (
            ("Rep", "Dealer", "Rep takes turns"),
            ("Router", "Req", "Req takes turns"),
            ("Pull", "Sub", "nothing that Pull and Sub receive"),
        ):
            with pytest.raises(TypeError, match=text):
                zmq4.Proxy(make[front], make[back])
        with pytest.raises(TypeError, match="Router cannot capture"):
            zmq4.Proxy(make["Pull"], make["Push"], make["Router"])
        other_face = zmq4.asyncio.Push()
        with pytest.raises(TypeError, match="own face"):
            zmq4.Proxy(make["Pull"], other_face)  # type: ignore[arg-type]
        other_face.close()


def test_proxy_says_what_it_joins(streamer: Streamer) -> None:
    text = repr(streamer.proxy)

    assert text.startswith("<zmq4.Proxy between <zmq4.Pull inproc://")
    assert " and <zmq4.Push inproc://" in text
