"""What a context can be asked for; libzmq's other options of contexts have no place here."""

import pytest

import zmq4
from faces.patience import eventually
from fixtures.leaks import threads


def io_threads() -> int:
    """Count the I/O threads of the process."""
    return sum(title.startswith("zmq4-io") for _, title in threads())


@pytest.mark.parametrize("count", [1, 3])
def test_rule_58_context_has_as_many_io_threads_as_asked_for(count: int) -> None:
    before = io_threads()
    with zmq4.Context(io_threads=count) as context:
        assert context.io_threads == count
        with zmq4.Pull(bind="tcp://127.0.0.1:0", context=context):
            eventually(lambda: io_threads() == before + count)


def test_rule_58_without_io_threads_inproc_works_and_nothing_else(
    inproc_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Context(io_threads=0) as context,
        zmq4.Pull(bind=inproc_endpoint, context=context) as pull,
        zmq4.Push(connect=inproc_endpoint, context=context) as push,
    ):
        push.send(b"x")
        assert pull.recv_bytes(timeout=deadline) == b"x"
        for address in ("tcp://127.0.0.1:0", "ipc://*"):
            with pytest.raises(zmq4.ZMQError, match="no I/O threads"):
                pull.bind(address)
        with pytest.raises(zmq4.ZMQError, match="no I/O threads"):
            push.connect("tcp://127.0.0.1:9")


def test_rule_58_threads_are_started_by_the_first_socket_that_needs_them() -> None:
    before = io_threads()
    with zmq4.Context(io_threads=2) as context, zmq4.Pull(context=context) as pull:
        pull.bind("inproc://needs-no-thread")
        assert io_threads() == before

        pull.bind("tcp://127.0.0.1:0")

        eventually(lambda: io_threads() == before + 2)


@pytest.mark.parametrize("count", [-1, 1025, 1 << 40, 1 << 70, 1.5, "two", None])
def test_rule_58_number_of_threads_that_cannot_be_is_refused(count: object) -> None:
    with pytest.raises((zmq4.OptionError, OverflowError, TypeError)):
        zmq4.Context(io_threads=count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "option",
    ["max_sockets", "socket_limit", "thread_priority", "max_msgsz", "msg_t_size", "ipv6", "blocky"],
)
def test_rule_58_options_of_libzmqs_contexts_are_not_taken(option: str) -> None:
    with pytest.raises(TypeError):
        zmq4.Context(**{option: 1})


def test_rule_58_number_of_sockets_is_not_limited(inproc_endpoint: str) -> None:
    with zmq4.Context() as context:
        socks = [zmq4.Pull(context=context) for _ in range(3000)]
        for number, sock in enumerate(socks):
            sock.bind(f"{inproc_endpoint}-{number}")
        for sock in socks:
            sock.close()
