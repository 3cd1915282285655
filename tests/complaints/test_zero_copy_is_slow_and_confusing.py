"""Zero-copy is slow, needs a flag, a thread and a tracker, and its threshold surprises.

P#389, P#408, P#976, P#1036 (a thread for the collector), P#1364, P#1223, vllm#7957.
"""

import sys
import threading

import pytest

import zmq4
from complaints.test_memory_grows_and_marks_surprise import resident

MIB = 1 << 20


def test_large_bytes_are_the_same_object_at_the_other_end(inproc_endpoint: str) -> None:
    body = bytes(MIB)
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        push.send(body)
        push.send(b"head", body)
        push.send_many([body, (b"head", body)])

        assert pull.recv_bytes() is body
        assert pull.recv()[1] is body
        assert pull.recv()[0] is body
        assert pull.recv()[1] is body


def test_queueing_a_large_object_takes_no_memory(refusing_endpoint: str) -> None:
    body = bytes(20 * MIB)
    with zmq4.Push(connect=refusing_endpoint, send_hwm=0, linger=0) as push:
        before = resident()
        push.send_many([body] * 100)  # two gigabytes, if they were copied

        assert push.stats().queued_bytes > 2000 * MIB
        assert resident() - before < 20 * MIB


def test_memory_of_a_received_frame_is_read_without_a_copy(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send(bytes(50 * MIB))
        message = pull.recv(timeout=deadline)
        before = resident()

        views = [memoryview(message.frame(0))[n:] for n in range(10)]

        assert sum(view.nbytes for view in views) > 499 * MIB
        assert resident() - before < 10 * MIB


def test_no_thread_is_needed_to_let_go(tcp_endpoint: str, deadline: float) -> None:
    body = bytes(MIB)
    before, threads = sys.getrefcount(body), threading.active_count()
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        for _ in range(10):
            push.send(body)
            assert len(pull.recv_bytes(timeout=deadline)) == MIB
        push.drain(deadline)
        with pytest.raises(zmq4.Timeout):
            pull.recv(timeout=0.001)

        assert sys.getrefcount(body) == before
        assert threading.active_count() == threads


def test_memory_that_may_change_is_never_shared(inproc_endpoint: str) -> None:
    memory = bytearray(b"before" * 100_000)
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        push.send(memory)
        memory[:6] = b"after!"

        assert pull.recv_bytes()[:6] == b"before"
