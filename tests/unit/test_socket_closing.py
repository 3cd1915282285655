"""`zmq4._socket`: how waiting, iterating and sending end when a socket is closed."""

import threading
import time
from collections.abc import Iterator

import pytest

import zmq4


@pytest.fixture
def pipeline(inproc_endpoint: str) -> Iterator[tuple[zmq4.Push, zmq4.Pull]]:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        yield push, pull


def test_iteration_ends_when_the_socket_is_closed(
    pipeline: tuple[zmq4.Push, zmq4.Pull],
) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2", b"3"])
    seen = []

    for message in pull:
        seen.append(message.content)
        if len(seen) == 3:
            threading.Timer(0.02, pull.close).start()

    assert seen == [b"1", b"2", b"3"]
    assert list(pull) == []


def test_batches_end_when_the_socket_is_closed(pipeline: tuple[zmq4.Push, zmq4.Pull]) -> None:
    push, pull = pipeline
    push.send_many([b"1", b"2", b"3"])
    sizes = []

    for batch in pull.batches(max=2, timeout=0.01):
        sizes.append(len(batch))
        if not batch:
            pull.close()

    assert sizes == [2, 1, 0]
    assert list(pull.batches()) == []


def test_error_of_the_body_is_not_taken_for_the_end(
    pipeline: tuple[zmq4.Push, zmq4.Pull],
) -> None:
    push, pull = pipeline
    push.send(b"x")

    def fail() -> None:
        for _ in pull:
            raise zmq4.Closed("mine")

    with pytest.raises(zmq4.Closed, match="mine"):
        fail()


def test_closing_wakes_whoever_waits(deadline: float) -> None:
    pull, push = zmq4.Pull(), zmq4.Push(connect="tcp://127.0.0.1:9", send_hwm=1)
    push.send(b"fills the queue")
    ended: list[str] = []

    def waiting(call: object) -> threading.Thread:
        def run() -> None:
            with pytest.raises(zmq4.Closed):
                call()  # type: ignore[operator]
            ended.append("closed")

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = [
        waiting(pull.recv),
        waiting(pull.recv_many),
        waiting(lambda: push.send(b"x")),
        waiting(push.drain),
        waiting(push.endpoint.ready),
    ]
    time.sleep(0.05)  # there is no telling from outside that they wait
    pull.close()
    push.close(linger=0)
    for thread in threads:
        thread.join(deadline)

    assert ended == ["closed"] * 5


def test_terminating_the_context_wakes_whoever_waits(deadline: float) -> None:
    context = zmq4.Context()
    with zmq4.Pull(context=context) as pull:

        def end() -> None:
            with pytest.raises(zmq4.Timeout, match="PULL"):
                context.term(timeout=0)

        later = threading.Timer(0.05, end)
        later.start()
        with pytest.raises(zmq4.ContextTerminated):
            pull.recv(timeout=deadline)
        with pytest.raises(zmq4.ContextTerminated):
            next(iter(pull))
        with pytest.raises(zmq4.ContextTerminated):
            zmq4.Pull(context=context)
        later.join()
    context.term(timeout=deadline)


def test_closed_socket_refuses_everything_but_closing() -> None:
    pair = zmq4.Pair(bind="inproc://socket-closed")
    pair.close()
    pair.close(linger=5)

    assert pair.closed
    for call in (
        lambda: pair.send(b"x"),
        lambda: pair.try_send(b"x"),
        lambda: pair.send_many([b"x"]),
        pair.drain,
        pair.recv,
        pair.recv_bytes,
        pair.recv_many,
        pair.try_recv,
        lambda: pair.recv_into(bytearray(1)),
        lambda: pair.bind("inproc://socket-closed"),
        lambda: pair.connect("inproc://socket-closed"),
    ):
        with pytest.raises(zmq4.Closed):
            call()


def test_socket_whose_context_is_closed_is_closed() -> None:
    with zmq4.Context() as context:
        pull = zmq4.Pull(context=context)

    assert pull.closed


def test_leaving_the_block_closes_even_by_an_exception() -> None:
    with pytest.raises(KeyError), zmq4.Push() as push:
        raise KeyError

    assert push.closed


def test_drain_returns_when_the_kernel_has_everything(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send_many([b"x" * 1000] * 100)
        push.drain(timeout=deadline)
        assert push.stats().queued == 0

        push.close(linger=0)
        received = 0
        while received < 100:
            received += len(pull.recv_many(timeout=deadline))


def test_drain_in_vain_tells_how_many_are_left(time_unit: float) -> None:
    with zmq4.Push(connect="tcp://127.0.0.1:9", linger=0) as push:
        push.send_many([b"1", b"2"])
        with pytest.raises(zmq4.Timeout, match="2 messages"):
            push.drain(timeout=time_unit)
