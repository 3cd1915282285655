"""Errors: what native code raises is what `zmq4.error` has, each met for real."""

import errno
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import zmq4
from fixtures.children import Children

ROOT = Path(__file__).resolve().parents[2]
UNMET = {"Unroutable", "AuthError", "ProtocolError", "CertificateError"}
"""Errors that Python code raises, and errors to come."""

TAKEN = "inproc://boundary-errors-taken"


def closed() -> None:
    push = zmq4.Push()
    push.close()
    push.send(b"x")


def context_terminated() -> None:
    context = zmq4.Context()
    context.term()
    zmq4.Push(context=context)


def would_block() -> None:
    with zmq4.Push(connect="inproc://nobody", on_full="error", send_hwm=1, linger=0) as push:
        push.send_many([b"x"] * 9)


def timeout() -> None:
    with zmq4.Pull() as pull:
        pull.recv(timeout=0)


def address_in_use() -> None:
    with zmq4.Pull(bind=TAKEN):
        zmq4.Pull(bind=TAKEN)


def address_in_use_tcp() -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        zmq4.Pull(bind=pull.endpoint)


def endpoint_not_ours() -> None:
    zmq4.Pull(bind="tcp://192.0.2.1:5555")


def endpoint_without_a_folder() -> None:
    zmq4.Pull(bind="ipc:///no/such/folder/socket")


def invalid_endpoint() -> None:
    zmq4.Pull(bind="no address at all")


def no_peers() -> None:
    with zmq4.Push(on_full="error") as push:
        push.send(b"x")


def unroutable() -> None:
    with zmq4.Router() as router:
        router.send(b"nobody", b"x")


def state_error() -> None:
    with zmq4.Push() as push:
        _ = push.endpoint


def option_error() -> None:
    zmq4.Push(send_hwm=-1)


def multipart_error() -> None:
    _ = zmq4.Message(b"a", b"b").content


def message_too_large() -> None:
    with zmq4.Pair(bind=TAKEN) as one, zmq4.Pair(connect=TAKEN) as other:
        one.send(b"12345")
        other.recv_into(bytearray(4), timeout=5)


CASES: list[tuple[Callable[[], None], type[zmq4.ZMQError], int, str]] = [
    (closed, zmq4.Closed, errno.ENOTSOCK, "Push is closed"),
    (context_terminated, zmq4.ContextTerminated, 156384765, "terminated"),
    (would_block, zmq4.WouldBlock, errno.EAGAIN, "queue is full"),
    (timeout, zmq4.Timeout, errno.EAGAIN, "Pull: nothing was received in time"),
    (address_in_use, zmq4.AddressInUse, errno.EADDRINUSE, re.escape(TAKEN)),
    (address_in_use_tcp, zmq4.AddressInUse, errno.EADDRINUSE, "tcp://127.0.0.1:"),
    (endpoint_not_ours, zmq4.EndpointError, errno.EADDRNOTAVAIL, "tcp://192.0.2.1:5555"),
    (endpoint_without_a_folder, zmq4.EndpointError, errno.ENOENT, "ipc:///no/such/folder/socket"),
    (invalid_endpoint, zmq4.InvalidEndpoint, errno.EINVAL, "no address at all"),
    (no_peers, zmq4.NoPeers, errno.EAGAIN, "no peer"),
    (
        unroutable,
        zmq4.Unroutable,
        errno.EHOSTUNREACH,
        "no peer has the routing id b'nobody'; send to msg.sender",
    ),
    (state_error, zmq4.StateError, 156384763, "no endpoint"),
    (option_error, zmq4.OptionError, errno.EINVAL, "send_hwm: "),
    (multipart_error, zmq4.MultipartError, errno.EINVAL, "2 frames"),
    (message_too_large, zmq4.MessageTooLarge, errno.EMSGSIZE, "5 bytes"),
]


@pytest.mark.parametrize(("fail", "expected", "number", "words"), CASES)
def test_error_is_raised_for_real(
    fail: Callable[[], None], expected: type[zmq4.ZMQError], number: int, words: str
) -> None:
    with pytest.raises(zmq4.ZMQError, match=words) as raised:
        fail()

    assert type(raised.value) is expected
    assert raised.value.errno == number


@pytest.mark.parametrize(
    "fail", [address_in_use, endpoint_not_ours, endpoint_without_a_folder, invalid_endpoint]
)
def test_error_of_an_address_names_it_and_the_socket(fail: Callable[[], None]) -> None:
    with pytest.raises(zmq4.ZMQError) as raised:
        fail()

    assert raised.value.endpoint
    assert raised.value.endpoint in str(raised.value)
    assert raised.value.socket == "Pull"


def test_every_error_that_native_code_knows_exists_and_was_met() -> None:
    source = (ROOT / "rust/zmq4-py/src/error.rs").read_text()
    known = set(re.findall(r'=> "(\w+)"', source))
    met = {expected.__name__ for _, expected, _, _ in CASES} | {"ForkError"}
    subclasses = zmq4.ZMQError.__subclasses__()
    all_errors = {cls.__name__ for cls in subclasses if cls.__name__ in vars(zmq4.error)}

    assert known <= all_errors
    assert known <= met
    assert all_errors == met | UNMET


def test_error_after_a_fork_names_both_processes(children: Children) -> None:
    output = children.run(
        """
        import os, zmq4
        push = zmq4.Push()
        read, write = os.pipe()
        if os.fork() == 0:
            try:
                push.send(b"x")
            except zmq4.ForkError as error:
                os.write(write, f"{error} {error.errno}|{os.getpid()}".encode())
            os._exit(0)
        os.close(write)
        text, child = open(read).read().split("|")
        print(f"process {os.getpid()}" in text, f"process {child}" in text, text.endswith(" 88"))
        push.close()
        """
    )

    assert output == "True True True\n"


def test_signal_handler_that_raises_ends_a_wait(children: Children) -> None:
    output = children.run(
        """
        import signal, zmq4

        class Alarm(Exception):
            pass

        def ring(*_):
            raise Alarm

        signal.signal(signal.SIGALRM, ring)
        push = zmq4.Push(connect="tcp://127.0.0.1:9", send_hwm=1, linger=0)
        push.send(b"fills the queue")
        context = zmq4.Context()
        pull = zmq4.Pull(context=context)
        for wait in (
            pull.recv,
            pull.recv_many,
            lambda: pull.recv_into(bytearray(1)),
            lambda: push.send(b"x"),
            lambda: push.send_many([b"x"]),
            push.drain,
            push.endpoint.ready,
            context.term,
        ):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            try:
                wait()
            except Alarm:
                continue
            raise SystemExit(1)
        pull.close()
        push.close()
        print("all ended")
        """
    )

    assert output == "all ended\n"


def test_signal_handler_that_returns_lets_the_wait_go_on(children: Children) -> None:
    output = children.run(
        """
        import signal, zmq4
        with zmq4.Pull(bind="inproc://x") as pull, zmq4.Push(connect="inproc://x") as push:
            rung = []
            def ring(*_):
                rung.append(1)
                if len(rung) == 3:
                    push.send(b"after three rings")
            signal.signal(signal.SIGALRM, ring)
            signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            print(pull.recv(timeout=5).text)
            signal.setitimer(signal.ITIMER_REAL, 0)
        """
    )

    assert output == "after three rings\n"


def test_wait_in_another_thread_leaves_signals_to_the_main_one(children: Children) -> None:
    output = children.run(
        """
        import os, signal, threading, zmq4
        pull = zmq4.Pull()
        thread = threading.Thread(target=lambda: pull.recv_many(timeout=5))
        thread.start()
        signal.signal(signal.SIGUSR1, lambda *_: print(threading.current_thread().name))
        os.kill(os.getpid(), signal.SIGUSR1)
        pull.recv_many(timeout=0)
        print(thread.is_alive())
        threading.excepthook = lambda *_: None
        pull.close()
        thread.join()
        """
    )

    assert output == "MainThread\nTrue\n"


@pytest.mark.parametrize("seconds", [1e9, 1e12, 1e18, 1.8e19, 1e300])
def test_any_finite_time_limit_is_taken(seconds: float) -> None:
    with zmq4.Pull() as pull:
        ended: list[BaseException] = []

        def wait() -> None:
            try:
                pull.recv(timeout=seconds)
            except BaseException as error:
                ended.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(0.05)
        pull.close()
        thread.join()

    assert [type(each) for each in ended] in ([zmq4.Closed], [ValueError])
