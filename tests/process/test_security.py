"""Callables that decide about peers, at a fork and at the end of the interpreter."""

from collections.abc import Callable

from process.ending import End

SERVER = """
        import sys, threading, time
        import zmq4

        asked = threading.Event()

        def decide(applicant):
            asked.set()
            {body}
            return True

        client = zmq4.PlainClient("alice", "hunter2")
        server = zmq4.PlainServer(decide)
"""


def test_child_of_a_fork_has_a_pool_of_its_own(run_forking: Callable[..., str]) -> None:
    output = run_forking(
        """
        client = zmq4.PlainClient("alice", "hunter2")
        server = zmq4.PlainServer(lambda applicant: "user")

        def talk():
            with zmq4.Pull(bind="tcp://127.0.0.1:0", security=server) as pull:
                with zmq4.Push(connect=pull.endpoint, security=client) as push:
                    push.send(b"x")
                    print(pull.recv(timeout=10).peer.user_id)

        outer = zmq4.Pull(bind="tcp://127.0.0.1:0", security=server)
        talk()
        in_fork(talk)
        talk()
        with zmq4.Push(connect=outer.endpoint, security=client) as push:
            push.endpoint.ready(timeout=10)
        outer.close()
        """
    )

    assert output.split() == ["user"] * 3


def test_inherited_socket_refuses_its_security(run_forking: Callable[..., str]) -> None:
    run_forking(
        """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", security=zmq4.PlainServer(lambda _: True))

        def touch():
            for call in (
                lambda: pull.security,
                lambda: setattr(pull, "security", zmq4.Null()),
                lambda: pull.bind("tcp://127.0.0.1:0"),
            ):
                try:
                    call()
                except zmq4.ForkError:
                    continue
                raise AssertionError("not refused")

        in_fork(touch)
        pull.close()
        """
    )


def test_decision_in_progress_does_not_hold_up_the_end(end_of: Callable[..., End]) -> None:
    end = end_of(
        SERVER.format(body="time.sleep(100)")
        + """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", security=server, linger=0)
        push = zmq4.Push(connect=pull.endpoint, security=client, linger=0)
        asked.wait()
        print("end")
        sys.exit(7)
        """
    )

    assert end.status == 7
    assert end.output == "end\n"
    assert end.errors == ""


def test_idle_pool_ends_silently(end_of: Callable[..., End]) -> None:
    end = end_of(
        SERVER.format(body="pass")
        + """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", security=server)
        push = zmq4.Push(connect=pull.endpoint, security=client)
        push.endpoint.ready(timeout=10)
        print("end")
        """
    )

    assert (end.status, end.output, end.errors) == (0, "end\n", "")
