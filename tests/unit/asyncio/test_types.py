"""`zmq4.asyncio.types`: a helper that takes any pattern."""

import zmq4
import zmq4.asyncio as aio


async def forward(source: aio.Receiver[zmq4.Message], target: aio.Sender) -> None:
    async for batch in source.batches(timeout=0.01):
        if not batch:
            return
        await target.send_many(batch)


async def test_helper_forwards_between_any_patterns(inproc_endpoint: str, deadline: float) -> None:
    async with (
        aio.Pair(bind=inproc_endpoint) as pair,
        aio.Pair(connect=inproc_endpoint) as source,
        aio.Pull(bind=f"{inproc_endpoint}-out") as pull,
        aio.Dealer() as dealer,
        aio.Push(connect=pull.endpoint) as push,
    ):
        await source.send(b"a", b"b")
        await source.send(b"c")

        await forward(pair, push)
        await forward(dealer, push)

        received = await pull.recv_many(timeout=deadline)
        assert [list(each) for each in received] == [[b"a", b"b"], [b"c"]]
