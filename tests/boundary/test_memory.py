"""Memory stays where it is, however many messages pass."""

import pytest

from fixtures.children import Children

MEASURE = """
import asyncio, gc, os, resource, zmq4, zmq4.asyncio

def resident():
    gc.collect()
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize()

def threads(count):
    for _ in range(count // 100):
        push.send_many([b"x" * 20] * 50)
        for _ in range(25):
            push.send(b"head", b"y" * 300)
            push.send("z" * 70_000 if _ == 0 else "z")
        left = 100
        while left:
            left -= len(pull.recv_many(max=left))

async def loop(count):
    async with zmq4.asyncio.Pull(bind="inproc://l") as pull:
        async with zmq4.asyncio.Push(connect="inproc://l") as push:
            for _ in range(count // 100):
                waiting = asyncio.create_task(pull.recv())
                await asyncio.sleep(0)
                for _ in range(100):
                    await push.send(b"x" * 20)
                await waiting
                for _ in range(99):
                    await pull.recv()

def errors(count):
    for _ in range(count):
        try:
            pull.recv(timeout=0)
        except zmq4.Timeout:
            pass
        try:
            zmq4.Push(send_hvm=1)
        except zmq4.OptionError:
            pass

def sockets(count):
    for number in range(count):
        with zmq4.Pull(bind="inproc://s") as one, zmq4.Push(connect="inproc://s") as other:
            other.send(b"x")
            assert one.recv(timeout=5).frame(0) == b"x"

def listeners(count):
    with zmq4.Pull() as told:
        slow = told.events(capacity=100)
        for number in range(count):
            with told.events() as events:
                told.bind("inproc://e").close()
                assert len([events.next() for _ in range(2)]) == 2

work, warm, full = {work}
with zmq4.Pull(bind="inproc://m") as pull, zmq4.Push(connect="inproc://m") as push:
    work(warm)
    before = resident()
    work(full)
    print(resident() - before)
"""


@pytest.mark.parametrize(
    "work",
    [
        "threads, 100_000, 1_000_000",
        "lambda count: asyncio.run(loop(count)), 20_000, 200_000",
        "errors, 500, 5_000",
        "sockets, 500, 5_000",
        "listeners, 2_000, 20_000",
    ],
    ids=["threads", "asyncio", "errors", "sockets", "listeners"],
)
def test_memory_is_flat(children: Children, work: str, deadline: float) -> None:
    grown = int(children.run(MEASURE.replace("{work}", work), deadline=6 * deadline))

    assert grown < 4 << 20, f"{grown:,} octets more"
