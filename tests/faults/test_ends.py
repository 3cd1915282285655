"""The end of the interpreter amid dialogues of every type: no hang, no noise, the status its own."""

from collections.abc import Callable

import pytest

from faults.dialogues import ASYNC_SOCKETS, ASYNC_WAITS, SOCKETS, WAITS, kind_of
from process.ending import End

EndOf = Callable[..., End]


def test_threads_blocked_in_every_call_do_not_hold_up_the_end(
    end_of: EndOf, deadline: float
) -> None:
    calls = [(kind_of(call), call) for call in WAITS]

    end = end_of(
        SOCKETS
        + f"""
def wait(call, sockets):
    try:
        eval(call, globals(), sockets)
    except (zmq4.ZMQError, StopIteration):
        pass

for kind, call in {calls}:
    threading.Thread(target=wait, args=(call, {{kind: make(kind)}}), daemon=True).start()
print("end")
sys.exit(7)
"""
    )

    assert (end.status, end.output, end.errors) == (7, "end\n", "")
    assert end.seconds < deadline


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_loop_that_waits_in_every_call_does_not_hold_up_the_end(
    end_of: EndOf, deadline: float, loop: str
) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    calls = [(kind_of(call), call) for call in ASYNC_WAITS]

    end = end_of(
        ASYNC_SOCKETS
        + f"""
import {loop}

waiting = threading.Event()

async def wait():
    made = [({{kind: make(kind)}}, call) for kind, call in {calls}]
    tasks = [
        asyncio.ensure_future(eval(call, globals(), sockets)) for sockets, call in made
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.set()
    await asyncio.gather(*tasks, return_exceptions=True)

loop = ({loop}.new_event_loop)()
threading.Thread(target=loop.run_until_complete, args=(wait(),), daemon=True).start()
waiting.wait()
print("end")
sys.exit(7)
"""
    )

    assert (end.status, end.output, end.errors) == (7, "end\n", "")
    assert end.seconds < deadline


SCRIPTS = {
    "request_half_answered": """
        rep = zmq4.Rep(bind="inproc://x")
        req = zmq4.Req(connect="inproc://x")
        req.send("x")
        kept = rep.recv(timeout=5)
    """,
    "reply_on_its_way": """
        rep = zmq4.Rep(bind="tcp://127.0.0.1:0")
        req = zmq4.Req(connect=rep.endpoint)
        req.send("x")
        rep.recv(timeout=5).reply("y")
    """,
    "subscriptions_held": """
        xpub = zmq4.XPub(bind="tcp://127.0.0.1:0", manual=True)
        sub = zmq4.Sub(connect=xpub.endpoint, topics=["a", "b"])
        kept = [xpub.recv(timeout=5), xpub.recv(timeout=5)]
    """,
    "publisher_in_full_flood": """
        pub = zmq4.Pub(bind="tcp://127.0.0.1:0")
        sub = zmq4.Sub(connect=pub.endpoint, topics="")
        pub.wait_for_subscribers(1, timeout=5)

        def flood():
            try:
                while True:
                    pub.send(b"x" * 100)
            except zmq4.ZMQError:
                pass

        threading.Thread(target=flood, daemon=True).start()
        sub.recv(timeout=5)
    """,
    "exception_in_a_destructor": """
        class Bad:
            def __init__(self, socket):
                self.socket = socket

            def __del__(self):
                try:
                    self.socket.send(b"x")
                except Exception as error:
                    print(type(error).__name__, error, flush=True)

        bad = Bad(zmq4.Push(connect="tcp://127.0.0.1:1", linger=0, send_hwm=1, send_timeout=0))
        bad.socket.send(b"fills it")
    """,
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_program_that_ends_amid_a_dialogue_ends_quickly_and_silently(
    end_of: EndOf, deadline: float, script: str
) -> None:
    end = end_of(
        f"        import threading\n        import zmq4\n{SCRIPTS[script].rstrip()}\n"
        '        print("end")\n'
    )

    assert (end.status, end.errors) == (0, "")
    assert end.output == "end\n" + ("Closed Push is closed\n" if "destructor" in script else "")
    assert end.seconds < deadline
