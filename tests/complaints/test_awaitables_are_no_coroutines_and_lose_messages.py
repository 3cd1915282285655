"""What `recv()` returns is no coroutine, and cancelling it may lose a message.

P#1827, P#2045, trio#116, P#1925, P#918, P#1526, L#1856.
"""

import asyncio

import pytest

import zmq4
from zmq4.asyncio import Pull, Push

Pipeline = tuple[Push, Pull]


async def test_receive_is_a_task_a_member_of_a_group_and_of_a_race(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull, Push(connect=inproc_endpoint) as push:
        async with asyncio.TaskGroup() as group:
            one = group.create_task(pull.recv())
            other = asyncio.create_task(pull.recv())
            await push.send_many([b"1", b"2"])
        assert (one.result().content, (await other).content) == (b"1", b"2")

        slow, fast = asyncio.create_task(pull.recv()), asyncio.create_task(asyncio.sleep(0))
        done, _ = await asyncio.wait({slow, fast}, return_when=asyncio.FIRST_COMPLETED)
        assert done == {fast}
        slow.cancel()


async def test_time_limit_that_meets_a_message_loses_nothing(
    tcp_endpoint: str, deadline: float
) -> None:
    total = 500
    arrived: list[int] = []
    async with Pull(bind=tcp_endpoint) as pull, Push(connect=pull.endpoint) as push:

        async def send() -> None:
            for number in range(total):
                await push.send(b"%d" % number)
                await asyncio.sleep(0.0005)  # about as long as the receiver's patience

        sending = asyncio.create_task(send())
        async with asyncio.timeout(3 * deadline):
            while len(arrived) < total:
                try:
                    message = await asyncio.wait_for(pull.recv(), 0.0005)
                except TimeoutError:
                    continue
                arrived.append(int(message.content))
        await sending

    assert arrived == [*range(total)]


async def test_cancelled_send_was_not_sent(inproc_endpoint: str) -> None:
    async with (
        Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        await push.send_many([b"1", b"2"])
        sending = asyncio.create_task(push.send(b"3"))
        await asyncio.sleep(0)
        await pull.recv()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

        assert [message.content for message in iter(pull.try_recv, None)] == [b"2"]


async def test_forgotten_await_is_noticed(inproc_endpoint: str) -> None:
    async with Push(bind=inproc_endpoint) as push:
        with pytest.warns(RuntimeWarning, match="Push.*never awaited"):
            push.send(b"x")  # type: ignore[unused-coroutine]


async def test_error_of_an_operation_is_raised_where_it_is_awaited(inproc_endpoint: str) -> None:
    async with Pull(bind=inproc_endpoint) as pull:
        waiting = asyncio.create_task(pull.recv())
        await asyncio.sleep(0)
        pull.close()

        with pytest.raises(zmq4.Closed):
            await waiting
