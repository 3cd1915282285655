"""Unsent messages at the end of the interpreter: sent while lingering lasts, and given up then."""

from collections.abc import Callable

import pytest

import zmq4
from fixtures.children import Children
from process.ending import End

EndOf = Callable[..., End]

COUNT = 2000

SENDER = """
        import sys
        import zmq4

        push = zmq4.Push(connect=sys.argv[1], send_hwm=0{options})
        push.send_many(str(number).zfill(1000) for number in range({count}))
        print("end")
        {ending}
"""


def sender(options: str = "", ending: str = "") -> str:
    """Return a program that ends with messages unsent."""
    return SENDER.format(options=options and f", {options}", ending=ending, count=COUNT)


ENDINGS = ["", "sys.exit(0)", "del push", "push.close()", "push = None; import gc; gc.collect()"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_unsent_messages_go_out_to_a_living_peer(end_of: EndOf, ending: str) -> None:
    with zmq4.Context() as context, zmq4.Pull(context=context, recv_hwm=0) as pull:
        place = pull.bind("tcp://127.0.0.1:0")

        end = end_of(sender("linger=20", ending), str(place))
        received = [int(pull.recv(timeout=5).text) for _ in range(COUNT)]

    assert (end.status, end.errors) == (0, "")
    assert received == list(range(COUNT))


def test_slow_peer_gets_all_within_the_linger_time(children: Children) -> None:
    with (
        zmq4.Context() as context,
        zmq4.Pull(context=context, recv_hwm=1, kernel_recv_buffer=4096) as pull,
    ):
        place = pull.bind("tcp://127.0.0.1:0")
        process = children.start(sender("linger=None"), str(place))

        received = [int(pull.recv(timeout=10).text) for _ in range(COUNT)]
        _, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")
    assert received == list(range(COUNT))


@pytest.mark.parametrize("linger", [0, 0.3, 1])
def test_dead_peer_is_waited_for_no_longer_than_linger(
    end_of: EndOf, time_unit: float, linger: float
) -> None:
    end = end_of(sender(f"linger={linger}"), "tcp://127.0.0.1:1")

    assert (end.status, end.errors) == (0, "")
    assert linger * 0.9 <= end.seconds < linger + 5 * time_unit


def test_dead_peer_is_waited_for_one_second_by_default(end_of: EndOf, time_unit: float) -> None:
    end = end_of(sender(), "tcp://127.0.0.1:1")

    assert (end.status, end.errors) == (0, "")
    assert 0.9 <= end.seconds < 1 + 5 * time_unit


def test_longest_linger_of_many_sockets_is_the_wait_and_not_their_sum(
    end_of: EndOf, time_unit: float
) -> None:
    end = end_of(
        """
        import zmq4

        contexts = [zmq4.Context() for _ in range(3)]
        sockets = [
            zmq4.Push(connect="tcp://127.0.0.1:1", linger=0.5, context=context)
            for context in contexts * 3
        ]
        for socket in sockets:
            socket.send(b"x")
        print("end")
        """
    )

    assert (end.status, end.errors) == (0, "")
    assert 0.4 < end.seconds < 0.5 + 5 * time_unit


def test_peer_that_reads_nothing_is_waited_for_no_longer_than_linger(
    end_of: EndOf, time_unit: float
) -> None:
    with (
        zmq4.Context() as context,
        zmq4.Pull(context=context, recv_hwm=1, kernel_recv_buffer=4096) as pull,
    ):
        place = pull.bind("tcp://127.0.0.1:0")

        end = end_of(sender("linger=0.5"), str(place))

    assert (end.status, end.errors) == (0, "")
    assert end.seconds < 0.5 + 5 * time_unit


def test_interrupt_while_lingering_ends_the_program(end_of: EndOf, time_unit: float) -> None:
    end = end_of(
        """
        import os, signal, threading
        import zmq4

        push = zmq4.Push(connect="tcp://127.0.0.1:1", linger=5)
        push.send(b"x")
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.daemon = True
        timer.start()
        print("end")
        """
    )

    assert end.seconds < 20 * time_unit
