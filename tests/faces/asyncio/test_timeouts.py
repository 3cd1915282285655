"""Time limits of awaited calls, and those that asyncio sets."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

import zmq4
from zmq4.asyncio import Pair, Pull, Push

Waiting = Callable[[float | None], Awaitable[object]]


@pytest.fixture(params=["recv", "recv_bytes", "recv_into", "send", "send_many", "drain", "ready"])
def waiting(request: pytest.FixtureRequest, refusing_endpoint: str) -> Iterator[Waiting]:
    """Give a call that has to wait, and takes a time limit; once for each kind of call."""
    if request.param.startswith("recv"):
        socket: Pull | Push = Pull(bind="tcp://127.0.0.1:0")
    else:
        socket = Push(connect=refusing_endpoint, send_hwm=1, linger=0)
        assert socket.try_send(b"fills the queue")
    arguments = {"recv_into": (bytearray(1),), "send": (b"x",), "send_many": ([b"x"],)}
    owner = socket.endpoint if request.param == "ready" else socket
    call = getattr(owner, request.param)
    yield lambda timeout: call(*arguments.get(request.param, ()), timeout=timeout)
    socket.close()


@pytest.mark.parametrize("timeout", [0, -0.0, 1e-320])
async def test_no_time_at_all_tries_once(waiting: Waiting, timeout: float) -> None:
    with pytest.raises(zmq4.Timeout):
        await waiting(timeout)


async def test_limit_is_kept(waiting: Waiting, time_unit: float) -> None:
    before = time.monotonic()

    with pytest.raises(zmq4.Timeout):
        await waiting(time_unit / 2)

    # A loop may be early by the resolution of its clock: uvloop's is a millisecond.
    assert time_unit / 2 - 0.002 <= time.monotonic() - before < 50 * time_unit


@pytest.mark.parametrize("timeout", [-1, -math.inf, math.nan])
async def test_what_is_no_time_is_refused(waiting: Waiting, timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout is seconds, 0 or more, not"):
        await waiting(timeout)


@pytest.mark.parametrize("timeout", [None, math.inf, 10**9, 1e18, 1e19, 1e300])
async def test_very_long_time_is_waited_for(inproc_endpoint: str, timeout: float | None) -> None:
    async with Pair(bind=inproc_endpoint) as one, Pair(connect=inproc_endpoint) as other:
        waiting = asyncio.create_task(one.recv(timeout=timeout))
        await asyncio.sleep(0)

        await other.send(b"x")

        assert (await waiting).content == b"x"


async def test_limits_of_the_socket_are_the_default(tcp_endpoint: str) -> None:
    async with Pair(bind=tcp_endpoint, recv_timeout=0.01, send_timeout=0.01) as pair:
        with pytest.raises(zmq4.Timeout):
            await pair.recv()
        with pytest.raises(zmq4.Timeout):
            await pair.recv(timeout=None)
        with pytest.raises(zmq4.Timeout):
            await pair.send(b"x")
        assert await pair.recv_many() == []


async def test_limit_of_the_call_goes_before_that_of_the_socket(inproc_endpoint: str) -> None:
    async with (
        Pair(bind=inproc_endpoint, recv_timeout=0) as one,
        Pair(connect=inproc_endpoint) as other,
    ):
        waiting = asyncio.create_task(one.recv(timeout=math.inf))
        await asyncio.sleep(0)
        await other.send(b"x")

        assert (await waiting).content == b"x"


async def test_limits_of_asyncio_work_beside_ours(waiting: Waiting) -> None:
    with pytest.raises(TimeoutError) as raised:
        async with asyncio.timeout(0.01):
            await waiting(10)
    assert not isinstance(raised.value, zmq4.Timeout)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting(10), 0.01)

    with pytest.raises(zmq4.Timeout):
        async with asyncio.timeout(10):
            await waiting(0.01)


async def test_timed_out_call_leaves_no_timer(pipeline: tuple[Push, Pull]) -> None:
    push, pull = pipeline
    waiting = asyncio.create_task(pull.recv(timeout=3600))
    await asyncio.sleep(0)
    push.try_send(b"x")
    await waiting

    scheduled = getattr(asyncio.get_running_loop(), "_scheduled", [])
    assert [timer for timer in scheduled if not timer.cancelled()] == []


async def test_timeout_names_the_socket(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull:
        with pytest.raises(TimeoutError, match=rf"Pull \({inproc_endpoint}\)"):
            await pull.recv(timeout=0)


async def test_thousand_time_limits_run_at_once(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull:
        results = await asyncio.gather(
            *[pull.recv(timeout=0.01) for _ in range(1000)], return_exceptions=True
        )

    assert {type(result) for result in results} == {zmq4.Timeout}
