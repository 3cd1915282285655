"""The end of the interpreter with sockets in whatever state: no hang, no noise, the status unchanged."""

from collections.abc import Callable

import pytest

from process.ending import End

EndOf = Callable[..., End]

BLOCKED = [
    "pull.recv()",
    "pull.recv_bytes()",
    "pull.recv_into(bytearray(9))",
    "pull.recv_many()",
    "list(pull)",
    "list(pull.batches())",
    "pull.endpoint.ready()",
    "full.send(b'x')",
    "full.send_many([b'x'] * 9)",
    "full.drain()",
    "full.endpoint.ready()",
    "list(pull.events())",
    "context.term()",
]
"""Calls that wait for ever."""

SOCKETS = """
        import sys, threading
        import zmq4

        context = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        full = zmq4.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0)
        full.send(b"fills it")
        open_in_context = zmq4.Pull(bind="inproc://open", context=context)
"""


@pytest.mark.parametrize("call", BLOCKED)
def test_daemon_thread_blocked_in_a_call_does_not_hold_up_the_end(
    end_of: EndOf, time_unit: float, call: str
) -> None:
    end = end_of(
        f"""{SOCKETS}
        waiting = threading.Event()

        def block():
            waiting.set()
            try:
                {call}
            except zmq4.ZMQError:
                pass

        threading.Thread(target=block, daemon=True).start()
        waiting.wait()
        print("end")
        sys.exit(7)
        """
    )

    assert (end.status, end.output, end.errors) == (7, "end\n", "")
    assert end.seconds < 20 * time_unit


@pytest.mark.parametrize("call", BLOCKED[:5])
def test_daemon_thread_that_is_busy_with_sockets_does_not_spoil_the_end(
    end_of: EndOf, time_unit: float, call: str
) -> None:
    end = end_of(
        f"""{SOCKETS}
        push = zmq4.Push(connect=pull.endpoint)

        def send():
            while True:
                try:
                    push.send(b"x")
                except zmq4.ZMQError:
                    return

        def receive():
            while True:
                try:
                    {call}
                except zmq4.ZMQError:
                    return

        for work in (send, send, receive, receive):
            threading.Thread(target=work, daemon=True).start()
        push.endpoint.ready()
        print("end")
        sys.exit(7)
        """
    )

    assert (end.status, end.output, end.errors) == (7, "end\n", "")
    assert end.seconds < 20 * time_unit


ENDINGS = {
    "end_of_file": ("", 0, ""),
    "status": ("sys.exit(3)", 3, ""),
    "text": ("sys.exit('bad luck')", 1, "bad luck\n"),
    "immediate": ("import os; os._exit(5)", 5, ""),
}


@pytest.mark.parametrize("case", ENDINGS)
def test_status_and_errors_of_a_program_with_open_sockets_are_its_own(
    end_of: EndOf, time_unit: float, case: str
) -> None:
    way, status, errors = ENDINGS[case]

    end = end_of(
        f"""{SOCKETS}
        push = zmq4.Push(connect=pull.endpoint)
        push.send(b"x")
        pull.recv(timeout=5)
        print("end")
        {way}
        """
    )

    assert (end.status, end.errors) == (status, errors)
    assert end.seconds < 20 * time_unit


def test_uncaught_exception_shows_its_own_traceback_only(end_of: EndOf) -> None:
    end = end_of(f"""{SOCKETS}
        raise LookupError("mine")
    """)

    assert end.status == 1
    assert end.errors.count("Traceback") == 1
    assert end.errors.endswith("LookupError: mine\n")


SCRIPTS = {
    "exception_in_del": """
        class Holder:
            def __init__(self):
                self.socket = zmq4.Pull(bind="tcp://127.0.0.1:0")
            def __del__(self):
                self.socket.close()
                self.socket.recv()

        sys.unraisablehook = lambda unraisable: None
        holder = Holder()
        print("end")
    """,
    "cycle": """
        class Holder:
            pass

        holder = Holder()
        holder.socket, holder.holder = zmq4.Pull(bind="tcp://127.0.0.1:0"), holder
        del holder
        print("end")
    """,
    "own_context": """
        context = zmq4.Context(io_threads=3)
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)
        push = zmq4.Push(connect=pull.endpoint, context=context)
        push.send(b"x")
        pull.recv(timeout=5)
        print("end")
    """,
    "many_sockets": """
        pulls = [zmq4.Pull(bind="tcp://127.0.0.1:0") for _ in range(100)]
        pushes = [zmq4.Push(connect=pull.endpoint) for pull in pulls]
        for push in pushes:
            push.endpoint.ready(timeout=10)
        print("end")
    """,
    "socket_in_a_thread_local": """
        local = threading.local()
        local.socket = zmq4.Pull(bind="tcp://127.0.0.1:0")
        print("end")
    """,
    "socket_used_by_a_later_exit_handler": """
        import atexit
        pull = zmq4.Pull(bind="inproc://late")

        def late():
            with zmq4.Push(connect="inproc://late") as push:
                push.send(b"x")
            assert pull.recv(timeout=5).content == b"x"

        atexit.register(late)
        print("end")
    """,
    "message_kept": """
        with zmq4.Pull(bind="inproc://kept") as pull, zmq4.Push(connect="inproc://kept") as push:
            push.send(bytes(10**6))
            message = pull.recv()
        frame = memoryview(message.frame(0))
        print("end")
    """,
    "endpoint_kept": """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        endpoint, peers = pull.endpoint, pull.peers()
        del pull
        print("end")
    """,
    "iterator_kept": """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        push = zmq4.Push(connect=pull.endpoint)
        push.send(b"x")
        iterator = iter(pull)
        next(iterator)
        print("end")
    """,
    "loop_never_closed": """
        import asyncio
        import zmq4.asyncio

        loop = asyncio.new_event_loop()

        async def use():
            pull = zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0")
            push = zmq4.asyncio.Push(connect=pull.endpoint)
            await push.send(b"x")
            await pull.recv(timeout=5)
            return pull, push

        sockets = loop.run_until_complete(use())
        print("end")
    """,
    "loop_stopped_with_tasks_waiting": """
        import asyncio
        import zmq4.asyncio

        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda loop, context: None)

        async def use():
            pull = zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0")
            push = zmq4.asyncio.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0)
            await push.send(b"x")
            return [asyncio.ensure_future(each) for each in (pull.recv(), push.send(b"y"))]

        tasks = loop.run_until_complete(use())
        loop.run_until_complete(asyncio.sleep(0))
        print("end")
        for task in tasks:
            task._log_destroy_pending = False
    """,
    "loop_in_a_daemon_thread": """
        import asyncio
        import zmq4.asyncio

        waiting = threading.Event()

        async def use():
            async with zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull:
                asyncio.get_running_loop().call_soon(waiting.set)
                try:
                    await pull.recv()
                except zmq4.ZMQError:
                    pass

        threading.Thread(target=asyncio.run, args=(use(),), daemon=True).start()
        waiting.wait()
        print("end")
    """,
    "coroutine_never_awaited": """
        import warnings
        import zmq4.asyncio

        warnings.simplefilter("ignore")
        pull = zmq4.asyncio.Pull(bind="inproc://never")
        kept = pull.recv()
        print("end")
    """,
    "import_of_the_package_alone": """
        print("end")
    """,
    "terminated_context": """
        context = zmq4.Context()
        zmq4.Pull(bind="tcp://127.0.0.1:0", context=context).close()
        context.term()
        zmq4.Context.default().term()
        print("end")
    """,
    "log_handler_that_raises": """
        import logging

        class Bad(logging.Handler):
            def emit(self, record):
                raise OSError

        logging.raiseExceptions = False
        logging.getLogger("zmq4").addHandler(Bad())
        logging.getLogger("zmq4").setLevel(logging.DEBUG)
        push = zmq4.Push(connect="tcp://127.0.0.1:1", linger=0)
        print("end")
    """,
}


@pytest.mark.parametrize("case", SCRIPTS)
def test_program_ends_quickly_and_silently(end_of: EndOf, time_unit: float, case: str) -> None:
    end = end_of(f"        import sys, threading\n        import zmq4\n{SCRIPTS[case]}")

    assert (end.status, end.output, end.errors) == (0, "end\n", "")
    assert end.seconds < 20 * time_unit
