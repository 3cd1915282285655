"""`zmq4._process`: fork, and the end of the interpreter."""

import signal
import time

import pytest

from fixtures.children import Children


def test_child_of_a_fork_leaves_the_sockets_of_its_parent_alone(children: Children) -> None:
    output = children.run(
        """
        import gc, os, warnings, zmq4
        warnings.simplefilter("error")
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        push = zmq4.Push(connect=pull.endpoint)
        place, context = pull.endpoint, zmq4.Context.default()
        push.send(b"before")
        assert pull.recv_bytes(timeout=5) == b"before"

        child = os.fork()
        if child == 0:
            for touch in (
                lambda: push.send(b""),
                lambda: push.try_send(b""),
                lambda: push.drain(),
                lambda: pull.recv(),
                lambda: pull.try_recv(),
                lambda: next(iter(pull)),
                lambda: push.bind("inproc://x"),
                lambda: push.stats(),
                lambda: push.endpoint,
                lambda: push.send_hwm,
                lambda: setattr(push, "send_hwm", 5),
                lambda: place.state,
                lambda: place.ready(),
                lambda: context.term(),
                lambda: zmq4.Push(context=context),
            ):
                try:
                    touch()
                except zmq4.ForkError as error:
                    assert "after a fork" in str(error)
                else:
                    os._exit(1)
            assert push.closed and context.closed
            assert "closed" in repr(push)
            push.close()
            place.close()
            context.close()
            del push, pull, place, context
            gc.collect()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        push.send(b"after")
        assert pull.recv_bytes(timeout=5) == b"after"
        push.close()
        pull.close()
        print("unharmed")
        """
    )

    assert output == "unharmed\n"


def test_child_of_a_fork_has_sockets_and_a_log_of_its_own(children: Children) -> None:
    output = children.run(
        """
        import os, threading, zmq4
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        place = pull.endpoint
        child = os.fork()
        if child == 0:
            with zmq4.Push(connect=place) as push:
                push.send(" ".join(sorted(each.name for each in threading.enumerate())))
                push.drain(timeout=5)
            os._exit(0)  # the watchdog of these tests does not survive a fork
        print(pull.recv(timeout=5).text)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        pull.close()
        """
    )

    assert output == "MainThread zmq4-log\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_worker_processes_talk_to_their_parent(children: Children, method: str) -> None:
    output = children.run(
        f"""
        import multiprocessing, zmq4

        def work(address, number):
            with zmq4.Push(connect=address) as push:
                push.send(str(number))

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
                workers = [
                    context.Process(target=work, args=(str(pull.endpoint), number))
                    for number in range(3)
                ]
                for worker in workers:
                    worker.start()
                print(sorted(pull.recv(timeout=20).text for _ in workers))
                for worker in workers:
                    worker.join()
                print([worker.exitcode for worker in workers])
        """
    )

    assert output == "['0', '1', '2']\n[0, 0, 0]\n"


def test_exit_lets_unsent_messages_go_out(children: Children) -> None:
    receiver = children.start(
        """
        import time, zmq4
        place = input()
        time.sleep(0.3)  # the sender is to be at its exit by then
        with zmq4.Pull(bind=place) as pull:
            print([pull.recv(timeout=5).text for _ in range(3)])
        """
    )
    sender = children.start(
        """
        import zmq4
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as free:
            place = str(free.endpoint)
        push = zmq4.Push(connect=place, linger=8, reconnect=zmq4.Backoff(0.05))
        push.send_many(["1", "2", "3"])
        print(place)
        """
    )
    assert sender.stdout is not None
    output, errors = receiver.communicate(sender.stdout.readline(), timeout=20)

    assert (output, errors) == ("['1', '2', '3']\n", "")
    assert sender.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("linger", "least", "most"), [("0", 0, 3), ("1", 0.9, 4), ("None", 1.4, 5)]
)
def test_exit_waits_no_longer_than_linger(
    children: Children, linger: str, least: float, most: float
) -> None:
    output = children.run(
        f"""
        import time, zmq4
        from zmq4 import _process
        _process._PATIENCE = 1.5
        push = zmq4.Push(connect="tcp://127.0.0.1:9", linger={linger})
        push.send(b"nobody will take this")
        push.close()
        began = time.monotonic()
        _process._end()
        print(time.monotonic() - began)
        """
    )

    assert least <= float(output) <= most


def test_exit_with_everything_open_is_clean(children: Children) -> None:
    output = children.run(
        """
        import asyncio, threading, zmq4, zmq4.asyncio
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        push = zmq4.Push(connect=pull.endpoint, linger=0)
        push.send(b"x")

        def wait():
            try:
                zmq4.Pull().recv()
            except zmq4.ZMQError:
                pass

        threading.Thread(target=wait, daemon=True).start()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(zmq4.asyncio.Push(bind="inproc://x").drain())
        loop.close()
        print("end")
        """,
        flags=["-W", "ignore::ResourceWarning"],
    )

    assert output == "end\n"


def test_ctrl_c_ends_a_call_that_waits(children: Children) -> None:
    child = children.start(
        """
        import zmq4
        with zmq4.Pull() as pull:
            print("waiting")
            try:
                pull.recv()
            except KeyboardInterrupt:
                print("interrupted")
        """
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "waiting\n"
    time.sleep(0.1)  # there is no telling from outside that it waits
    child.send_signal(signal.SIGINT)

    output, errors = child.communicate(timeout=10)

    assert (output, errors, child.returncode) == ("interrupted\n", "", 0)
