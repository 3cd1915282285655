"""The loops that every test of this face runs on, and pairs of sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from zmq4.asyncio import Pull, Push

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
FACTORIES: dict[str, LoopFactory] = {"asyncio": asyncio.SelectorEventLoop}

with contextlib.suppress(ImportError):  # it has no wheels for every platform
    import uvloop

    FACTORIES["uvloop"] = uvloop.new_event_loop


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # noqa: ARG001 (the hook's signature)
    item: pytest.Item,  # noqa: ARG001 (the hook's signature)
) -> dict[str, LoopFactory]:
    """Run every asynchronous test once on each kind of loop."""
    return FACTORIES


@pytest.fixture(scope="session", autouse=True)
def _loops() -> None:
    """Let each kind of loop make what it keeps for the life of the process."""
    for factory in FACTORIES.values():
        loop = factory()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture(params=[*FACTORIES.values()], ids=[*FACTORIES])
def new_loop(request: pytest.FixtureRequest) -> LoopFactory:
    """Make loops, for tests that run their own; once for each kind."""
    factory: LoopFactory = request.param
    return factory


@pytest.fixture
def loop(new_loop: LoopFactory) -> Iterator[asyncio.AbstractEventLoop]:
    """Give a loop that the test steps by hand."""
    made = new_loop()
    yield made
    made.run_until_complete(made.shutdown_asyncgens())
    made.close()


@pytest.fixture
def pipeline(inproc_endpoint: str) -> Iterator[tuple[Push, Pull]]:
    """Give a Push and the Pull it sends to, over inproc: what is sent is there at once."""
    pull = Pull(bind=inproc_endpoint)
    push = Push(connect=inproc_endpoint)
    yield push, pull
    push.close()
    pull.close()


@pytest.fixture
def narrow(inproc_endpoint: str) -> Iterator[tuple[Push, Pull]]:
    """Give a pipeline that holds exactly two messages."""
    pull = Pull(bind=inproc_endpoint, recv_hwm=1)
    push = Push(connect=inproc_endpoint, send_hwm=1)
    yield push, pull
    push.close()
    pull.close()


@pytest.fixture
async def line(endpoint: str, deadline: float) -> AsyncIterator[tuple[Push, Pull]]:
    """Give a Push and a Pull that are connected, once for each transport."""
    async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
        await push.endpoint.ready(deadline)
        yield push, pull
