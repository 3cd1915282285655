"""`multiprocessing` in each of its ways: workers open sockets of their own, and none hangs."""

from collections.abc import Callable

import pytest

from fixtures.children import Children

Run = Callable[..., str]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_workers_of_a_pool_send_to_their_parent(children: Children, method: str) -> None:
    children.run(
        """
        import multiprocessing, sys
        import zmq4

        def work(task):
            address, number = task
            with zmq4.Push(connect=address) as push:
                push.send(str(number))
                push.drain(timeout=5)
            return number

        if __name__ == "__main__":
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
                tasks = [(str(pull.endpoint), number) for number in range(20)]
                with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
                    assert pool.map(work, tasks) == list(range(20))
                assert sorted(int(pull.recv(timeout=5).text) for _ in range(20)) == list(range(20))
        """,
        method,
        deadline=30,
    )


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_process_that_inherits_nothing_exchanges_with_its_parent(
    children: Children, method: str
) -> None:
    children.run(
        """
        import multiprocessing, sys
        import zmq4

        def echo(address):
            with zmq4.Pair(connect=address) as pair:
                for message in pair:
                    if message[0] == b"end":
                        break
                    pair.send(*message)
                pair.send(b"bye")

        if __name__ == "__main__":
            with zmq4.Pair(bind="tcp://127.0.0.1:0") as pair:
                start = multiprocessing.get_context(sys.argv[1]).Process
                process = start(target=echo, args=(str(pair.endpoint),))
                process.start()
                for number in range(1000):
                    pair.send(str(number), b"and more")
                    assert list(pair.recv(timeout=10)) == [str(number).encode(), b"and more"]
                pair.send(b"end")
                assert pair.recv(timeout=5).content == b"bye"
                process.join(10)
                assert process.exitcode == 0
        """,
        method,
        deadline=30,
    )


def test_concurrent_futures_workers_use_sockets(children: Children) -> None:
    children.run(
        """
        import concurrent.futures, multiprocessing
        import zmq4

        def work(address):
            with zmq4.Push(connect=address) as push:
                push.send_many([b"x"] * 100)
                push.drain(timeout=5)
            return 100

        if __name__ == "__main__":
            with zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=0) as pull:
                forking = multiprocessing.get_context("fork")
                with concurrent.futures.ProcessPoolExecutor(3, forking) as workers:
                    sent = sum(workers.map(work, [str(pull.endpoint)] * 12))
                received = 0
                while received < sent:
                    received += len(pull.recv_many(timeout=5) or ["nothing came"] * sent * 2)
                assert received == sent
        """,
        deadline=30,
    )


def test_sockets_do_not_pickle(children: Children) -> None:
    children.run(
        """
        import pickle
        import zmq4

        with zmq4.Pull(bind="inproc://pickle") as pull:
            for each in (pull, pull.context):
                try:
                    pickle.dumps(each)
                except TypeError:
                    continue
                raise AssertionError(each)
        """
    )
