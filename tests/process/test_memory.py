"""Memory, descriptors and threads stay flat, however many messages and sockets come and go."""

from collections.abc import Callable

import pytest

from fixtures.children import Children

Figures = Callable[..., None]

MEASURE = """
        import asyncio, gc, os, sys, time
        import zmq4, zmq4.asyncio

        def resident():
            gc.collect()
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        def possessions():
            return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

        def wait_for(expected):
            give_up = time.monotonic() + 5
            while (now := possessions()) > expected:
                assert time.monotonic() < give_up, (now, expected)
                time.sleep(0.001)  # the system tells nobody when a descriptor goes

        def growth(work, warm, times):
            for _ in range(warm):
                work()
            before, had = resident(), possessions()
            for _ in range(times):
                work()
            wait_for(had)
            return resident() - before
"""

EXCHANGES = {
    "one_by_one": """
        def exchange():
            for _ in range(500):
                push.send(b"x" * 100)
            for _ in range(500):
                pull.recv()
    """,
    "bytes": """
        def exchange():
            for _ in range(500):
                push.send(b"x" * 100)
            for _ in range(500):
                pull.recv_bytes()
    """,
    "batches": """
        def exchange():
            left = push.send_many([b"x" * 100] * 500)
            while left:
                left -= len(pull.recv_many())
    """,
    "multipart": """
        def exchange():
            for _ in range(500):
                push.send(b"head", b"", b"x" * 300)
            for _ in range(500):
                message = pull.recv()
                assert (len(message[2]), message.peer.version) == (300, (3, 1))
    """,
}


@pytest.mark.parametrize("case", EXCHANGES)
def test_memory_is_flat_over_a_million_messages(
    children: Children, figures: Figures, case: str
) -> None:
    output = children.run(
        f"""{MEASURE}{EXCHANGES[case]}
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            print(growth(exchange, 200, 2000))
        """,
        deadline=50,
    )

    figures(messages=1_000_000, grown_kib=int(output) // 1024)
    assert int(output) < 1 << 20


@pytest.mark.parametrize("place", ["tcp://127.0.0.1:0", "inproc://large"])
def test_memory_is_flat_over_large_messages(
    children: Children, figures: Figures, place: str
) -> None:
    output = children.run(
        f"""{MEASURE}
        body = bytes(300_000)

        def exchange():
            for _ in range(5):
                push.send(body)
            for _ in range(5):
                assert len(pull.recv()[0]) == len(body)

        with zmq4.Pull(bind=sys.argv[1]) as pull, zmq4.Push(connect=pull.endpoint) as push:
            print(growth(exchange, 50, 500))
        """,
        place,
        deadline=50,
    )

    figures(messages=2500, grown_kib=int(output) // 1024)
    assert int(output) < 8 << 20


def test_memory_is_flat_over_messages_of_a_loop(children: Children, figures: Figures) -> None:
    output = children.run(
        f"""{MEASURE}
        async def main():
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
                zmq4.asyncio.Push(connect=pull.endpoint) as push,
            ):
                async def exchange(times):
                    for _ in range(times):
                        waiting = asyncio.create_task(pull.recv())
                        await asyncio.sleep(0)
                        await push.send(b"x" * 100)
                        await waiting

                await exchange(2000)
                before, had = resident(), possessions()
                await exchange(20_000)
                assert possessions() <= had
                return resident() - before

        print(asyncio.run(main()))
        """,
        deadline=50,
    )

    figures(messages=20_000, grown_kib=int(output) // 1024)
    assert int(output) < 1 << 20


CYCLES = {
    "sockets": (
        2000,
        """
        def cycle():
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.send(b"x")
                pull.recv(timeout=5)
        """,
    ),
    "sockets_with_messages_unread": (
        2000,
        """
        def cycle():
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.send_many([b"x" * 100] * 10)
                push.drain(timeout=5)
                push.close(linger=0)
        """,
    ),
    "inproc": (
        2000,
        """
        def cycle():
            with zmq4.Pull(bind="inproc://c") as pull, zmq4.Push(connect="inproc://c") as push:
                push.send(b"x")
                pull.recv(timeout=5)
        """,
    ),
    "ipc": (
        500,
        """
        def cycle():
            with zmq4.Pull(bind="ipc://*") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.send(b"x")
                pull.recv(timeout=5)
        """,
    ),
    "endpoints": (
        1000,
        """
        pull, push = zmq4.Pull(), zmq4.Push(linger=0)

        def cycle():
            place = pull.bind("tcp://127.0.0.1:0")
            line = push.connect(place)
            line.ready(timeout=5)
            push.send(b"x")
            pull.recv(timeout=5)
            line.close()
            place.close()
        """,
    ),
    "contexts": (
        300,
        """
        def cycle():
            with zmq4.Context() as context:
                with zmq4.Pull(bind="tcp://127.0.0.1:0", context=context) as pull:
                    with zmq4.Push(connect=pull.endpoint, context=context) as push:
                        push.send(b"x")
                        pull.recv(timeout=5)
        """,
    ),
    "loops": (
        300,
        """
        async def main():
            async with (
                zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
                zmq4.asyncio.Push(connect=pull.endpoint) as push,
            ):
                await push.send(b"x")
                await pull.recv(timeout=5)

        def cycle():
            asyncio.run(main())
        """,
    ),
    "threads": (
        1000,
        """
        import threading
        pull = zmq4.Pull(bind="inproc://threads")

        def wait():
            try:
                pull.recv(timeout=0.0001)
            except zmq4.Timeout:
                pass

        def cycle():
            thread = threading.Thread(target=wait)
            thread.start()
            thread.join()
        """,
    ),
    "waits_that_time_out": (
        10_000,
        """
        pull = zmq4.Pull(bind="inproc://w")
        push = zmq4.Push(connect="tcp://127.0.0.1:1", linger=0, reconnect=None, send_hwm=1)
        push.send(b"fills it")

        def cycle():
            for call in (pull.endpoint.ready, pull.recv, push.drain):
                try:
                    call(timeout=1e-6)
                except (zmq4.Timeout, zmq4.NoPeers):
                    pass
        """,
    ),
    "refused_connections": (
        1000,
        """
        def cycle():
            with zmq4.Push(connect="tcp://127.0.0.1:1", linger=0, reconnect=None) as push:
                push.send(b"x")
                try:
                    push.endpoint.ready(timeout=5)
                except zmq4.NoPeers:
                    pass
        """,
    ),
    "failures": (
        5000,
        """
        pull = zmq4.Pull(bind="inproc://f")
        taken = zmq4.Pull(bind="tcp://127.0.0.1:0")

        def cycle():
            for call in (
                lambda: zmq4.Pull(bind=taken.endpoint),
                lambda: zmq4.Pull(bind="nonsense"),
                lambda: zmq4.Pull(send_hwm=-1),
                lambda: pull.recv(timeout=0),
                lambda: pull.recv_into(b"read-only"),
            ):
                try:
                    call()
                except (zmq4.ZMQError, BufferError):
                    continue
                raise AssertionError(call)
        """,
    ),
}


@pytest.mark.parametrize("case", CYCLES)
def test_nothing_grows_with_what_comes_and_goes(
    children: Children, figures: Figures, case: str
) -> None:
    times, cycle = CYCLES[case]

    output = children.run(
        f"""{MEASURE}{cycle}
        print(growth(cycle, {times // 5}, {times}))
        os._exit(0)
        """,
        deadline=50,
    )

    figures(cycles=times, grown_kib=int(output) // 1024)
    assert int(output) < 1 << 20
