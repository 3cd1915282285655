"""Sockets shared by threads: messages exactly once, and one thread's close ends another's wait."""

from collections.abc import Callable

import pytest

from fixtures.children import Children

Figures = Callable[..., None]


@pytest.mark.parametrize("place", ["tcp://127.0.0.1:0", "ipc://*", "inproc://shared"])
@pytest.mark.parametrize("kinds", ["Push Pull", "Dealer Dealer", "Pair Pair"])
def test_eight_senders_and_eight_receivers_exchange_each_message_once(
    children: Children, figures: Figures, kinds: str, place: str
) -> None:
    output = children.run(
        """
        import sys, threading, time
        import zmq4

        THREADS, EACH = 8, 20_000
        sender, receiver = (getattr(zmq4, kind) for kind in sys.argv[1].split())

        def send(number):
            for index in range(EACH):
                push.send(b"%d" % number, b"%d" % index)

        def receive(into):
            for message in pull:
                into.append((int(message[0]), int(message[1])))
                if next(left) == THREADS * EACH:
                    pull.close()

        import itertools
        left = itertools.count(1)
        lists = [[] for _ in range(THREADS)]
        with receiver(bind=sys.argv[2]) as pull, sender(connect=pull.endpoint) as push:
            threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
            threads += [threading.Thread(target=receive, args=(into,)) for into in lists]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began

        received = sorted(pair for each in lists for pair in each)
        assert received == [(n, i) for n in range(THREADS) for i in range(EACH)], len(received)
        for each in lists:
            for number in range(THREADS):
                indices = [index for sender, index in each if sender == number]
                assert indices == sorted(indices)
        print(round(THREADS * EACH / took))
        """,
        kinds,
        place,
        deadline=50,
    )

    figures(messages=160_000, per_second=output.strip())


CALLS = [
    "pull.recv()",
    "pull.recv(timeout=30)",
    "pull.recv_bytes()",
    "pull.recv_into(bytearray(9))",
    "pull.recv_many()",
    "pull.endpoint.ready()",
    "full.send(b'x')",
    "full.send_many([b'x'] * 9)",
    "full.drain()",
    "full.endpoint.ready()",
]

WAKE = """
        import asyncio, sys, threading, time
        import zmq4, zmq4.asyncio

        context = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)
        full = zmq4.Push(connect="tcp://127.0.0.1:1", send_hwm=1, linger=0, context=context)
        full.send(b"fills it")
        ended = []

        def wait():
            try:
                {call}
            except zmq4.ZMQError as error:
                ended.append((type(error).__name__, time.monotonic()))
            else:
                ended.append(("returned", time.monotonic()))

        threads = [threading.Thread(target=wait) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)  # nothing tells another thread that a call has begun to wait
        assert not ended, ended
        began = time.monotonic()
        {wake}
        for thread in threads:
            thread.join(5)
        assert [name for name, _ in ended] == [{expected!r}] * 4, ended
        assert max(at for _, at in ended) - began < 1, ended
        pull.close()
        full.close()
"""


@pytest.mark.parametrize("call", CALLS)
def test_close_from_another_thread_wakes_all_who_wait_with_closed(
    children: Children, call: str
) -> None:
    children.run(WAKE.format(call=call, wake="pull.close(); full.close()", expected="Closed"))


@pytest.mark.parametrize("call", [each for each in CALLS if "ready" not in each])
def test_end_of_the_context_wakes_all_who_wait_with_context_terminated(
    children: Children, call: str
) -> None:
    wake = "threading.Thread(target=context.term, daemon=True).start()"

    children.run(WAKE.format(call=call, wake=wake, expected="ContextTerminated"))


@pytest.mark.parametrize("call", ["pull.endpoint.ready()", "full.endpoint.ready()"])
def test_end_of_the_context_wakes_who_waits_for_a_peer(children: Children, call: str) -> None:
    wake = "threading.Thread(target=context.term, daemon=True).start()"

    children.run(WAKE.format(call=call, wake=wake, expected="ContextTerminated"))


@pytest.mark.parametrize("call", ["list(pull)", "list(pull.batches())"])
def test_close_from_another_thread_ends_iteration(children: Children, call: str) -> None:
    children.run(WAKE.format(call=call, wake="pull.close()", expected="returned"))


def test_message_that_arrives_wakes_one_waiting_thread_each(children: Children) -> None:
    children.run(
        """
        import threading
        import zmq4

        received = []
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            threads = [
                threading.Thread(target=lambda: received.append(pull.recv_bytes(timeout=10)))
                for _ in range(30)
            ]
            for thread in threads:
                thread.start()
            for number in range(30):
                push.send(str(number))
            for thread in threads:
                thread.join()
        assert sorted(map(int, received)) == list(range(30))
        """
    )


def test_open_send_receive_and_close_race_without_harm(children: Children) -> None:
    children.run(
        """
        import random, sys, threading, time
        import zmq4

        sys.setswitchinterval(1e-6)
        until = time.monotonic() + 2
        unexpected = []

        def work(seed):
            chance = random.Random(seed)
            while time.monotonic() < until:
                pull, push = shared
                try:
                    match chance.randrange(7):
                        case 0: push.send(b"a", b"b", timeout=0)
                        case 1: push.send_many([b"c"] * 9, timeout=0.001)
                        case 2: pull.recv(timeout=0.001)
                        case 3: pull.recv_many(timeout=0)
                        case 4: pull.stats(), push.peers(), repr(pull)
                        case 5: push.drain(timeout=0.001)
                        case 6: setattr(push, "send_hwm", chance.randrange(1, 100))
                except (zmq4.Timeout, zmq4.Closed):
                    pass
                except BaseException as error:
                    unexpected.append(repr(error))
                    raise

        def fresh():
            pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
            return pull, zmq4.Push(connect=pull.endpoint, linger=0)

        shared = fresh()
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        rounds = 0
        while time.monotonic() < until:
            old, shared = shared, fresh()
            for socket in old:
                socket.close()
            rounds += 1
            time.sleep(0.002)  # the race needs a while with the sockets open
        for thread in threads:
            thread.join(10)
        for socket in shared:
            socket.close()
        assert not unexpected, unexpected
        assert rounds > 20, rounds
        """,
        deadline=30,
    )
