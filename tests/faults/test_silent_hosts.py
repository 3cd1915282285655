"""A host that has died is given up after `tcp_user_timeout`; a peer that only reads nothing is not.

The system would end both with its own limit: while a peer's window is closed it counts what is unsent as unacknowledged.
"""

import contextlib
import ctypes
import os
import time

import pytest

import zmq4
from fixtures.children import Children
from fixtures.clock import TIME_UNIT

CLONE_NEWNET = 0x40000000

DEAD_HOST = """
import ctypes, fcntl, socket, struct, sys
assert ctypes.CDLL(None, use_errno=True).unshare(0x40000000) == 0

def set_loopback(flags):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", flags))  # SIOCSIFFLAGS

UP, DOWN = 1, 0
set_loopback(UP)
import zmq4

with (
    zmq4.Pull(bind="tcp://127.0.0.1:0", tcp_keepalive=None) as pull,
    zmq4.Push(tcp_user_timeout=float(sys.argv[1]), tcp_keepalive=None, linger=0) as push,
):
    events = push.events(timeout=20)
    push.connect(pull.endpoint).ready(5)
    push.send("before")
    assert pull.recv(timeout=5).text == "before"
    set_loopback(DOWN)
    push.send("into the void")
    gone = next(event for event in events if isinstance(event, zmq4.Disconnected))
    print(gone.cause)
"""


def may_make_networks() -> bool:
    """Tell whether this process may make a namespace of the network; tried in a child."""
    pid = os.fork()
    if pid == 0:
        os._exit(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_host_that_has_died_is_given_up(children: Children) -> None:
    if not may_make_networks():
        pytest.skip("may make no namespaces of the network")

    assert children.run(DEAD_HOST, str(10 * TIME_UNIT)) == "timeout\n"


def test_peer_that_reads_nothing_keeps_its_connection(tcp_endpoint: str, deadline: float) -> None:
    limit = 5 * TIME_UNIT
    block = bytes(64 * 1024)
    with (
        zmq4.Pull(bind=tcp_endpoint, recv_hwm=2) as pull,
        zmq4.Push(send_hwm=2, tcp_user_timeout=limit) as push,
    ):
        events = push.events()
        push.connect(pull.endpoint).ready(deadline)
        sent = 0
        with contextlib.suppress(zmq4.Timeout):
            while True:
                push.send(str(sent), block, timeout=TIME_UNIT)
                sent += 1

        time.sleep(4 * limit)  # the time that the system would have taken to give it up

        received = [int(pull.recv(timeout=deadline)[0]) for _ in range(sent)]
        assert received == list(range(sent))
        push.send("more", block)
        assert bytes(pull.recv(timeout=deadline)[0]) == b"more"
        assert not any(isinstance(told, zmq4.Disconnected) for told in iter(events.try_next, None))
