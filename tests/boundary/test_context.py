"""`Context`: what sockets share, and how it ends."""

import threading

import pytest

import zmq4


def test_sockets_share_the_default_context() -> None:
    default = zmq4.Context.default()
    with (
        zmq4.Pull(bind="inproc://context-shared") as pull,
        zmq4.Push(connect="inproc://context-shared", context=default) as push,
    ):
        push.send(b"x")
        assert pull.recv_bytes(timeout=5) == b"x"
    assert not zmq4.Context.default().closed


def test_context_has_the_threads_it_was_asked_for() -> None:
    with zmq4.Context(2) as two, zmq4.Context(io_threads=0) as none:
        assert (two.io_threads, none.io_threads) == (2, 0)


def test_context_without_threads_serves_this_process_alone() -> None:
    with zmq4.Context(io_threads=0) as context:
        with (
            zmq4.Pull(bind="inproc://context-none", context=context) as pull,
            zmq4.Push(connect=pull.endpoint, context=context) as push,
        ):
            push.send(b"x")
            assert pull.recv_bytes(timeout=5) == b"x"
        with pytest.raises(zmq4.ZMQError, match="I/O thread"):
            zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)


def test_block_closes_context_and_sockets() -> None:
    with zmq4.Context() as context:
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)

    assert context.closed
    with pytest.raises(zmq4.Closed):
        pull.recv()
    pull.close()


def test_context_may_be_closed_again() -> None:
    context = zmq4.Context()

    context.close()
    context.close()
    context.term()

    assert context.closed


def test_end_waits_for_what_lingers(deadline: float) -> None:
    context = zmq4.Context()
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        push = zmq4.Push(connect=pull.endpoint, context=context, linger=deadline)
        push.send_many([b"x" * 1000] * 1000)
        push.close()

        context.term(timeout=deadline)

        received = 0
        while received < 1000:
            received += len(pull.recv_many(timeout=deadline))


def test_end_in_time_names_what_is_pending(time_unit: float) -> None:
    context = zmq4.Context()
    push = zmq4.Push(connect="tcp://127.0.0.1:9", context=context, linger=5 * time_unit)
    push.send(b"x")

    with pytest.raises(zmq4.Timeout, match=r"PUSH \(tcp://127.0.0.1:9; 1 messages unsent\)"):
        context.term(timeout=time_unit)
    push.close()
    with pytest.raises(zmq4.Timeout, match="still send"):
        context.term(timeout=time_unit)
    context.term(timeout=50 * time_unit)

    assert context.closed


def test_end_waits_for_sockets_of_other_threads(deadline: float) -> None:
    context = zmq4.Context()
    pull = zmq4.Pull(context=context)

    def work() -> None:
        with pull, pytest.raises(zmq4.ContextTerminated):
            pull.recv()

    thread = threading.Thread(target=work)
    thread.start()
    context.term(timeout=deadline)
    thread.join()

    assert pull.closed
