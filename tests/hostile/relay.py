"""A wire between two peers that a test may cut, or stop without a word."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from fixtures.clock import DEADLINE
from hostile.attack import RESET

CHUNK: Final = 64 * 1024


class Relay:
    """Passes octets on between whoever connects to it and a port of this machine."""

    def __init__(self, port: int) -> None:
        """Serve on a port of its own, for the server at ``port``."""
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        # What it takes and does not pass on is to be little.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Condition()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.made = 0
        """Connections so far."""
        self._start(self._accept)

    @property
    def address(self) -> str:
        """Where to connect to."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def wait_until_made(self, count: int) -> None:
        """Wait until ``count`` connections were made so far."""
        with self._lock:
            assert self._lock.wait_for(lambda: self.made >= count, DEADLINE)

    def stop(self) -> None:
        """Pass nothing on, without telling anybody: a cable is pulled, a router forgets."""
        self._flows.clear()

    def go_on(self) -> None:
        """Pass on again, what is on its way first."""
        self._flows.set()

    def cut(self) -> None:
        """Reset every connection that there is; new ones may come."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):  # it may be over by now
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)  # whoever reads from it wakes, and closes it

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:
                client.close()
                continue
            with self._lock:
                self.made += 1
                self._ends += [client, server]
                self._lock.notify_all()
            self._start(self._join, client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=self._pass_on, args=(server, client))
        back.start()
        self._pass_on(client, server)
        back.join()
        for end in (client, server):
            end.close()
        with self._lock:
            self._ends = [end for end in self._ends if end not in {client, server}]

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while octets := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(octets)
            self._flows.wait()
            target.shutdown(socket.SHUT_WR)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        self.go_on()
        self.cut()
        for thread in self._threads:
            thread.join()
