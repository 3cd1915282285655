"""Time limits of calls: what is taken, what is refused, and what is done when time is over."""

import math
import time
from collections.abc import Callable, Iterator

import pytest

import zmq4
from faces.crew import Crew

Waiting = Callable[[float | None], object]


@pytest.fixture(params=["recv", "recv_bytes", "recv_into", "send", "send_many", "drain", "ready"])
def waiting(request: pytest.FixtureRequest, refusing_endpoint: str) -> Iterator[Waiting]:
    """Give a call that has to wait, and takes a time limit; once for each kind of call."""
    if request.param.startswith("recv"):
        socket: zmq4.Pull | zmq4.Push = zmq4.Pull(bind="tcp://127.0.0.1:0")
    else:
        socket = zmq4.Push(connect=refusing_endpoint, send_hwm=1, linger=0)
        socket.send(b"fills the queue")
    arguments = {"recv_into": (bytearray(1),), "send": (b"x",), "send_many": ([b"x"],)}
    owner = socket.endpoint if request.param == "ready" else socket
    call = getattr(owner, request.param)
    yield lambda timeout: call(*arguments.get(request.param, ()), timeout=timeout)
    socket.close()


@pytest.mark.parametrize("timeout", [0, -0.0, 1e-320])
def test_no_time_at_all_tries_once(waiting: Waiting, timeout: float) -> None:
    with pytest.raises(zmq4.Timeout):
        waiting(timeout)


def test_limit_is_kept(waiting: Waiting, time_unit: float) -> None:
    before = time.monotonic()

    with pytest.raises(zmq4.Timeout):
        waiting(time_unit / 2)

    assert time_unit / 2 <= time.monotonic() - before < 50 * time_unit


@pytest.mark.parametrize("timeout", [-1, -math.inf, math.nan])
def test_what_is_no_time_is_refused(waiting: Waiting, timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout is seconds, 0 or more, not"):
        waiting(timeout)


@pytest.mark.parametrize("timeout", ["1", 1j])
def test_what_is_no_number_is_refused(waiting: Waiting, timeout: object) -> None:
    with pytest.raises(TypeError):
        waiting(timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout", [None, math.inf, 10**9, 1e18, 1e19, 1e300])
def test_very_long_time_is_waited_for(
    inproc_endpoint: str, crew: Crew, timeout: float | None
) -> None:
    with zmq4.Pair(bind=inproc_endpoint) as one, zmq4.Pair(connect=inproc_endpoint) as other:
        waiting = crew.start(lambda: one.recv(timeout=timeout)).asleep()

        other.send(b"x")

        assert waiting.result().content == b"x"


@pytest.mark.parametrize("timeout", [-1, math.nan, "1"])
def test_nonsense_is_refused_beside_a_message_too(
    pipeline: tuple[zmq4.Push, zmq4.Pull], timeout: float
) -> None:
    push, pull = pipeline
    push.send(b"x")

    for call in (pull.recv_many, pull.recv_bytes, pull.recv):
        with pytest.raises((ValueError, TypeError), match="timeout is"):
            call(timeout=timeout)

    assert pull.try_recv() is not None


def test_unknown_keyword_is_refused_beside_a_message_too(
    pipeline: tuple[zmq4.Push, zmq4.Pull],
) -> None:
    push, pull = pipeline
    push.send(b"x")

    for call in (pull.recv_bytes, pull.recv):
        with pytest.raises(TypeError, match="unexpected keyword"):
            call(flags=1)  # type: ignore[call-arg]

    assert pull.try_recv() is not None


def test_receive_limit_of_the_socket_is_the_default(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint, recv_timeout=0.01) as pull:
        for call in (pull.recv, pull.recv_bytes, lambda: pull.recv_into(bytearray(1))):
            with pytest.raises(zmq4.Timeout):
                call()
        with pytest.raises(zmq4.Timeout):
            pull.recv(timeout=None)
        assert pull.recv_many() == []


def test_send_limit_of_the_socket_is_the_default() -> None:
    with zmq4.Push(bind="tcp://127.0.0.1:0", send_timeout=0.01) as push:
        with pytest.raises(zmq4.Timeout):
            push.send(b"x")
        with pytest.raises(zmq4.Timeout):
            push.send(b"x", timeout=None)
        with pytest.raises(zmq4.Timeout):
            push.send_many([b"x"])


def test_limit_of_the_call_goes_before_that_of_the_socket(inproc_endpoint: str, crew: Crew) -> None:
    with (
        zmq4.Pair(bind=inproc_endpoint, recv_timeout=0) as one,
        zmq4.Pair(connect=inproc_endpoint) as other,
    ):
        waiting = crew.start(lambda: one.recv(timeout=math.inf)).asleep()
        other.send(b"x")
        assert waiting.result().content == b"x"


def test_limit_of_the_socket_may_change_at_any_time(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        pull.recv_timeout = 0
        with pytest.raises(zmq4.Timeout):
            pull.recv()
        pull.recv_timeout = None
        assert pull.recv_timeout is None


def test_timed_out_send_was_not_accepted(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        push.send_many([b"1", b"2"])
        with pytest.raises(zmq4.Timeout):
            push.send(b"3", timeout=0.01)

        assert [message.content for message in pull.recv_many()] == [b"1", b"2"]
        assert pull.try_recv() is None


def test_timeout_is_the_builtin_too_and_names_the_socket(inproc_endpoint: str) -> None:
    name = rf"Pull \({inproc_endpoint}\)"

    with (
        zmq4.Pull(bind=inproc_endpoint) as pull,
        pytest.raises(TimeoutError, match=name) as raised,
    ):
        pull.recv(timeout=0)

    assert isinstance(raised.value, zmq4.Timeout)
    assert raised.value.code == "EAGAIN"
