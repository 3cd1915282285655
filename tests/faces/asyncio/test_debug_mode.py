"""asyncio's debug mode finds nothing to say about us."""

import asyncio
import gc
import logging
import warnings
from collections.abc import Callable

import pytest

import zmq4
from zmq4.asyncio import Pull, Push

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def test_debug_mode_is_silent(
    new_loop: LoopFactory, endpoint: str, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
            await push.endpoint.ready(deadline)
            waiting = asyncio.create_task(pull.recv())
            await asyncio.sleep(0)
            await push.send(b"head", b"body")
            assert len(await waiting) == 2
            cancelled = asyncio.create_task(pull.recv())
            await asyncio.sleep(0)
            cancelled.cancel()
            with pytest.raises(zmq4.Timeout):
                await pull.recv(timeout=0.01)
            await push.send_many([b"x"] * 500)
            async for batch in pull.batches():
                if len(batch) and pull.stats().received == 501:
                    break
            await push.drain(deadline)

    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, logger="asyncio"):
        warnings.simplefilter("error")
        with asyncio.Runner(debug=True, loop_factory=new_loop) as runner:
            runner.get_loop().slow_callback_duration = (
                3600  # the machine's speed is not the question
            )
            runner.run(main())
        gc.collect()

    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_loop_is_never_entered_from_another_thread(new_loop: LoopFactory, endpoint: str) -> None:
    async def main() -> None:
        # In debug mode a loop raises if a thread not its own calls it, as an I/O thread would be.
        async with Pull(bind=endpoint) as pull, Push(connect=pull.endpoint) as push:
            for _ in range(100):
                waiting = asyncio.create_task(pull.recv(timeout=10))
                await asyncio.sleep(0)
                await push.send(b"x")
                await waiting

    with asyncio.Runner(debug=True, loop_factory=new_loop) as runner:
        runner.run(main())
