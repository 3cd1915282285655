"""Raw connections, one or a crowd, from an address that is not that of honest peers."""

import resource
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

from fixtures.clock import DEADLINE

ATTACKER: Final = "127.0.0.2"
_BIND_ADDRESS_NO_PORT: Final = 24
"""Leaves the choice of a port to connect(2), so that ports of other connections can be had again.

Source: ip(7), IP_BIND_ADDRESS_NO_PORT.
"""

RESET: Final = struct.pack("ii", 1, 0)
"""What makes a RST of a close. Source: socket(7), SO_LINGER with a time of zero."""


def connect(port: int, source: str = ATTACKER) -> socket.socket:
    """Connect to ``port`` of this machine."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        raw.settimeout(DEADLINE)
        raw.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
        raw.bind((source, 0))
        raw.connect(("127.0.0.1", port))
    except BaseException:
        raw.close()
        raise
    return raw


def reset(raw: socket.socket) -> None:
    """Close with a RST instead of a FIN."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    raw.close()


def read_to_the_end(raw: socket.socket) -> bytes:
    """Read until the other side closes; a reset is a close."""
    received = b""
    with suppress(ConnectionError):
        while chunk := raw.recv(65536):
            received += chunk
    return received


def read_until(raw: socket.socket, end: bytes) -> bytes:
    """Read until what came ends with ``end``.

    Raises:
        EOFError: The other side closes before.
        TimeoutError: It does not come.
    """
    received = b""
    while not received.endswith(end):
        chunk = raw.recv(65536)
        if not chunk:
            raise EOFError(received)
        received += chunk
    return received


def say(port: int, octets: bytes) -> bytes:
    """Say ``octets`` to ``port`` and return all that comes until the other side closes.

    Raises:
        TimeoutError: It does not close.
    """
    with connect(port) as raw:
        with suppress(ConnectionError):  # it may close before it has heard us out
            raw.sendall(octets)
        return read_to_the_end(raw)


def hang_up(port: int, octets: bytes) -> None:
    """Say ``octets``, end the stream, and wait for the other side's end."""
    with connect(port) as raw:
        with suppress(OSError):  # it may have heard enough before the end
            raw.sendall(octets)
            raw.shutdown(socket.SHUT_WR)
        read_to_the_end(raw)


class Crowd:
    """Many connections to one port, each with the time at which it was made."""

    def __init__(self, port: int, count: int) -> None:
        """Connect ``count`` times."""
        self._poll = select.epoll()
        self._open: dict[int, tuple[socket.socket, float]] = {}
        self.lifetimes: list[float] = []
        """Seconds that each connection lasted which the other side has closed."""
        for _ in range(count):
            raw = connect(port)
            raw.setblocking(False)  # noqa: FBT003 (its only argument)
            self._open[raw.fileno()] = (raw, time.monotonic())
            self._poll.register(raw, select.EPOLLIN | select.EPOLLRDHUP)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def numbers(self) -> list[int]:
        """Descriptors of the open ones, oldest connection first."""
        return list(self._open)

    def each_say(self, words: Callable[[int], bytes]) -> None:
        """Send to each that is open what ``words`` says for its number; the unsent is let go."""
        for number, (raw, _) in enumerate(list(self._open.values())):
            with suppress(ConnectionError, BlockingIOError):
                raw.send(words(number))

    def watch(self, seconds: float, *, until_left: int = 0) -> None:
        """Read what comes for ``seconds``, or until few are open, and note who is closed."""
        until = time.monotonic() + seconds
        while len(self._open) > until_left and (left := until - time.monotonic()) > 0:
            for number, _ in self._poll.poll(left):
                self._read(number)

    def _read(self, number: int) -> None:
        raw, since = self._open[number]
        try:
            is_closed = not raw.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            is_closed = True
        if is_closed:
            self.lifetimes.append(time.monotonic() - since)
            self._poll.unregister(raw)
            del self._open[number]
            raw.close()

    def leave(self) -> None:
        """Close what is open."""
        for raw, _ in self._open.values():
            raw.close()
        self._open.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._poll.close()


@contextmanager
def many_descriptors() -> Iterator[int]:
    """Raise this process's limit of descriptors as far as it goes; gives the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
