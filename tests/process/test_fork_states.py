"""Forking at any moment: the child's own sockets work, and the parent's traffic goes on untouched."""

from collections.abc import Callable

import pytest

Run = Callable[..., str]

CHILD = """
        def child():
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as own, zmq4.Push(connect=own.endpoint) as to:
                to.send(b"own")
                assert own.recv(timeout=5).content == b"own"
            with zmq4.Pull(bind="inproc://own") as own, zmq4.Push(connect="inproc://own") as to:
                to.send(b"own")
                assert own.recv(timeout=5).content == b"own"
"""
"""A child that uses fresh sockets of the implicit context, over I/O threads and without."""


def test_fork_before_any_socket(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        in_fork(child)
        child()
        in_fork(child)
    """)


def test_implicit_context_of_the_child_is_a_new_one(run_forking: Run) -> None:
    run_forking("""
        with zmq4.Pull(bind="inproc://same") as pull:
            def child():
                with zmq4.Pull(bind="inproc://same") as own, zmq4.Push(connect="inproc://same") as to:
                    to.send(b"own")
                    assert own.recv(timeout=5).content == b"own"
                    assert not zmq4.Context.default().closed

            in_fork(child)
            assert pull.try_recv() is None
            assert not pull.context.closed
    """)


def test_fork_with_connected_sockets(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.endpoint.ready(timeout=5)
            for number in range(20):
                in_fork(child)
                push.send(str(number))
                assert pull.recv(timeout=5).text == str(number)
    """)


def test_fork_amid_a_flood_loses_and_doubles_nothing(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        enough = threading.Event()
        sent = received = 0

        def flood():
            global sent
            while not enough.is_set():
                sent += push.send_many(map(str, range(sent, sent + 1000)))
            push.send(b"end")

        def drain():
            global received
            while (message := pull.recv(timeout=5)).content != b"end":
                assert int(message.content) == received
                received += 1

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            threads = [threading.Thread(target=flood), threading.Thread(target=drain)]
            for thread in threads:
                thread.start()
            for _ in range(20):
                before = received
                in_fork(child)
                until(lambda: received > before)
            enough.set()
            for thread in threads:
                thread.join()

        assert received == sent, (received, sent)
    """)


def test_fork_with_threads_blocked_in_every_call(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        pulls = [zmq4.Pull(bind="tcp://127.0.0.1:0") for _ in range(5)]
        full = zmq4.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0)
        full.send(b"fills it")
        ended = []

        def blocked(call):
            try:
                call()
            except zmq4.Closed as error:
                ended.append(error)
            else:
                ended.append(None)

        calls = [pulls[0].recv, pulls[1].recv_bytes, pulls[2].recv_many, lambda: list(pulls[3])]
        calls += [pulls[4].events().next]
        calls += [pulls[4].endpoint.ready, lambda: full.send(b"no room"), full.drain, full.endpoint.ready]
        threads = [threading.Thread(target=blocked, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for _ in range(10):
            in_fork(child)
        assert not ended
        assert all(thread.is_alive() for thread in threads)
        for socket in [*pulls, full]:
            socket.close()
        for thread in threads:
            thread.join(5)
        assert len(ended) == len(calls)
    """)


def test_fork_within_a_running_loop(run_forking: Run) -> None:
    run_forking(f"""
        import asyncio
        import zmq4.asyncio
        {CHILD}
        async def main():
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
                zmq4.asyncio.Push(connect=pull.endpoint) as push,
            ):
                waiting = asyncio.create_task(pull.recv())
                await asyncio.sleep(0)
                for _ in range(10):
                    in_fork(child)
                assert not waiting.done()
                await push.send(b"still")
                assert (await asyncio.wait_for(waiting, 5)).content == b"still"

        asyncio.run(main())
    """)


def test_loop_of_the_child_is_independent_of_the_parents(run_forking: Run) -> None:
    run_forking("""
        import asyncio
        import zmq4.asyncio

        async def exchange():
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
                zmq4.asyncio.Push(connect=pull.endpoint) as push,
            ):
                for number in range(1000):
                    await push.send(str(number))
                return [int((await pull.recv(timeout=5)).text) for _ in range(1000)]

        def in_fresh_loop():
            assert asyncio.new_event_loop().run_until_complete(exchange()) == list(range(1000))

        async def main():
            exchanges = [asyncio.create_task(exchange()) for _ in range(3)]
            await asyncio.sleep(0)
            for _ in range(5):
                pid = os.fork()
                if pid == 0:
                    asyncio.events._set_running_loop(None)
                    _end_with(in_fresh_loop)
                assert await asyncio.to_thread(wait_for, pid) == 0
            for each in exchanges:
                assert await each == list(range(1000))

        asyncio.run(main())
    """)


def test_fork_from_a_thread(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            failures = []

            def fork():
                try:
                    in_fork(child)
                except BaseException as error:
                    failures.append(error)

            threads = [threading.Thread(target=fork) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failures, failures
            push.send(b"still")
            assert pull.recv(timeout=5).content == b"still"
    """)


def test_child_of_a_child_has_sockets_of_its_own(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        def generations(left):
            child()
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.endpoint.ready(timeout=5)
                if left:
                    in_fork(lambda: generations(left - 1))
                push.send(b"still")
                assert pull.recv(timeout=5).content == b"still"

        generations(3)
    """)


def test_fork_while_closed_sockets_still_send(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        with zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=1, kernel_recv_buffer=4096) as pull:
            with zmq4.Push(connect=pull.endpoint, linger=5, send_hwm=0) as push:
                push.send_many(bytes(1000) for _ in range(2000))
            for _ in range(10):
                in_fork(child)
            for _ in range(2000):
                assert len(pull.recv_bytes(timeout=5)) == 1000
    """)


def test_fork_while_a_context_is_being_terminated(run_forking: Run) -> None:
    run_forking(f"""{CHILD}
        context = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)
        ending = threading.Thread(target=context.term)
        ending.start()
        while not context.closed:
            time.sleep(0.001)  # a context tells nobody that it begins to end
        for _ in range(5):
            in_fork(child)
        assert ending.is_alive()
        pull.close()
        ending.join(5)
        assert not ending.is_alive()
    """)


def test_fork_while_the_log_is_busy(run_forking: Run) -> None:
    run_forking(
        f"""{CHILD}
        import socket as system

        # Bound and not listening: who connects is refused, and each attempt is a line of the log.
        deaf = system.socket()
        deaf.bind(("127.0.0.1", 0))
        address = "tcp://127.0.0.1:%d" % deaf.getsockname()[1]
        at_once = zmq4.Backoff(1e-5, max=1e-5, jitter=0)
        pushes = [zmq4.Push(connect=address, linger=0, reconnect=at_once) for _ in range(50)]
        for _ in range(150):
            in_fork(child)
        """,
        deadline=50,
    )


@pytest.mark.parametrize(
    "way", ["os._exit(3)", "sys.exit(3)", "os.kill(os.getpid(), 9)", "1 / 0", "pass"]
)
def test_end_of_the_child_does_not_disturb_the_parent(run_forking: Run, way: str) -> None:
    run_forking(
        """
        import faulthandler

        # The watchdog's thread is not in the child, whose interpreter would wait for it at its end.
        faulthandler.cancel_dump_traceback_later()
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.endpoint.ready(timeout=5)
            push.send(b"before")
            for _ in range(3):
                pid = os.fork()
                if pid == 0:
                    sys.stderr = open(os.devnull, "w")
                    own = zmq4.Pull(bind="tcp://127.0.0.1:0")
                    to = zmq4.Push(connect=own.endpoint, linger=0.1)
                    to.send(b"unread")
                    exec(sys.argv[1])
                    sys.exit(0)
                status = wait_for(pid)
                expected = {"os._exit(3)": 3, "sys.exit(3)": 3, "1 / 0": 1, "pass": 0}
                assert status == expected.get(sys.argv[1], -9), status
                push.send(b"still")
            assert [pull.recv(timeout=5).text for _ in range(4)] == ["before", *["still"] * 3]
        """,
        way,
    )
