"""The calls of the threads face, awaited: they take, return and refuse the same."""

import asyncio
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import zmq4
from zmq4.asyncio import Dealer, Pair, Pull, Push

if TYPE_CHECKING:
    from zmq4.types import Row

Pipeline = tuple[Push, Pull]
SIZES = [0, 1, 255, 256, 8193, 65535, 65536, 1 << 20]


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


async def test_frames_of_all_kinds_arrive(line: Pipeline, deadline: float) -> None:
    push, pull = line

    await push.send(
        b"bytes", "tëxt", bytearray(b"array"), memoryview(b"view"), array("B", [1]), b""
    )

    assert [*await pull.recv(timeout=deadline)] == [
        b"bytes",
        "tëxt".encode(),
        b"array",
        b"view",
        b"\1",
        b"",
    ]


async def test_bodies_of_all_sizes_arrive(line: Pipeline, deadline: float) -> None:
    push, pull = line

    for size in SIZES:
        await push.send(b"x" * size)
        await push.send(bytearray(b"y" * size), b"tail")
        assert await pull.recv_bytes(timeout=deadline) == b"x" * size
        assert [*await pull.recv(timeout=deadline)] == [b"y" * size, b"tail"]


async def test_one_to_three_hundred_frames_arrive_whole(line: Pipeline, deadline: float) -> None:
    push, pull = line
    messages = [numbered(count) for count in range(1, 301, 13)]

    for frames in messages:
        await push.send(*frames)

    assert [[*await pull.recv(timeout=deadline)] for _ in messages] == messages


@pytest.mark.parametrize("wrong", [None, 1, [b"x"], memoryview(b"abcd")[::2]])
async def test_what_is_no_frame_is_refused(pipeline: Pipeline, wrong: object) -> None:
    push, pull = pipeline

    with pytest.raises(TypeError, match="a frame is bytes, str or a contiguous buffer"):
        await push.send(b"head", wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a frame is"):
        await push.send(wrong)  # type: ignore[arg-type]

    assert pull.try_recv() is None


async def test_memory_may_not_change_until_it_was_sent(narrow: Pipeline) -> None:
    push, pull = narrow
    memory = bytearray(b"before")

    await push.send(memory)
    memory[:] = b"after!"

    assert await pull.recv_bytes() == b"before"


async def test_recv_bytes_refuses_a_multipart_without_consuming_it(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send(b"head", b"body")

    for _ in range(3):
        with pytest.raises(zmq4.MultipartError, match="not consumed"):
            await pull.recv_bytes()

    assert [*await pull.recv()] == [b"head", b"body"]


async def test_recv_into_writes_and_returns_octets(line: Pipeline, deadline: float) -> None:
    push, pull = line
    memory = bytearray(b"." * 8)
    await push.send(b"body")

    assert await pull.recv_into(memory, timeout=deadline) == 4
    assert memory == b"body...."


async def test_recv_into_refuses_without_consuming(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send(b"body")

    with pytest.raises(zmq4.MessageTooLarge, match="not consumed"):
        await pull.recv_into(bytearray(3))
    with pytest.raises(BufferError):
        await pull.recv_into(b"read-only")
    with pytest.raises(BufferError):
        await pull.recv_into(memoryview(bytearray(8))[::2])
    assert await pull.recv_bytes() == b"body"

    await push.send(b"head", b"body")
    with pytest.raises(zmq4.MultipartError, match="not consumed"):
        await pull.recv_into(bytearray(100))
    assert [*await pull.recv()] == [b"head", b"body"]


async def test_what_does_not_wait_is_not_awaited(narrow: Pipeline) -> None:
    push, pull = narrow

    assert [push.try_send(b"%d" % number) for number in range(3)] == [True, True, False]
    assert pull.try_recv() == zmq4.Message(b"0")
    assert pull.try_recv() == zmq4.Message(b"1")
    assert pull.try_recv() is None


async def test_rows_of_all_kinds_are_sent_in_order(line: Pipeline, deadline: float) -> None:
    push, pull = line
    rows: list[Row] = [b"a", "b", bytearray(b"c"), [b"d", "e"], ("f",), zmq4.Message("g", "h")]

    assert await push.send_many(rows) == 6
    assert await push.send_many(row for row in (b"i", b"j")) == 2

    arrived = [[*await pull.recv(timeout=deadline)] for _ in range(8)]
    assert arrived == [
        [b"a"],
        [b"b"],
        [b"c"],
        [b"d", b"e"],
        [b"f"],
        [b"g", b"h"],
        [b"i"],
        [b"j"],
    ]


async def test_batch_waits_for_room_again_and_again(narrow: Pipeline) -> None:
    push, pull = narrow
    sending = asyncio.create_task(push.send_many(numbered(500)))

    assert [(await pull.recv()).content for _ in range(500)] == numbered(500)
    assert await sending == 500


async def test_timeout_of_a_batch_carries_accepted(narrow: Pipeline) -> None:
    push, pull = narrow

    with pytest.raises(zmq4.Timeout, match="Push") as raised:
        await push.send_many(numbered(5), timeout=0.01)

    assert raised.value.accepted == 2
    assert await pull.recv_many() == [zmq4.Message(b"0"), zmq4.Message(b"1")]


async def test_rows_before_an_error_of_the_iterable_are_sent(pipeline: Pipeline) -> None:
    push, pull = pipeline

    def rows() -> Iterator[bytes]:
        yield from numbered(10)
        raise LookupError("no more rows")

    with pytest.raises(LookupError) as raised:
        await push.send_many(rows())

    assert raised.value.accepted == 10  # type: ignore[attr-defined]  # see the stub
    assert len(await pull.recv_many()) == 10


async def test_batch_holds_what_is_there_and_never_exceeds_max(pipeline: Pipeline) -> None:
    push, pull = pipeline
    await push.send_many(numbered(10))

    sizes = [len(await pull.recv_many(max=limit, timeout=0)) for limit in (1, 2, 3, 100, 1)]

    assert sizes == [1, 2, 3, 4, 0]
    with pytest.raises(ValueError, match="max is 1 or more"):
        await pull.recv_many(max=0)


async def test_everything_arrives_once_and_in_order(line: Pipeline, deadline: float) -> None:
    push, pull = line
    sending = asyncio.create_task(push.send_many(numbered(10_000)))

    arrived: list[bytes] = []
    while len(arrived) < 10_000:
        arrived += [message.content for message in await pull.recv_many(timeout=deadline)]

    assert arrived == numbered(10_000)
    assert await sending == 10_000


@pytest.mark.parametrize("face", [Pair, Dealer])
async def test_two_way_types_talk_both_ways(
    endpoint: str, face: type[Pair | Dealer], deadline: float
) -> None:
    async with face(bind=endpoint) as one, face(connect=one.endpoint) as other:
        await other.send(b"there")
        assert (await one.recv(timeout=deadline)).content == b"there"
        await one.send(b"and back")
        assert (await other.recv(timeout=deadline)).content == b"and back"


async def test_large_bytes_arrive_as_the_same_object(pipeline: Pipeline) -> None:
    push, pull = pipeline
    body = bytes(64 * 1024)

    await push.send(body)
    await push.send_many([body, [b"head", body]])

    assert await pull.recv_bytes() is body
    assert (await pull.recv()).content is body
    assert (await pull.recv())[1] is body


async def test_faces_talk_to_each_other(endpoint: str, deadline: float) -> None:
    async with Pull(bind=endpoint) as pull:
        with zmq4.Push(connect=pull.endpoint) as push:
            push.send(b"from a thread's socket")
            message = await pull.recv(timeout=deadline)

    assert message.content == b"from a thread's socket"


async def test_closed_socket_says_so() -> None:
    pair = Pair()
    pair.close()

    for operation in (
        pair.recv(),
        pair.recv_bytes(),
        pair.recv_into(bytearray(1)),
        pair.recv_many(),
        pair.send(b"x"),
        pair.send_many([b"x"]),
        pair.drain(),
    ):
        with pytest.raises(zmq4.Closed, match="closed"):
            await operation
    with pytest.raises(zmq4.Closed):
        pair.try_recv()
    with pytest.raises(zmq4.Closed):
        pair.try_send(b"x")


async def test_refusal_to_block_is_raised_at_once(inproc_endpoint: str) -> None:
    async with (
        Pull(bind=inproc_endpoint, recv_hwm=1),
        Push(connect=inproc_endpoint, send_hwm=1, on_full="error") as push,
    ):
        with pytest.raises(zmq4.WouldBlock) as raised:
            await push.send_many(numbered(5))

    assert raised.value.accepted == 2  # type: ignore[attr-defined]  # see the stub


async def test_async_with_closes() -> None:
    async with Push(bind="inproc://async-with") as push:
        assert not push.closed

    assert push.closed
    async with Push(bind="inproc://async-with"):
        pass
