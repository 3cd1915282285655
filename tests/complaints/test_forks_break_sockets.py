"""After a fork sockets hang, abort, or steal the octets of the parent; pools of processes most of all.

P#1232, P#1333, P#983, P#755, P#1049, P#1307, P#613.
"""

from collections.abc import Callable

import pytest

from fixtures.children import Children

Run = Callable[..., str]


def test_socket_of_the_parent_says_in_the_child_what_to_do(run_forking: Run) -> None:
    output = run_forking(
        """
        import os

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.endpoint.ready(10)

            def child():
                for call in (pull.recv, lambda: push.send(b"x"), pull.stats):
                    try:
                        call()
                    except zmq4.ForkError as error:
                        print(error)
                pull.close()
                push.close()

            in_fork(child)
            push.send(b"nothing was stolen")
            assert pull.recv(timeout=10).text == "nothing was stolen"
            print(os.getpid())
        """
    )

    *told, pid = output.splitlines()
    assert len(told) == 3
    for each in told:
        assert f"opened in process {pid}" in each
        assert "create it after the fork, or pass its endpoint to the child" in each


def test_child_has_sockets_of_its_own_at_once(run_forking: Run) -> None:
    run_forking(
        """
        with zmq4.Rep(bind="tcp://127.0.0.1:0") as rep:
            address = rep.endpoint

            def child():
                with zmq4.Req(connect=address) as req:
                    assert req.request("child", timeout=10).text == "CHILD"

            def serve():
                for request in rep:
                    request.reply(request.content.upper())

            thread = threading.Thread(target=serve)
            thread.start()
            for _ in range(10):
                in_fork(child)
            rep.close()
            thread.join()
        """
    )


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_pool_of_processes_reports_to_its_parent(children: Children, method: str) -> None:
    output = children.run(
        """
        import multiprocessing, sys
        import zmq4

        def work(job):
            number, address = job
            with zmq4.Push(connect=address) as push:
                push.send(b"%d" % (number * number))
            return number

        if __name__ == "__main__":
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
                jobs = [(number, str(pull.endpoint)) for number in range(20)]
                with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
                    assert pool.map(work, jobs) == list(range(20))
                    pool.close()
                    pool.join()
                print(sum(int(pull.recv(timeout=10).content) for _ in range(20)))
        """,
        method,
        deadline=60,
    )

    assert output == f"{sum(number * number for number in range(20))}\n"


def test_end_of_a_child_ends_nothing_of_the_parents(run_forking: Run) -> None:
    run_forking(
        """
        import sys

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            for way in (lambda: None, sys.exit, lambda: zmq4.Context().term()):
                try:
                    in_fork(way)
                except AssertionError:
                    assert way is sys.exit  # its status is not that of a return
                push.send(b"x")
                pull.recv(timeout=10)
        """
    )
