"""Signals: Ctrl-C ends every wait at once, and a storm of others is not noticed."""

from collections.abc import Callable

import pytest

from fixtures.children import Children

Figures = Callable[..., None]

SOCKETS = """
        import asyncio, os, signal, sys, threading, time
        import zmq4, zmq4.asyncio

        context = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        full = zmq4.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0)
        full.send(b"fills it")
        open_in_context = zmq4.Pull(bind="inproc://open", context=context)
        lingering = zmq4.Context()
        unsent = zmq4.Push(connect="tcp://127.0.0.1:1", linger=5, context=lingering)
        unsent.send(b"to nobody")
        poller = zmq4.Poller()
        poller.register(pull)
        poller.register(full, zmq4.PollEvent.OUT)
        poller.register(os.pipe()[0])
        back = zmq4.Push(bind="inproc://back")
        proxy = zmq4.Proxy(pull, back)
        paused = zmq4.Proxy(pull, back)
        paused.pause()
"""

CALLS = [
    "pull.recv()",
    "pull.recv(timeout=30)",
    "pull.recv_bytes()",
    "pull.recv_into(bytearray(9))",
    "pull.recv_many()",
    "next(iter(pull))",
    "list(pull)",
    "next(pull.batches())",
    "full.send(b'x')",
    "full.send(b'x', timeout=30)",
    "full.send_many([b'x'] * 9)",
    "full.drain()",
    "full.endpoint.ready()",
    "poller.poll()",
    "poller.poll(timeout=30)",
    "proxy.run()",
    "paused.run()",
    "pull.endpoint.ready(timeout=30)",
    "next(pull.events())",
    "list(pull.events(timeout=30))",
    "context.term()",
    "context.term(timeout=30)",
    "lingering.close()",
    "lingering.__exit__()",
]

ASYNC = """
        async def wait(kind):
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as apull,
                zmq4.asyncio.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0) as afull,
            ):
                await afull.send(b"fills it")
                match kind:
                    case "recv": await apull.recv()
                    case "recv_many": await apull.recv_many()
                    case "send": await afull.send(b"x")
                    case "drain": await afull.drain()
                    case "ready": await afull.endpoint.ready()
                    case "events": await anext(apull.events())
                    case "iteration": [message async for message in apull]
                    case "poll":
                        poller = zmq4.asyncio.Poller()
                        poller.register(apull)
                        poller.register(os.pipe()[0])
                        await poller.poll()
                    case "proxy": await zmq4.asyncio.Proxy(apull, afull).run()
"""

ASYNC_CALLS = [
    f"asyncio.run(wait({kind!r}))"
    for kind in (
        *("recv", "recv_many", "send", "drain", "ready", "events", "iteration", "poll", "proxy"),
    )
]

INTERRUPT = """
        def interrupt():
            global sent
            time.sleep(0.1)  # nothing tells another thread that a call has begun to wait
            sent = time.monotonic()
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt).start()
"""


@pytest.mark.parametrize("call", [*CALLS, *ASYNC_CALLS])
def test_interrupt_ends_a_waiting_call_at_once(
    children: Children, figures: Figures, call: str
) -> None:
    output = children.run(
        f"""{SOCKETS}{ASYNC}{INTERRUPT}
        try:
            {call}
        except KeyboardInterrupt:
            print(time.monotonic() - sent)
        else:
            raise AssertionError("it returned")
        os._exit(0)
        """
    )

    figures(call=call, interrupted_ms=round(float(output) * 1000, 1))
    assert float(output) < 0.5


@pytest.mark.parametrize("call", CALLS)
def test_handler_that_returns_lets_a_call_wait_on(children: Children, call: str) -> None:
    children.run(
        f"""{SOCKETS}
        calls = 0

        class Enough(Exception):
            pass

        def handle(*_):
            global calls
            calls += 1
            if calls == 5:
                raise Enough

        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        try:
            {call}
        except Enough:
            signal.setitimer(signal.ITIMER_REAL, 0)
        else:
            raise AssertionError("it returned")
        os._exit(0)
        """
    )


def test_time_limit_holds_under_signals(children: Children) -> None:
    children.run(
        f"""{SOCKETS}
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        began = time.monotonic()
        try:
            pull.recv(timeout=0.5)
        except zmq4.Timeout:
            assert 0.5 <= time.monotonic() - began < 1.5
        else:
            raise AssertionError("it returned")
        os._exit(0)
        """
    )


@pytest.mark.parametrize("transport", ["tcp://127.0.0.1:0", "inproc://storm"])
def test_storm_of_signals_loses_nothing_and_raises_nothing(
    children: Children, figures: Figures, transport: str
) -> None:
    output = children.run(
        """
        import signal, sys, threading
        import zmq4

        COUNT = 200_000
        alarms = 0

        def handle(*_):
            global alarms
            alarms += 1

        def receive():
            received.extend(int(pull.recv_bytes(timeout=10)) for _ in range(COUNT))

        received = []
        with zmq4.Pull(bind=sys.argv[1]) as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.endpoint.ready(timeout=5)
            signal.signal(signal.SIGALRM, handle)
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            thread = threading.Thread(target=receive)
            thread.start()
            for number in range(COUNT):
                push.send(str(number))
            thread.join()
            for number in range(20_000):
                push.send(str(number))
                assert int(pull.recv_bytes(timeout=10)) == number
            signal.setitimer(signal.ITIMER_REAL, 0)

        assert received == list(range(COUNT))
        assert alarms > 50, alarms
        print(alarms)
        """,
        transport,
        deadline=50,
    )

    figures(alarms=output.strip(), messages=220_000)


def test_storm_of_signals_does_not_disturb_a_loop(children: Children) -> None:
    children.run(
        """
        import asyncio, signal
        import zmq4.asyncio

        COUNT = 50_000

        async def main():
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
                zmq4.asyncio.Push(connect=pull.endpoint) as push,
            ):
                async def send():
                    for number in range(COUNT):
                        await push.send(str(number))

                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(send())
                    for number in range(COUNT):
                        assert int(await pull.recv_bytes(timeout=10)) == number

        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        asyncio.run(main())
        signal.setitimer(signal.ITIMER_REAL, 0)
        """,
        deadline=40,
    )


TAKES = [
    "map(pull.recv, [10])",
    "map(pull.recv_bytes, [10])",
    "map(bytes, map(pull.recv_bytes, [10]))",
]
"""Receive one message each, in native code from the call to the list: a handler that raises between
them would have Python's own leave to lose it."""


@pytest.mark.parametrize("take", TAKES)
def test_handler_that_raises_leaves_the_message_in_its_place(children: Children, take: str) -> None:
    children.run(
        f"""
        import random, signal
        import zmq4

        class Now(Exception):
            pass

        def handle(*_):
            global raised
            if is_armed:
                raised += 1
                raise Now

        signal.signal(signal.SIGALRM, handle)
        chance = random.Random(20261123)
        received, raised, is_armed = [], 0, False
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            for number in range(3000):
                push.send(str(number))
                while len(received) <= number:
                    try:
                        is_armed = True
                        signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 100e-6))
                        received.extend({take})
                        is_armed = False
                    except Now:
                        is_armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert pull.try_recv() is None
        texts = [each if isinstance(each, bytes) else each.content for each in received]
        assert [int(text) for text in texts] == list(range(3000))
        assert raised > 100, raised
        """,
        deadline=40,
    )


@pytest.mark.parametrize("call", ["pull.recv_many(timeout=10)", "[next(iter(pull))]"])
def test_handler_that_raises_while_several_are_received_takes_none_of_them(
    children: Children, call: str
) -> None:
    children.run(
        f"""
        import signal, threading, time
        import zmq4

        class Now(Exception):
            pass

        def handle(*_):
            raise Now

        signal.signal(signal.SIGALRM, handle)
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.endpoint.ready(timeout=5)
            for _ in range(20):
                signal.setitimer(signal.ITIMER_REAL, 0.005)
                try:
                    {call}
                except Now:
                    pass
                else:
                    raise AssertionError("there was nothing to receive")
            push.send_many([b"1", b"2", b"3"])
            assert [pull.recv(timeout=5).text for _ in range(3)] == ["1", "2", "3"]
        """
    )


def test_send_interrupted_while_it_waits_has_sent_nothing(children: Children) -> None:
    children.run(
        """
        import signal
        import zmq4

        class Now(Exception):
            pass

        def handle(*_):
            raise Now

        signal.signal(signal.SIGALRM, handle)
        with zmq4.Push(bind="inproc://full", send_hwm=2) as push:
            with zmq4.Pull(connect="inproc://full", recv_hwm=2) as pull:
                while push.try_send(b"fills it"):
                    pass
                for _ in range(20):
                    signal.setitimer(signal.ITIMER_REAL, 0.005)
                    try:
                        push.send(b"interrupted")
                    except Now:
                        pass
                received = iter(pull.try_recv, None)
                assert {message.content for message in received} == {b"fills it"}
            signal.setitimer(signal.ITIMER_REAL, 0)
        """
    )


def test_signal_that_arrives_as_a_wait_begins_ends_it(children: Children, figures: Figures) -> None:
    output = children.run(
        """
        import random, signal, time
        import zmq4

        class Now(Exception):
            pass

        def handle(*_):
            raise Now

        signal.signal(signal.SIGALRM, handle)
        chance = random.Random(20261123)
        late = 0
        with zmq4.Pull(bind="inproc://begins") as pull:
            for _ in range(10_000):
                began = time.monotonic()
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 40e-6))
                    pull.recv(timeout=0.1)
                except Now:
                    late += time.monotonic() - began > 0.09
        print(late)
        """,
        deadline=50,
    )

    figures(noticed_late=output.strip(), of=10_000)
    assert int(output) == 0
