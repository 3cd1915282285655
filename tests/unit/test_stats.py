"""`zmq4.stats`: counters that add up."""

import pytest

import zmq4
from zmq4 import Stats

FRAME_HEADER = 2


def test_counters_follow_messages_from_send_to_receive(inproc_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint) as pull,
        zmq4.Push(connect=inproc_endpoint) as push,
    ):
        push.send_many([b"12345", b"12345", b"12345"])
        pull.recv(timeout=5)

        sent, received = push.stats(), pull.stats()

    assert (sent.sent, sent.received) == (3, 0)
    assert (received.sent, received.received, received.unread) == (0, 1, 2)


def test_what_nobody_takes_is_queued() -> None:
    with zmq4.Push(connect="inproc://nobody-binds-this", linger=0) as push:
        push.send(b"12345")
        stats = push.stats()

    assert (stats.queued, stats.queued_bytes) == (1, FRAME_HEADER + 5)


def test_what_is_dropped_is_counted() -> None:
    with zmq4.Push(
        connect="inproc://nobody-binds-this", send_hwm=1, on_full="drop_newest", linger=0
    ) as push:
        push.send(b"1")
        push.send(b"2")
        stats = push.stats()

    assert (stats.sent, stats.dropped, stats.queued) == (1, 1, 1)


def test_drops_are_counted_by_reason() -> None:
    with (
        zmq4.Router(on_unroutable="drop") as router,
        zmq4.Push(on_full="drop_newest") as lonely,
        zmq4.Push(connect="inproc://nobody", send_hwm=1, on_full="drop_oldest") as oldest,
        zmq4.Push(connect="inproc://nobody", conflate=True) as newest,
    ):
        for socket in (lonely, oldest, newest):
            socket.send_many([b"1", b"2", b"3"])
        router.send(b"nobody", b"x")

        by_reason = [drops(socket.stats()) for socket in (router, lonely, oldest, newest)]

    assert by_reason == [
        {"unroutable": 1},
        {"unroutable": 3},
        {"full": 2},
        {"replaced": 2},
    ]


def drops(stats: Stats) -> dict[str, int]:
    """Return what was dropped by reason, where anything was."""
    by_reason = {
        "full": stats.dropped_full,
        "unroutable": stats.dropped_unroutable,
        "gone": stats.dropped_gone,
        "replaced": stats.dropped_replaced,
    }
    assert sum(by_reason.values()) == stats.dropped
    return {reason: count for reason, count in by_reason.items() if count}


def test_time_that_sends_have_waited_is_added_up(inproc_endpoint: str) -> None:
    with zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push:
        push.send(b"1")
        assert push.stats().blocked_seconds == 0
        for _ in range(2):
            with pytest.raises(zmq4.Timeout):
                push.send(b"2", timeout=0.05)

        assert push.stats().blocked_seconds >= 0.1


def test_stats_of_equal_counters_are_equal() -> None:
    assert Stats(1, 2, 3, 4, 5, 6, 7) == Stats(1, 2, 3, 4, 5, 6, 7)
    assert Stats(1, 2, 3, 4, 5, 6, 7) != Stats(1, 2, 3, 4, 5, 6, 7, dropped_full=3)
    with pytest.raises(AttributeError):
        Stats(1, 2, 3, 4, 5, 6, 7).sent = 1  # type: ignore[misc]


def test_handshakes_are_counted(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send(b"x")
        pull.recv(timeout=deadline)

        for sock in (pull, push):
            assert sock.stats().handshakes == zmq4.Handshakes(begun=1, completed=1)
