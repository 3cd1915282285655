"""The measured loops under asyncio: one await a message, as :mod:`loops` without it."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from loops import BLOCK, MismatchError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def flood(send: Callable[[bytes], Awaitable[object]], body: bytes, count: int) -> None:
    """Send ``body`` as a message of its own, ``count`` times."""
    for _ in repeat(None, count):
        await send(body)


async def drain(recv: Callable[[], Awaitable[bytes]], body: bytes, count: int) -> None:
    """Receive ``count`` messages, looking at the size of one in 64.

    Raises:
        MismatchError: A message's size is not that of ``body``.
    """
    blocks, rest = divmod(count, BLOCK)
    for _ in repeat(None, blocks):
        for _ in repeat(None, BLOCK - 1):
            await recv()
        message = await recv()
        if len(message) != len(body):
            raise MismatchError(body, message)
    for _ in repeat(None, rest):
        await recv()


async def drain_verified(recv: Callable[[], Awaitable[bytes]], body: bytes, count: int) -> None:
    """Receive ``count`` messages, comparing each with ``body``.

    Raises:
        MismatchError: A message is not ``body``.
    """
    for _ in repeat(None, count):
        message = await recv()
        if message != body:
            raise MismatchError(body, message)
