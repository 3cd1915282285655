"""Connections that are lost, or not to be had: made again, by the rules of `Backoff`."""

import socket
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

import zmq4
from faces.patience import eventually


@pytest.fixture
def knocker() -> Iterator[socket.socket]:
    """Give a listening socket for those who take a connection and hang up."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(10)
        yield listener


def knocks(listener: socket.socket, count: int) -> list[float]:
    """Hang up on callers, and return when they called."""
    times = []
    for _ in range(count):
        caller, _ = listener.accept()
        times.append(time.monotonic())
        caller.close()
    return times


def address(listener: socket.socket) -> str:
    return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_lost_connection_is_made_again(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with zmq4.Push(reconnect=zmq4.Backoff(0.01, max=0.01)) as push:
        with zmq4.Pull(bind=endpoint) as pull:
            address = str(pull.endpoint)
            push.connect(address).ready(deadline)
        for number in range(3):
            with zmq4.Pull(bind=address) as pull:
                pull.endpoint.ready(deadline)
                push.send(b"%d" % number)
                assert pull.recv(timeout=deadline).content == b"%d" % number
            eventually(lambda: push.endpoint.state == "connecting")


def test_what_was_queued_meanwhile_goes_to_the_next_connection(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(reconnect=zmq4.Backoff(0.01, max=0.01)) as push:
        with zmq4.Pull(bind=tcp_endpoint) as pull:
            address = str(pull.endpoint)
            push.connect(address).ready(deadline)
        eventually(lambda: push.endpoint.state == "connecting")

        push.send_many([b"1", (b"2", b"3")])

        with zmq4.Pull(bind=address) as pull:
            assert pull.recv(timeout=deadline) == zmq4.Message(b"1")
            assert pull.recv(timeout=deadline) == zmq4.Message(b"2", b"3")


def test_delays_double_up_to_the_longest(knocker: socket.socket) -> None:
    backoff = zmq4.Backoff(0.02, max=0.08, jitter=0)

    with zmq4.Push(connect=address(knocker), reconnect=backoff, linger=0):
        times = knocks(knocker, 6)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(
        gap >= least * 0.9 for gap, least in zip(gaps, [0.02, 0.04, 0.08, 0.08, 0.08], strict=True)
    )
    assert sum(gaps) < 5


def test_jitter_moves_every_delay_within_its_share(knocker: socket.socket) -> None:
    backoff = zmq4.Backoff(0.04, max=0.04, jitter=0.5)

    with zmq4.Push(connect=address(knocker), reconnect=backoff, linger=0):
        times = knocks(knocker, 6)

    assert all(later - earlier >= 0.04 * 0.5 * 0.9 for earlier, later in pairwise(times))


def test_none_is_never_again(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Push(reconnect=None, linger=0) as push:
        with zmq4.Pull(bind=tcp_endpoint) as pull:
            line = push.connect(pull.endpoint)
            line.ready(deadline)
        eventually(lambda: line.state == "stopped")

        with pytest.raises(zmq4.NoPeers):
            line.ready(timeout=0)


def test_refusal_may_be_the_end(refusing_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Push(connect=refusing_endpoint, reconnect_stop={"refused"}, linger=0) as push,
        pytest.raises(zmq4.NoPeers, match="refused"),
    ):
        push.endpoint.ready(deadline)


def test_missing_file_counts_as_a_refusal(ipc_endpoint: str, deadline: float) -> None:
    with zmq4.Push(connect=ipc_endpoint, reconnect_stop={"refused"}, linger=0) as push:
        with pytest.raises(zmq4.NoPeers, match="No such file"):
            push.endpoint.ready(deadline)

        assert push.endpoint.state == "stopped"


def test_failed_handshake_may_be_the_end(knocker: socket.socket) -> None:
    with zmq4.Push(reconnect=zmq4.Backoff(0.01), linger=0) as push:
        push.reconnect_stop = {"handshake_failed"}
        push.connect(address(knocker))
        knocks(knocker, 1)

        eventually(lambda: push.endpoint.state == "stopped")
        assert push.endpoint.attempts == 1


def test_refusal_does_not_end_what_only_a_failed_handshake_ends(refusing_endpoint: str) -> None:
    backoff = zmq4.Backoff(0.001, max=0.002)
    with zmq4.Push(reconnect=backoff, reconnect_stop=["handshake_failed"], linger=0) as push:
        push.connect(refusing_endpoint)

        eventually(lambda: push.endpoint.attempts > 3)


def test_closed_endpoint_may_leave_what_it_has_queued(
    refusing_endpoint: str, deadline: float
) -> None:
    with zmq4.Context() as context:
        push = zmq4.Push(context=context, linger=None, reconnect_stop={"disconnected"})
        push.connect(refusing_endpoint)
        push.send(b"never sent")

        push.endpoint.close()
        push.close()

        context.term(deadline)


def test_attempts_are_counted_until_one_succeeds(deadline: float) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        with zmq4.Push(connect=address(holder), reconnect=zmq4.Backoff(0.01, max=0.02)) as push:
            eventually(lambda: push.endpoint.attempts >= 3)
            free = str(push.endpoint)
            holder.close()
            with zmq4.Pull(bind=free):
                push.endpoint.ready(deadline)
                assert push.endpoint.attempts == 0


def test_break_in_a_burst_delivers_no_message_in_part(tcp_endpoint: str, deadline: float) -> None:
    burst = [[b"%d" % number, b"x" * 50_000, b"end"] for number in range(300)]
    with zmq4.Push(reconnect=zmq4.Backoff(0.01, max=0.01)) as push:
        with zmq4.Pull(bind=tcp_endpoint, recv_hwm=1) as pull:
            address = str(pull.endpoint)
            push.connect(address).ready(deadline)
            push.send_many(burst)
            pull.recv(timeout=deadline)
        with zmq4.Pull(bind=address) as pull:
            pull.endpoint.ready(deadline)
            push.send(b"300", b"", b"end")
            arrived = [pull.recv(timeout=deadline)]
            while arrived[-1][0] != b"300":
                arrived.append(pull.recv(timeout=deadline))

    numbers = [int(message[0]) for message in arrived]
    assert {(len(message), message[2]) for message in arrived} == {(3, b"end")}
    assert numbers == [*range(numbers[0], 301)]
