"""This process's TCP sockets as the system sees them."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def tcp_sockets(*, local: int = 0, remote: int = 0) -> Iterator[list[socket.socket]]:
    """Duplicate the TCP sockets of this process that have the ports given.

    Args:
        local: Port of this end; any if 0.
        remote: Port of the other end; any if 0. A listener has none.

    Yields:
        Duplicates, closed at the end.
    """
    with ExitStack() as stack:
        every = [stack.enter_context(each) for each in _duplicates()]
        yield [
            each
            for each in every
            if local in (0, each.getsockname()[1]) and remote in (0, _remote_port(each))
        ]


def option_of(level: int, option: int, *, local: int = 0, remote: int = 0) -> int:
    """Return what the system says of the one socket with these ports."""
    with tcp_sockets(local=local, remote=remote) as found:
        (only,) = found
        return only.getsockopt(level, option)


def _duplicates() -> Iterator[socket.socket]:
    # All numbers are known before the first duplicate takes one.
    numbers = [int(entry.name) for entry in Path("/proc/self/fd").iterdir() if _is_socket(entry)]
    for number in numbers:
        try:
            each = socket.socket(fileno=os.dup(number))
        except OSError:
            continue  # it was closed meanwhile
        if each.family in (socket.AF_INET, socket.AF_INET6) and each.type == socket.SOCK_STREAM:
            yield each
        else:
            each.close()


def _remote_port(each: socket.socket) -> int | None:
    try:
        port: int = each.getpeername()[1]
    except OSError:
        return None
    return port


def _is_socket(entry: Path) -> bool:
    try:
        return os.readlink(entry).startswith("socket:")
    except OSError:
        return False  # it was closed meanwhile
