"""What the scenarios stand on: our broker on a real socket, and libzmq's peers around it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import zmq

from hostile.figures import figures, pytest_terminal_summary
from majordomo.raw import RFC7, Client, Socket, Worker
from zmq4.majordomo import Broker

__all__ = ["figures", "pytest_terminal_summary"]


@pytest.fixture
def context() -> Iterator["zmq.Context[zmq.Socket[bytes]]"]:
    """Give libzmq's peers of a test a context of their own, gone with the test."""
    made: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    yield made
    made.destroy(linger=0)


@pytest.fixture
def serve() -> Iterator[Callable[..., Broker]]:
    """Start brokers of ours; each serves until the test is over."""
    with ExitStack() as stack:
        yield lambda bind="tcp://127.0.0.1:0", **settings: stack.enter_context(
            Broker(bind, **settings)
        )


@pytest.fixture
def broker(serve: Callable[..., Broker]) -> Broker:
    """Start a broker of ours that waits for nothing but the frames."""
    return serve()


@pytest.fixture
def address(broker: Broker) -> str:
    """Name the broker's address."""
    return str(broker.endpoint)


@pytest.fixture
def worker(
    context: "zmq.Context[zmq.Socket[bytes]]", address: str
) -> Iterator[Callable[..., Worker]]:
    """Start workers of libzmq's; a test closes those that are to go before its end."""
    with ExitStack() as stack:
        yield lambda version=RFC7, **settings: stack.enter_context(
            Worker(context, address, version, **settings)
        )


@pytest.fixture
def client(
    context: "zmq.Context[zmq.Socket[bytes]]", address: str
) -> Iterator[Callable[..., Client]]:
    """Start clients of libzmq's."""
    with ExitStack() as stack:
        yield lambda version=RFC7, **settings: stack.enter_context(
            Client(context, address, version, **settings)
        )


@pytest.fixture
def raw(context: "zmq.Context[zmq.Socket[bytes]]", address: str) -> Iterator[Callable[..., Socket]]:
    """Start sockets of libzmq's that follow no rules; DEALERs unless said otherwise."""
    with ExitStack() as stack:
        yield lambda kind=zmq.DEALER, **settings: stack.enter_context(
            Socket(context, kind, **{"connect": address, **settings})
        )


@pytest.fixture
def is_served(client: Callable[..., Client], worker: Callable[..., Worker]) -> Callable[[], None]:
    """Tell whether an honest client and an honest worker are served, as often as it is asked."""
    honest, helper = client(), worker(service=b"honest")

    def check() -> None:
        honest.ask(b"still", b"there?", service=b"honest")
        helper.serve()
        assert honest.is_told().body == [b"still", b"there?"]

    check()
    return check
