"""Sockets that are forgotten: they warn, they close, and nothing is left of them."""

import pytest

from fixtures.children import Children

PRELUDE = """
        import asyncio, gc, os, sys, time, warnings
        import zmq4, zmq4.asyncio

        def possessions():
            return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

        def wait_for(expected):
            give_up = time.monotonic() + 5
            while (now := possessions()) > expected:
                assert time.monotonic() < give_up, (now, expected)
                time.sleep(0.001)  # the system tells nobody when a descriptor goes

        def settle():
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.send(b"x")
                pull.recv(timeout=5)
                push.endpoint.ready(timeout=5)
                try:
                    pull.recv(timeout=0.001)
                except zmq4.Timeout:
                    pass
            for _ in range(100):
                time.sleep(0.001)  # likewise
                gc.collect()
            return possessions()

        warnings.simplefilter("always")
        before = settle()
"""

FORGOTTEN = {
    "bound": "each = zmq4.Pull(bind='tcp://127.0.0.1:0')",
    "bound_ipc": "each = zmq4.Pull(bind='ipc://*')",
    "connecting": "each = zmq4.Push(connect='tcp://127.0.0.1:1', linger=0)",
    "no_endpoint": "each = zmq4.Pair()",
    "asyncio": "each = zmq4.asyncio.Dealer(bind='tcp://127.0.0.1:0')",
    "cycle": "each = [zmq4.Pull(bind='tcp://127.0.0.1:0')]; each.append(each)",
    "subclass_cycle": (
        "each = type('Named', (zmq4.Pull,), {})(bind='tcp://127.0.0.1:0'); each.me = each"
    ),
    "kept_by_its_own_iterator": (
        "each = (zmq4.Pull(bind='inproc://i', recv_timeout=0.001),)\n"
        "each += (iter(each[0]),)\n"
        "try: next(each[1])\n"
        "except zmq4.Timeout: pass\n"
    ),
}


@pytest.mark.parametrize("case", FORGOTTEN)
def test_forgotten_socket_warns_once_and_is_closed(children: Children, case: str) -> None:
    children.run(
        f"""{PRELUDE}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            exec(sys.argv[1])
            del each
            gc.collect()
        assert [warning.category for warning in caught] == [ResourceWarning], caught
        assert "unclosed socket" in str(caught[0].message)
        wait_for(before)
        """,
        FORGOTTEN[case],
    )


def test_forgotten_sockets_that_are_connected_are_closed(children: Children) -> None:
    children.run(f"""{PRELUDE}
        warnings.simplefilter("ignore")
        for _ in range(50):
            pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
            push = zmq4.Push(connect=pull.endpoint)
            push.endpoint.ready(timeout=5)
            push.send(b"unread")
        del pull, push
        gc.collect()
        wait_for(before)
    """)


def test_socket_in_a_cycle_with_its_thread_is_closed_when_both_go(children: Children) -> None:
    children.run(f"""{PRELUDE}
        import threading
        warnings.simplefilter("ignore")

        class Worker:
            def __init__(self):
                self.pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
                self.thread = threading.Thread(target=self.work)
                self.thread.start()

            def work(self):
                assert self.pull.recv(timeout=5).content == b"go"

        workers = [Worker() for _ in range(10)]
        for worker in workers:
            with zmq4.Push(connect=worker.pull.endpoint) as push:
                push.send(b"go")
                worker.thread.join()
        del workers, worker
        gc.collect()
        wait_for(before)
    """)


def test_forgotten_context_is_ended_with_its_threads(children: Children) -> None:
    children.run(f"""{PRELUDE}
        for _ in range(20):
            context = zmq4.Context(io_threads=2)
            with zmq4.Pull(bind="tcp://127.0.0.1:0", context=context) as pull:
                with zmq4.Push(connect=pull.endpoint, context=context) as push:
                    push.send(b"x")
                    pull.recv(timeout=5)
            context.term(timeout=5)
            del context, pull, push
        wait_for(before)
    """)


def test_endpoints_and_messages_do_not_keep_a_socket_open(children: Children) -> None:
    children.run(f"""{PRELUDE}
        warnings.simplefilter("ignore")
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        push = zmq4.Push(connect=pull.endpoint)
        push.send(b"kept")
        message = pull.recv(timeout=5)
        endpoint, peers, peer, stats = pull.endpoint, pull.peers(), message.peer, pull.stats()
        del pull, push
        gc.collect()
        wait_for(before)
        assert message.content == b"kept"
        assert endpoint.state == "closed"
    """)


def test_message_of_a_closed_socket_keeps_its_frames(children: Children) -> None:
    children.run(f"""{PRELUDE}
        body = bytes(range(256)) * 4096
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.send(body, b"small")
            message = pull.recv(timeout=5)
        del pull, push, body
        view = memoryview(message.frame(0))
        del message
        gc.collect()
        assert view == bytes(range(256)) * 4096
    """)


def test_object_sent_is_released_when_it_has_gone(children: Children) -> None:
    children.run("""
        import gc, sys, time
        import zmq4

        body = bytes(1_000_000)
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            before = sys.getrefcount(body)
            for _ in range(20):
                push.send(body)
                assert len(pull.recv_bytes(timeout=5)) == len(body)
            push.drain(timeout=5)
            give_up = time.monotonic() + 5
            while sys.getrefcount(body) > before:
                assert time.monotonic() < give_up, sys.getrefcount(body)
                try:
                    pull.recv(timeout=0.001)  # a call that waits releases what has gone
                except zmq4.Timeout:
                    pass
    """)
