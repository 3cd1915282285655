"""A broker over a socket of libzmq's, of one version, written from its RFC; it knows no limits.

It is as the brokers of the field are: requests of a service in their order to the worker that has been
idle longest, heartbeats to idle workers only, DISCONNECT to whoever is unknown.
"""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

import zmq

from fixtures.clock import DEADLINE
from majordomo.raw import READY, REQUEST, Socket, Version


@dataclass(slots=True)
class Served:
    """A service: who is idle, and what waits."""

    idle: deque[bytes] = field(default_factory=deque)
    waiting: deque[tuple[bytes, list[bytes]]] = field(default_factory=deque)


class PlainBroker:
    """Serves in a thread until it is closed; `kill` has it say nothing any more."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        version: Version,
        bind: str = "tcp://127.0.0.1:0",
        heartbeat: float = 2.5,
    ) -> None:
        """Bind and serve."""
        self._version: Final = version
        self._heartbeat: Final = heartbeat
        self._socket = Socket(context, zmq.ROUTER, bind=bind)
        self.address: Final = self._socket.address
        self._services: defaultdict[bytes, Served] = defaultdict(Served)
        self._workers: dict[bytes, bytes] = {}
        self._is_over = False
        self.dispatched = 0
        """Requests given to workers."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        """Stop, without a word to anybody."""
        self._is_over = True
        self._thread.join(DEADLINE)

    def _run(self) -> None:
        beats_at = time.monotonic() + self._heartbeat
        while not self._is_over:
            if self._socket.hears_within(0.01):
                self._take(*self._socket.hear())
            if time.monotonic() >= beats_at:
                beats_at += self._heartbeat
                for served in self._services.values():
                    for worker in served.idle:
                        self._tell_worker(worker, self._version.heartbeat)
        self._socket.close()

    def _take(self, peer: bytes, *frames: bytes) -> None:
        opening = self._version.opening
        assert frames[: len(opening)] == opening, frames
        header, *rest = frames[len(opening) :]
        if header == self._version.client:
            asks = list(self._version.asks)
            assert rest[: len(asks)] == asks, frames
            service, *body = rest[len(asks) :]
            assert body, frames
            self._take_request(peer, service, body)
        else:
            assert header == self._version.worker, frames
            self._take_command(peer, *rest)

    def _take_request(self, client: bytes, service: bytes, body: list[bytes]) -> None:
        if service == b"mmi.service":
            code = b"200" if body[-1] in self._workers.values() else b"404"
            self._tell_client(client, self._version.is_told, service, [code])
        elif service.startswith(b"mmi."):
            self._tell_client(client, self._version.is_told, service, [b"501"])
        else:
            self._services[service].waiting.append((client, body))
            self._dispatch(service)

    def _take_command(self, worker: bytes, command: bytes, *rest: bytes) -> None:
        service = self._workers.get(worker)
        if command == READY and service is None:
            self._workers[worker] = rest[0]
            self._services[rest[0]].idle.append(worker)
            self._dispatch(rest[0])
        elif command == self._version.disconnect:
            self._forget(worker)
        elif service is None or command == READY:
            self._forget(worker)
            self._tell_worker(worker, self._version.disconnect)
        elif command == self._version.final:
            client, empty, *body = rest
            assert empty == b""
            self._tell_client(client, self._version.is_told, service, body)
            self._services[service].idle.append(worker)
            self._dispatch(service)
        elif self._version.partial and command == self._version.partial:
            client, _, *body = rest
            self._tell_client(client, self._version.is_told_partly, service, body)
        else:
            assert command == self._version.heartbeat, command

    def _dispatch(self, service: bytes) -> None:
        served = self._services[service]
        while served.idle and served.waiting:
            client, body = served.waiting.popleft()
            self.dispatched += 1
            self._tell_worker(served.idle.popleft(), REQUEST, client, b"", *body)

    def _forget(self, worker: bytes) -> None:
        service = self._workers.pop(worker, None)
        if service is not None and worker in self._services[service].idle:
            self._services[service].idle.remove(worker)

    def _tell_worker(self, worker: bytes, *frames: bytes) -> None:
        self._socket.say(worker, *self._version.opening, self._version.worker, *frames)

    def _tell_client(
        self, client: bytes, command: tuple[bytes, ...], service: bytes, body: list[bytes]
    ) -> None:
        opening, header = self._version.opening, self._version.client
        self._socket.say(client, *opening, header, *command, service, *body)
