"""Callables that decide about peers, on the threads of a small pool."""

import gc
import logging
import threading
import weakref
from collections.abc import Iterator

import pytest

import zmq4
from faces.admission import FAST, failure_in
from faces.patience import eventually
from fixtures.clock import DEADLINE
from zmq4 import Applicant, Null, PlainClient, PlainServer, Verdict

ALICE = PlainClient("alice", "hunter2")


class Doorman:
    """Notes who asks, and says what the test wants."""

    def __init__(self, outcome: object = "somebody") -> None:
        self.outcome = outcome
        self.seen: list[Applicant] = []
        self.threads: list[str] = []

    def __call__(self, applicant: Applicant) -> bool:
        self.seen.append(applicant)
        self.threads.append(threading.current_thread().name)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome  # type: ignore[return-value]


class Gate:
    """Keeps the applicants of a name waiting until it is opened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened = threading.Event()
        self.waiting = threading.Semaphore(0)

    def __call__(self, applicant: Applicant) -> bool:
        if applicant.username == self.name:
            self.waiting.release()
            return self.opened.wait(DEADLINE)
        return True


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate("slow")
    yield made
    made.opened.set()


def test_callable_is_told_what_is_known_of_the_peer(tcp_endpoint: str, deadline: float) -> None:
    doorman = Doorman()
    server = PlainServer(doorman, domain="test")
    with (
        zmq4.Dealer(bind=tcp_endpoint, security=server, routing_id=b"me") as dealer,
        zmq4.Dealer(connect=dealer.endpoint, security=ALICE) as other,
    ):
        other.endpoint.ready(deadline)

    (applicant,) = doorman.seen
    assert applicant.address == "127.0.0.1"
    assert (applicant.mechanism, applicant.domain) == ("PLAIN", "test")
    assert (applicant.username, applicant.password) == ("alice", "hunter2")
    assert applicant.public_key is None
    assert applicant.routing_id == b"me"
    assert doorman.threads == ["zmq4-auth"]


def test_peers_of_null_are_asked_about_where_there_is_a_callable(
    wired_endpoint: str, deadline: float
) -> None:
    doorman = Doorman("a user")
    with (
        zmq4.Pull(bind=wired_endpoint, security=Null(allow=doorman)) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

    assert peer is not None
    assert peer.user_id == "a user"
    assert [applicant.mechanism for applicant in doorman.seen] == ["NULL"]


def test_verdict_names_the_user_and_adds_metadata(wired_endpoint: str, deadline: float) -> None:
    verdict = Verdict(user_id="Alice B.", metadata={"Group": "staff", "X-Own": b"\0theirs"})
    with (
        zmq4.Pull(bind=wired_endpoint, security=PlainServer(lambda _: verdict)) as pull,
        zmq4.Push(connect=pull.endpoint, security=ALICE, metadata={"X-Own": "mine"}) as push,
        pull.events(deadline) as events,
    ):
        push.send(b"x")
        peer = pull.recv(timeout=deadline).peer

        assert peer is not None
        assert peer.user_id == "Alice B."
        assert peer.metadata["Group"] == b"staff"
        assert peer.metadata["X-Own"] == b"\0theirs"
        connected = next(each for each in events if isinstance(each, zmq4.Connected))
        assert connected.peer.user_id == "Alice B."


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (False, "400"),
        (Verdict(400), "400"),
        (Verdict(500), "500"),
        (None, "500"),
        ("", "500"),
        (1, "500"),
        (b"user", "500"),
        (ValueError("broken"), "500"),
        (SystemExit(3), "500"),
        (KeyboardInterrupt(), "500"),
    ],
    ids=repr,
)
def test_whoever_is_not_let_in_is_told_the_status(
    outcome: object, status: str, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(Doorman(outcome))) as pull,
        zmq4.Push(security=ALICE) as push,
        pull.events(deadline) as theirs,
        push.events(deadline) as ours,
    ):
        push.connect(pull.endpoint)

        for failed in (failure_in(theirs), failure_in(ours)):
            assert failed.cause == "denied"
            assert status in failed.reason


def test_whoever_is_to_try_again_does(tcp_endpoint: str, deadline: float) -> None:
    verdicts = [Verdict(300), Verdict(300), Verdict(200)]
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(lambda _: verdicts.pop(0))) as pull,
        zmq4.Push(connect=pull.endpoint, security=ALICE, reconnect=FAST) as push,
    ):
        push.endpoint.ready(deadline)

    assert verdicts == []


def test_exception_is_logged_without_the_password(
    tcp_endpoint: str, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "zmq4")
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(Doorman(OSError("no base")))) as pull,
        zmq4.Push(security=ALICE) as push,
        push.events(deadline) as events,
    ):
        push.connect(pull.endpoint)
        failure_in(events)
        eventually(lambda: caplog.records)

    assert "OSError: no base" in caplog.text
    assert "hunter2" not in caplog.text


def test_slow_decision_stalls_no_other_handshake(
    gate: Gate, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(gate)) as pull,
        zmq4.Push(connect=pull.endpoint, security=PlainClient("slow", "")) as slow,
    ):
        assert gate.waiting.acquire(timeout=deadline)

        with zmq4.Push(connect=pull.endpoint, security=ALICE) as quick:
            quick.endpoint.ready(deadline)
        assert slow.peers() == []

        gate.opened.set()
        slow.endpoint.ready(deadline)


def test_as_many_slow_decisions_as_the_pool_has_threads_go_on_side_by_side(
    gate: Gate, tcp_endpoint: str, deadline: float
) -> None:
    client = PlainClient("slow", "")
    with zmq4.Pull(bind=tcp_endpoint, security=PlainServer(gate)) as pull:
        pushes = [zmq4.Push(connect=pull.endpoint, security=client) for _ in range(20)]
        for _ in range(16):
            assert gate.waiting.acquire(timeout=deadline)
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("zmq4-auth") == 16

        gate.opened.set()
        for push in pushes:
            push.endpoint.ready(deadline)
            push.close()


def test_threads_end_with_the_last_socket_that_asks(tcp_endpoint: str, deadline: float) -> None:
    def workers() -> int:
        return [thread.name for thread in threading.enumerate()].count("zmq4-auth")

    pull = zmq4.Pull(bind=tcp_endpoint, security=PlainServer(lambda _: True))
    with zmq4.Push(connect=pull.endpoint, security=ALICE) as push:
        push.endpoint.ready(deadline)
    assert workers() >= 1

    pull.close()
    del pull

    eventually(lambda: workers() == 0)


def test_peer_that_leaves_while_it_is_judged_is_no_trouble(
    gate: Gate, tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=tcp_endpoint, security=PlainServer(gate)) as pull:
        with zmq4.Push(connect=pull.endpoint, security=PlainClient("slow", "")):
            assert gate.waiting.acquire(timeout=deadline)
        gate.opened.set()

        with zmq4.Push(connect=pull.endpoint, security=ALICE) as push:
            push.endpoint.ready(deadline)


def test_decision_that_takes_too_long_ends_with_the_handshake(
    gate: Gate, tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, security=PlainServer(gate), handshake_timeout=0.1) as pull,
        zmq4.Push(connect=pull.endpoint, security=PlainClient("slow", "")),
        pull.events(deadline) as events,
    ):
        assert failure_in(events).cause == "timeout"


def test_coroutine_function_is_refused(tcp_endpoint: str) -> None:
    async def decide(_: Applicant) -> bool:
        return True

    with zmq4.Pull(security=PlainServer(decide)) as pull:
        with pytest.raises(zmq4.OptionError, match=r"only sockets of zmq4\.asyncio can await"):
            pull.bind(tcp_endpoint)
        assert pull.endpoints == []


def test_socket_whose_callable_refers_to_it_is_collected(tcp_endpoint: str) -> None:
    class Server:
        def __init__(self) -> None:
            self.pull = zmq4.Pull(bind=tcp_endpoint, security=PlainServer(self.decide))

        def decide(self, _: Applicant) -> bool:
            return bool(self.pull)

    server = Server()
    server.pull.close()
    gone = weakref.ref(server.pull)

    del server
    gc.collect()

    assert gone() is None


def test_former_callable_goes_with_its_endpoint(tcp_endpoint: str, deadline: float) -> None:
    class Doormen:
        def __call__(self, _: Applicant) -> bool:
            return True

    first = Doormen()
    gone = weakref.ref(first)
    with zmq4.Pull(bind=tcp_endpoint, security=PlainServer(first)) as pull:
        del first
        pull.security = PlainServer(Doorman())
        with zmq4.Push(connect=pull.endpoint, security=ALICE) as push:
            push.endpoint.ready(deadline)
        assert gone() is not None

        pull.endpoint.close()

        def replaced() -> bool:
            pull.security = PlainServer(Doorman())
            gc.collect()
            return gone() is None

        eventually(replaced)
