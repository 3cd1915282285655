"""`conflate`: only the newest whole message is kept."""

import pytest

import zmq4
from faces.patience import eventually


def test_newest_message_is_kept_whole(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, conflate=True) as pull,
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        for number in range(10):
            push.send(b"head", b"%d" % number, b"tail")

        assert [*pull.recv(timeout=0)] == [b"head", b"9", b"tail"]
        assert pull.try_recv() is None


def test_sender_that_conflates_never_waits(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, conflate=True, send_hwm=1, linger=0) as push:
        push.send_many([b"x"] * 10_000, timeout=0)

        assert push.stats().queued == 1


def test_sender_keeps_the_newest_for_a_peer_to_come(ipc_endpoint: str, deadline: float) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(connect=ipc_endpoint, conflate=True, reconnect=backoff) as push:
        for number in range(100):
            push.send(b"%d" % number, b"tail")
        with zmq4.Pull(bind=ipc_endpoint) as pull:
            assert [*pull.recv(timeout=deadline)] == [b"99", b"tail"]
            assert pull.try_recv() is None


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_reader_never_stops_the_sender(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with (
        zmq4.Pull(bind=endpoint, conflate=True, recv_hwm=1) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=10) as push,
    ):
        push.send_many([b"%d" % number for number in range(50_000)], timeout=deadline)
        push.send(b"head", b"last", timeout=deadline)
        push.drain(deadline)

        seen: list[bytes] = []
        while not seen or seen[-1] != b"last":
            seen.append(pull.recv(timeout=deadline)[-1])

        assert len(seen) < 1000
        assert pull.try_recv() is None


def test_messages_arrive_in_order_and_never_twice(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, conflate=True) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        seen = [-1]
        for number in range(2000):
            push.send(b"%d" % number)
            message = pull.try_recv()
            if message is not None:
                seen.append(int(message.content))
        while seen[-1] != 1999:
            seen.append(int(pull.recv(timeout=deadline).content))

    assert seen == sorted(set(seen))


def test_each_peer_has_a_newest_of_its_own(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, conflate=True) as pull,
        zmq4.Push(connect=inproc_endpoint) as one,
        zmq4.Push(connect=inproc_endpoint) as other,
    ):
        one.send_many([b"1", b"2"])
        other.send_many([b"3", b"4"])

        assert {pull.recv(timeout=0).content for _ in range(2)} == {b"2", b"4"}
        assert pull.try_recv() is None


def test_newest_replaces_what_was_looked_at_and_left(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, conflate=True) as pull,
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        push.send(b"old", b"multipart")
        with pytest.raises(zmq4.MultipartError):
            pull.recv_bytes(timeout=0)
        push.send(b"new")

        assert pull.recv_bytes(timeout=0) == b"new"
        eventually(lambda: pull.try_recv() is None)
