"""Forks, signals, ends and messages by the hundred thousand and more."""

from collections.abc import Callable

import pytest

from fixtures.children import Children
from process.ending import End
from process.test_fork_states import CHILD
from process.test_memory import EXCHANGES, MEASURE

Run = Callable[..., str]
EndOf = Callable[..., End]
Figures = Callable[..., None]

pytestmark = pytest.mark.soak


def test_thousands_of_forks_amid_a_flood_hang_and_lose_nothing(run_forking: Run) -> None:
    run_forking(
        f"""{CHILD}
        import itertools
        FORKS = 3000
        is_over = threading.Event()
        received = itertools.count()

        def send():
            for number in itertools.count():
                if is_over.is_set():
                    return
                try:
                    push.send(str(number), timeout=1)
                except zmq4.Timeout:
                    pass

        def receive():
            for expected, message in enumerate(pull):
                assert int(message.content) == expected

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            threads = [threading.Thread(target=work) for work in (send, receive)]
            for thread in threads:
                thread.start()
            for _ in range(FORKS):
                in_fork(child)
            assert all(thread.is_alive() for thread in threads)
            is_over.set()
            pull.close()
            for thread in threads:
                thread.join(10)
                assert not thread.is_alive()
        """,
        deadline=600,
    )


def test_ten_million_messages_under_a_storm_of_signals(
    children: Children, figures: Figures
) -> None:
    output = children.run(
        """
        import os, signal, threading
        import zmq4

        COUNT = 10_000_000
        alarms = 0

        def handle(*_):
            global alarms
            alarms += 1

        def receive():
            expected = 0
            while expected < COUNT:
                for message in pull.recv_many(timeout=10):
                    assert int(message.content) == expected
                    expected += 1
            print(expected)

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            thread = threading.Thread(target=receive)
            thread.start()
            signal.signal(signal.SIGALRM, handle)
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            for number in range(COUNT):
                push.send(b"%d" % number)
            thread.join()
            signal.setitimer(signal.ITIMER_REAL, 0)
        print(alarms)
        """,
        deadline=600,
    )

    received, alarms = map(int, output.split())
    figures(messages=received, alarms=alarms)
    assert received == 10_000_000


@pytest.mark.parametrize("case", EXCHANGES)
def test_memory_is_flat_over_ten_million_messages(
    children: Children, figures: Figures, case: str
) -> None:
    output = children.run(
        f"""{MEASURE}{EXCHANGES[case]}
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            print(growth(exchange, 2000, 20_000))
        """,
        deadline=300,
    )

    figures(messages=10_000_000, grown_kib=int(output) // 1024)
    assert int(output) < 1 << 20


def test_interpreter_ends_in_time_five_hundred_times(end_of: EndOf, figures: Figures) -> None:
    ends = [
        end_of(
            """
            import sys, threading
            import zmq4

            pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
            push = zmq4.Push(connect=pull.endpoint, linger=0.2)

            def work(call):
                while True:
                    try:
                        call()
                    except zmq4.ZMQError:
                        return

            for call in (pull.recv, pull.recv_many, lambda: push.send(b"x"), push.drain):
                threading.Thread(target=work, args=(call,), daemon=True).start()
            push.endpoint.ready()
            print("end")
            sys.exit(7)
            """
        )
        for _ in range(500)
    ]

    figures(slowest_s=round(max(end.seconds for end in ends), 2))
    assert {(end.status, end.output, end.errors) for end in ends} == {(7, "end\n", "")}
    assert max(end.seconds for end in ends) < 1
