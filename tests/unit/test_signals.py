"""`zmq4._signals`: what is sent to the process reaches the main thread, whoever waits."""

import signal
import threading
from pathlib import Path

import zmq4
from fixtures.children import Children
from fixtures.clock import DEADLINE
from zmq4.majordomo import Broker, Client, Worker

PROGRAM = """
import signal, sys, threading
from zmq4.majordomo import Broker, Client, Worker

broker = Broker("tcp://127.0.0.1:0")
worker = Worker(broker.endpoint, "echo", lambda request: request, concurrency=3)
with worker, Client(broker.endpoint) as client:
    for _ in range(30):
        came = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: came.set())
        client.request("echo", "x", timeout=5)
        print("ready")
        came.wait()
        print("came")
    print("done")
broker.close()
"""


def is_deaf(thread: int | None) -> bool:
    """Tell whether a thread lets SIGTERM through to others."""
    status = Path(f"/proc/self/task/{thread}/status").read_text()
    blocked = next(line for line in status.splitlines() if line.startswith("SigBlk"))
    return bool(int(blocked.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_threads_that_wait_leave_signals_to_the_main_thread() -> None:
    inside: list[bool] = []

    def note(_request: zmq4.Message) -> bytes:
        inside.append(is_deaf(threading.get_native_id()))
        return b""

    with (
        Broker("tcp://127.0.0.1:0") as broker,
        Worker(broker.endpoint, "note", note),
        Client(broker.endpoint) as client,
    ):
        client.request("note", "x", timeout=DEADLINE)
        ours = [each for each in threading.enumerate() if each.name.startswith("zmq4-")]
        deaf = {each.name: is_deaf(each.native_id) for each in ours}

    assert {"zmq4-log", "zmq4-broker"} < set(deaf)
    assert all(deaf.values()), deaf
    assert inside == [False]  # the children of a handler can be ended


def test_every_signal_reaches_a_main_thread_that_waits(children: Children) -> None:
    program = children.start(PROGRAM)
    assert program.stdout is not None

    for line in program.stdout:
        if line == "ready\n":
            program.send_signal(signal.SIGTERM)
        if line == "done\n":
            break

    assert program.wait(DEADLINE) == 0
