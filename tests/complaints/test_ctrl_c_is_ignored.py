"""Ctrl-C does nothing while a call waits, or loses a message.

P#64, P#100, P#746, P#1368.
"""

import pytest

from faults.dialogues import SOCKETS, WAITS, kind_of
from fixtures.children import Children

PIPELINE = """
pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
full = zmq4.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0)
full.send(b"fills it")
"""
PIPELINE_WAITS = [
    "pull.recv()",
    "pull.recv_many()",
    "list(pull)",
    "pull.endpoint.ready()",
    "full.send(b'x')",
    "full.drain()",
]

INTERRUPT = """
def interrupt():
    os.kill(os.getpid(), signal.SIGINT)

def interrupted(work):
    timer = threading.Timer(0.05, interrupt)
    timer.start()
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        timer.join()
    return False
"""


def test_every_wait_ends_with_keyboard_interrupt(children: Children) -> None:
    output = children.run(
        SOCKETS
        + PIPELINE
        + INTERRUPT
        + f"""
sockets = {{"pull": pull, "full": full}}
for kind, call in {[(kind_of(call), call) for call in (*PIPELINE_WAITS, *WAITS)]}:
    if kind not in sockets:
        sockets[kind] = make(kind)
    assert interrupted(lambda: eval(call, globals(), sockets)), call
print("all of them")
os._exit(0)
"""
    )

    assert output == "all of them\n"


def test_handler_that_returns_lets_the_program_wait_on_and_lose_nothing(
    children: Children,
) -> None:
    output = children.run(
        SOCKETS
        + """
COUNT = 2000
interrupts = 0

def handle(*_):
    global interrupts
    interrupts += 1

def send():
    for number in range(COUNT):
        push.send(b"%d" % number)
        if number % 10 == 0:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, handle)
with zmq4.Pull(bind="inproc://race") as pull, zmq4.Push(connect="inproc://race") as push:
    thread = threading.Thread(target=send)
    thread.start()
    for number in range(COUNT):
        assert int(pull.recv(timeout=10).content) == number
    thread.join()
print(interrupts > 0)
"""
    )

    assert output == "True\n"


@pytest.mark.parametrize("call", ["pull.recv()", "full.send(b'x')"])
def test_default_handler_ends_the_program_with_a_traceback_and_no_hang(
    children: Children, call: str
) -> None:
    process = children.start(
        SOCKETS
        + PIPELINE
        + f"""
print("begun", flush=True)
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
{call}
"""
    )
    _, errors = process.communicate()

    assert process.returncode in {-2, 130, 1}
    assert errors.rstrip().endswith("KeyboardInterrupt")
