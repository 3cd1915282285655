"""The requests of one service that wait for a worker: first in, first out, or client by client.

A request can be taken out of the middle, because its client is gone. It stays in line, closed, and
is passed over; what is closed never outnumbers what is open by much.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

from zmq4.majordomo.machine.request import weigh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zmq4.majordomo.machine.request import Client, Request


class Queue:
    """A line of requests."""

    __slots__ = ("_line", "length", "octets")

    def __init__(self) -> None:
        """Begin with nobody in line."""
        self._line: deque[Request] = deque()
        self.length = 0
        """Open requests in line."""
        self.octets = 0
        """Octets of their bodies."""

    def push(self, request: Request) -> None:
        """Put a request at the end."""
        self._count(request)
        self._line.append(request)

    def push_front(self, request: Request) -> None:
        """Put a request before all others: it has waited already."""
        self._count(request)
        self._line.appendleft(request)

    def pop(self) -> Request | None:
        """Take the next one; None if there is none."""
        line = self._line
        while line:
            request = line.popleft()
            if request.is_open:
                self._uncount(request)
                return request
        return None

    def discard(self, request: Request) -> None:
        """Take one out that waits here, and close it."""
        self._uncount(request)
        request.close()
        if len(self._line) > 2 * self.length + _SLACK:
            self._line = deque(each for each in self._line if each.is_open)

    def oldest(self) -> Request | None:
        """Return the one that has waited longest; None if there is none."""
        line = self._line
        while line:
            if line[0].is_open:
                return line[0]
            line.popleft()
        return None

    def __iter__(self) -> Iterator[Request]:
        """Yield the open ones, a copy of the line."""
        return iter([each for each in self._line if each.is_open])

    def _count(self, request: Request) -> None:
        request.size = request.size or weigh(request.body)
        self.length += 1
        self.octets += request.size

    def _uncount(self, request: Request) -> None:
        self.length -= 1
        self.octets -= request.size


class FairQueue(Queue):
    """A line for each client, served in turn."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        """Begin with nobody in line."""
        super().__init__()
        self._lines: OrderedDict[Client, Queue] = OrderedDict()

    def push(self, request: Request) -> None:
        """Put a request at the end of its client's line."""
        self._count(request)
        self._line_of(request).push(request)

    def push_front(self, request: Request) -> None:
        """Put a request before all others, of its client and of the rest."""
        self._count(request)
        self._line_of(request).push_front(request)
        self._lines.move_to_end(request.client, last=False)

    def pop(self) -> Request | None:
        """Take the next one of the client in turn, which then waits for the others."""
        while self._lines:
            client, line = next(iter(self._lines.items()))
            request = line.pop()
            if line.length:
                self._lines.move_to_end(client)
            else:
                del self._lines[client]
            if request is not None:
                self._uncount(request)
                return request
        return None

    def discard(self, request: Request) -> None:
        """Take one out that waits here, and close it."""
        self._uncount(request)
        line = self._lines[request.client]
        line.discard(request)
        if not line.length:
            del self._lines[request.client]

    def oldest(self) -> Request | None:
        """Return the one that has waited longest; None if there is none."""
        heads = [head for line in self._lines.values() if (head := line.oldest())]
        return min(heads, key=lambda request: request.arrived, default=None)

    def __iter__(self) -> Iterator[Request]:
        """Yield the open ones, a copy of the lines."""
        return iter([each for line in self._lines.values() for each in line])

    def _line_of(self, request: Request) -> Queue:
        return self._lines.setdefault(request.client, Queue())


_SLACK: Final = 64
"""Closed requests in line that are not worth a clean-up."""
