"""Memory grows without bound, and high-water marks do not say of what.

L#4006, P#1410, P#727, P#52, P#1261, L#3470, L#4335; 500 MB a message in vllm#16432.
"""

import os
from pathlib import Path

import pytest

import zmq4
from fixtures.children import Children

MIB = 1 << 20


def resident() -> int:
    """Return the octets of memory that the process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_mark_in_octets_bounds_what_is_queued(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, send_hwm_bytes="64MiB", linger=0) as push:
        before = resident()
        sent = next(n for n in range(1000) if not push.try_send(bytearray(MIB)))

        assert sent == 63  # with its header each is a little larger than a MiB
        assert push.stats().queued == 63
        assert 63 * MIB <= push.stats().queued_bytes <= 64 * MIB
        assert resident() - before < 100 * MIB


def test_memory_of_a_burst_is_given_back(children: Children) -> None:
    output = children.run(
        """
        import ctypes, zmq4
        from pathlib import Path

        def resident():
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

        with (
            zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=0) as pull,
            zmq4.Push(connect=pull.endpoint, send_hwm=0) as push,
        ):
            for _ in range(10):
                push.send(b"x")
                pull.recv()
            before = resident()
            push.send_many(b"%d" % n + b"x" * 1000 for n in range(100_000))
            most = resident()
            while pull.stats().received < 100_010:
                pull.recv_many()
            pull.recv_many(timeout=0.5)
            ctypes.CDLL(None).malloc_trim(0)  # the allocator's own stock is not ours
            print(most - before > 50, resident() - before < 30, resident() - before)
        """
    )

    assert output.startswith("True True "), output


def test_one_message_of_100_mib_is_queued_once(tcp_endpoint: str, deadline: float) -> None:
    body = b"x" * (100 * MIB)
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        before = resident()
        push.send(body)
        received = pull.recv(timeout=deadline)

        assert received[0] == body
        # The receiver's octets, and the `bytes` that were asked for: two, and not five.
        assert resident() - before < 260 * MIB


@pytest.mark.parametrize(
    ("on_full", "error"),
    [("drop_newest", None), ("drop_oldest", None), ("error", zmq4.WouldBlock)],
)
def test_what_happens_at_the_mark_is_chosen_by_name_and_counted(
    refusing_endpoint: str, on_full: str, error: type[Exception] | None
) -> None:
    options = {"send_hwm": 10, "on_full": on_full}
    with zmq4.Push(connect=refusing_endpoint, linger=0, **options) as push:  # type: ignore[arg-type]
        push.send_many([b"x"] * 10)
        if error:
            with pytest.raises(error):
                push.send(b"one too many")
        else:
            push.send(b"one too many")
            assert push.stats().dropped == 1
        assert push.stats().queued == 10


def test_queue_is_seen_from_outside(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, linger=0) as push:
        push.send(b"x" * 100, b"y" * 100)
        stats = push.stats()

    assert (stats.sent, stats.queued, stats.queued_bytes, stats.dropped) == (1, 1, 204, 0)
