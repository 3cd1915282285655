"""Signals amid dialogues of every type: Ctrl-C ends each wait, and a storm of others is not noticed."""

import json

import pytest

from faults.dialogues import ASYNC_SOCKETS, ASYNC_WAITS, SOCKETS, WAITS, kind_of
from fixtures.children import Children

INTERRUPTS = """
class Enough(Exception):
    pass

def handle(*_):
    raise Enough

def is_interrupted(work):
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        work()
    except Enough:
        return True
    return False
"""


def test_handler_that_raises_ends_every_wait(children: Children) -> None:
    output = children.run(
        SOCKETS
        + INTERRUPTS
        + f"""
import json

sockets = {{}}
ended = []
for kind, call in {[(kind_of(call), call) for call in WAITS]}:
    sockets.setdefault(kind, make(kind))
    if is_interrupted(lambda: eval(call, globals(), sockets)):
        ended.append(call)
print(json.dumps(ended))
os._exit(0)
"""
    )

    assert json.loads(output) == WAITS


@pytest.mark.parametrize("call", ["req.request(b'x')", "pub.wait_for_subscribers()"])
def test_interrupt_of_the_keyboard_ends_a_wait(children: Children, call: str) -> None:
    output = children.run(
        SOCKETS
        + f"""
sockets = {{{kind_of(call)!r}: make({kind_of(call)!r})}}
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    {call.replace(kind_of(call), f"sockets[{kind_of(call)!r}]", 1)}
except KeyboardInterrupt:
    print("interrupted")
os._exit(0)
"""
    )

    assert output == "interrupted\n"


def test_request_that_was_interrupted_is_given_up_and_the_next_is_answered(
    children: Children,
) -> None:
    output = children.run(
        SOCKETS
        + INTERRUPTS
        + """
rep = zmq4.Rep(bind="tcp://127.0.0.1:0")
req = zmq4.Req(connect=rep.endpoint)
print(is_interrupted(lambda: req.request(b"first")))

def serve():
    for request in rep:
        request.reply(b"to " + request.content)

thread = threading.Thread(target=serve)
thread.start()
print(req.request(b"second", timeout=10).text)
rep.close()
req.close()
thread.join()
"""
    )

    assert output == "True\nto second\n"


def test_storm_of_signals_loses_no_request(children: Children) -> None:
    output = children.run(
        SOCKETS
        + """
COUNT = 3000
alarms = 0

def handle(*_):
    global alarms
    alarms += 1

def serve():
    for request in rep:
        request.reply(*request)

with zmq4.Rep(bind="tcp://127.0.0.1:0") as rep, zmq4.Req(connect=rep.endpoint) as req:
    thread = threading.Thread(target=serve)
    thread.start()
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    for number in range(COUNT):
        assert int(req.request(b"%d" % number, timeout=10).content) == number
    signal.setitimer(signal.ITIMER_REAL, 0)
    rep.close()
    thread.join()
print(alarms > 10)
""",
        deadline=50,
    )

    assert output == "True\n"


def test_signal_ends_a_loop_that_waits_in_any_call(children: Children) -> None:
    calls = [(kind_of(call), call) for call in ASYNC_WAITS]
    output = children.run(
        ASYNC_SOCKETS
        + f"""
async def wait():
    made = [({{kind: make(kind)}}, call) for kind, call in {calls}]
    tasks = [asyncio.ensure_future(eval(call, globals(), sockets)) for sockets, call in made]
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        await asyncio.gather(*tasks)
    finally:
        for sockets, _ in made:
            for socket in sockets.values():
                socket.close()

try:
    asyncio.run(wait())
except KeyboardInterrupt:
    print("interrupted")
"""
    )

    assert output == "interrupted\n"
