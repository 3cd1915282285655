"""The measured loops: what a caller of the library writes, and nothing more.

Every library runs through the same loops with its own calls hoisted (``send = sock.send``). The
measured receiving loop looks at the size of one message in 64, since a look at each would cost a
sixth of a fast call; the *verified* loops, run before the watch starts, compare every octet.
"""

from __future__ import annotations

from array import array
from itertools import repeat
from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class MismatchError(Exception):
    """A message arrived that was not the one sent."""

    def __init__(self, expected: bytes, received: bytes) -> None:
        """Say what was expected, in octets and content, and what came."""
        super().__init__(
            f"expected {len(expected)} octets {expected[:16]!r}, "
            f"received {len(received)} octets {received[:16]!r}"
        )


def flood(send: Callable[[bytes], object], body: bytes, count: int) -> None:
    """Send ``body`` as a message of its own, ``count`` times."""
    for _ in repeat(None, count):
        send(body)


def flood_listed_frames(
    send: Callable[[list[bytes]], object], frames: tuple[bytes, bytes, bytes], count: int
) -> None:
    """Send ``frames`` as one message, ``count`` times, to a call that takes a list."""
    listed = [*frames]
    for _ in repeat(None, count):
        send(listed)


def flood_spread_frames(
    send: Callable[[bytes, bytes, bytes], object], frames: tuple[bytes, bytes, bytes], count: int
) -> None:
    """Send ``frames`` as one message, ``count`` times, to a call that takes an argument each."""
    first, second, third = frames
    for _ in repeat(None, count):
        send(first, second, third)


def drain(recv: Callable[[], bytes], body: bytes, count: int) -> None:
    """Receive ``count`` messages, looking at the size of one in 64.

    Raises:
        MismatchError: A message's size is not that of ``body``.
    """
    blocks, rest = divmod(count, BLOCK)
    for _ in repeat(None, blocks):
        for _ in repeat(None, BLOCK - 1):
            recv()
        message = recv()
        if len(message) != len(body):
            raise MismatchError(body, message)
    for _ in repeat(None, rest):
        recv()


def drain_verified(recv: Callable[[], bytes], body: bytes, count: int) -> None:
    """Receive ``count`` messages, comparing each with ``body``.

    Raises:
        MismatchError: A message is not ``body``.
    """
    for _ in repeat(None, count):
        message = recv()
        if message != body:
            raise MismatchError(body, message)


def drain_frames(recv: Callable[[], Iterable[bytes]], count: int) -> None:
    """Receive ``count`` messages of three frames, taking every frame out of each."""
    for _ in repeat(None, count):
        _first, _second, _third = recv()


def drain_frames_verified(
    recv: Callable[[], Iterable[bytes]], frames: tuple[bytes, bytes, bytes], count: int
) -> None:
    """Receive ``count`` messages, comparing every frame.

    Raises:
        MismatchError: The frames are not ``frames``.
    """
    for _ in repeat(None, count):
        received = tuple(recv())
        if received != frames:
            raise MismatchError(b"|".join(frames), b"|".join(received))


def echo(send: Callable[[bytes], object], recv: Callable[[], bytes], count: int) -> None:
    """Send back ``count`` messages."""
    for _ in repeat(None, count):
        send(recv())


def round_trips(
    send: Callable[[bytes], object], recv: Callable[[], bytes], body: bytes, count: int
) -> array[int]:
    """Send ``body`` and await its return, ``count`` times.

    Returns:
        The time of every round trip in nanoseconds.

    Raises:
        MismatchError: The last answer is not ``body``.
    """
    clock = perf_counter_ns
    times = array("q", repeat(0, count))
    answer = body
    for i in range(count):
        start = clock()
        send(body)
        answer = recv()
        times[i] = clock() - start
    if answer != body:
        raise MismatchError(body, answer)
    return times


BLOCK = 64
