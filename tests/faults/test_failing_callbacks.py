"""What the program does in our midst fails: that call fails, with its own error, and nothing else."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zmq4
import zmq4.asyncio
from fixtures.children import Children
from hostile import wire
from hostile.attack import hang_up

LOG = logging.getLogger("zmq4")


class Mine(Exception):  # noqa: N818 (it is whoever throws it)
    """An error of the program's own."""


def fails(*_: object, **__: object) -> Any:  # noqa: ANN401 (it returns nothing)
    """Stand for whatever the program hands over to be called."""
    raise Mine


def rows_that_fail(count: int) -> Iterator[bytes]:
    """Yield some, and then fail."""
    for number in range(count):
        yield b"%d" % number
    raise Mine


class FailsAsNumber:
    __float__ = __index__ = fails


class FailsAsText(str):
    __slots__ = ()
    __str__ = encode = fails


class FailsToBeListed:
    __iter__ = __len__ = __getitem__ = fails


Exchange = tuple[zmq4.Push, zmq4.Pull]


@pytest.fixture
def exchange(tcp_endpoint: str, deadline: float) -> Iterator[Exchange]:
    """Give two sockets that are connected, and see that they still are at the end."""
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)
        yield push, pull
        push.send(b"still there")
        while pull.recv(timeout=deadline).content != b"still there":
            pass
        assert push.endpoint.failure is None


CALLS: dict[str, Callable[[zmq4.Push, zmq4.Pull], object]] = {
    "rows": lambda push, _: push.send_many(rows_that_fail(0)),
    "rows_after_some": lambda push, _: push.send_many(rows_that_fail(10)),
    "row": lambda push, _: push.send_many([b"x", FailsToBeListed()]),  # type: ignore[list-item]
    "time_limit": lambda _, pull: pull.recv(timeout=FailsAsNumber()),  # type: ignore[arg-type]
    "number": lambda _, pull: pull.recv_many(max=FailsAsNumber()),  # type: ignore[arg-type]
    "address": lambda push, _: push.connect(FailsAsText("tcp://127.0.0.1:1")),
    "addresses": lambda *_: zmq4.Push(connect=FailsToBeListed()),  # type: ignore[arg-type]
    "topics": lambda *_: zmq4.Sub(topics=FailsToBeListed()),  # type: ignore[arg-type]
    "option": lambda push, _: setattr(push, "linger", FailsAsNumber()),
    "metadata": lambda *_: zmq4.Push(metadata=FailsToBeListed()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("call", CALLS)
def test_error_of_what_a_call_was_given_is_its_error(exchange: Exchange, call: str) -> None:
    with pytest.raises((Mine, TypeError, zmq4.OptionError)):
        CALLS[call](*exchange)


def test_rows_before_the_one_that_failed_were_sent(exchange: Exchange, deadline: float) -> None:
    push, pull = exchange

    with pytest.raises(Mine):
        push.send_many(rows_that_fail(10))

    assert [int(pull.recv(timeout=deadline).content) for _ in range(10)] == [*range(10)]


def test_rows_that_use_the_socket_themselves_do_not_stop_it(
    exchange: Exchange, deadline: float
) -> None:
    push, pull = exchange

    def rows() -> Iterator[bytes]:
        for number in range(5):
            push.send(b"within")
            pull.stats()
            yield b"%d" % number

    assert push.send_many(rows()) == 5

    heard = sorted(pull.recv(timeout=deadline).content for _ in range(10))
    assert heard == sorted([b"within"] * 5 + [b"%d" % number for number in range(5)])


def test_rows_that_close_the_socket_end_the_call(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        push = zmq4.Push(connect=inproc_endpoint)

        def rows() -> Iterator[bytes]:
            yield b"1"
            push.close()
            yield b"2"

        with pytest.raises(zmq4.Closed):
            push.send_many(rows())
        assert pull.recv(timeout=1).content == b"1"


class FailingHandler(logging.Handler):
    """Fails at every record, and counts them."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Fail."""
        del record
        self.count += 1
        raise self.error


def test_log_handler_that_fails_ends_neither_the_log_nor_a_connection(
    exchange: Exchange, deadline: float
) -> None:
    _, pull = exchange
    handler = FailingHandler(Mine())
    LOG.addHandler(handler)
    try:
        for _ in range(3):
            hang_up(pull.endpoint.port or 0, b"GET / HTTP/1.1\r\n\r\n")
        eventually_at_least(handler, 3, deadline)
    finally:
        LOG.removeHandler(handler)


def eventually_at_least(handler: FailingHandler, count: int, deadline: float) -> None:
    """Wait until a handler was called so often."""
    from faces.patience import eventually

    eventually(lambda: handler.count >= count, deadline)


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt()", "MemoryError()"])
def test_log_handler_that_throws_what_ends_programs_ends_nothing(
    children: Children, error: str
) -> None:
    output = children.run(
        f"""
        import logging, socket, threading, time
        import zmq4

        threading.excepthook = lambda info: None
        calls = []

        class Bad(logging.Handler):
            def emit(self, record):
                calls.append(record)
                raise {error}

        logging.getLogger("zmq4").addHandler(Bad())
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            for number in range(3):
                with socket.create_connection(("127.0.0.1", pull.endpoint.port)) as raw:
                    raw.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
                    try:
                        while raw.recv(100):
                            pass
                    except ConnectionError:
                        pass
                push.send(b"%d" % number)
                print(pull.recv(timeout=10).text)
            while len(calls) < 3:
                time.sleep(0.001)  # the log has a thread of its own
        """
    )

    assert output == "0\n1\n2\n"


async def test_task_that_fails_in_an_iteration_leaves_the_socket_to_the_next(
    tcp_endpoint: str, deadline: float
) -> None:
    async with (
        zmq4.asyncio.Rep(bind=tcp_endpoint) as rep,
        zmq4.asyncio.Req(connect=rep.endpoint) as req,
    ):

        async def serve(*, failing: bool) -> None:
            async for request in rep:
                if failing:
                    raise Mine
                await request.reply(b"served")

        first = asyncio.create_task(serve(failing=True))
        with pytest.raises(zmq4.Timeout):
            await req.request(b"x", timeout=deadline / 20)
        assert isinstance(first.exception(), Mine)

        with pytest.warns(RuntimeWarning, match="was not replied to"):
            second = asyncio.create_task(serve(failing=False))
            answer = await req.request(b"y", timeout=deadline)
        assert answer.content == b"served"
        second.cancel()


async def test_callback_of_the_loop_that_fails_keeps_no_message_back(
    tcp_endpoint: str, deadline: float
) -> None:
    loop = asyncio.get_running_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    async with (
        zmq4.asyncio.Pull(bind=tcp_endpoint) as pull,
        zmq4.asyncio.Push(connect=pull.endpoint) as push,
    ):
        for number in range(10):
            waiting = asyncio.create_task(pull.recv(timeout=deadline))
            waiting.add_done_callback(fails)
            loop.call_soon(fails)
            await push.send(b"%d" % number)
            assert int((await waiting).content) == number

    assert len(told) >= 10
    assert {type(each) for each in told} == {Mine}


def test_warning_that_is_made_an_error_does_not_keep_a_socket_open(children: Children) -> None:
    output = children.run(
        """
        import gc, sys, warnings
        import zmq4

        warnings.simplefilter("error")
        sys.unraisablehook = lambda info: print(type(info.exc_value).__name__)
        zmq4.Pull(bind="inproc://forgotten")
        gc.collect()
        zmq4.Pull(bind="inproc://forgotten").close()
        """
    )

    assert output == "ResourceWarning\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes with __buffer__ came with 3.12")
def test_memory_that_fails_to_be_lent_is_an_error_of_its_call(exchange: Exchange) -> None:
    class FailsToLend:
        __buffer__ = fails

    with pytest.raises((Mine, TypeError)):
        exchange[0].send(FailsToLend())  # type: ignore[arg-type]


def test_hand_written_peer_is_served_while_the_program_fails(deadline: float) -> None:
    with zmq4.XPub(bind="tcp://127.0.0.1:0", manual=True) as xpub:
        hang_up(
            xpub.endpoint.port or 0, wire.GREETING + wire.ready("SUB") + wire.subscribe(b"gone")
        )
        gone = xpub.recv(timeout=deadline)
        assert isinstance(gone, zmq4.Subscription)
        xpub.recv(timeout=deadline)  # that it is gone

        gone.allow()  # it is too late, and no error

        with zmq4.Sub(connect=xpub.endpoint, topics="t") as sub:
            asked = xpub.recv(timeout=deadline)
            assert isinstance(asked, zmq4.Subscription)
            with pytest.raises(TypeError):
                asked.allow(5)  # type: ignore[arg-type]
            asked.allow()
            xpub.send(b"t")
            assert sub.recv(timeout=deadline).content == b"t"
