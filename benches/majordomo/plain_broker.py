"""A plain broker of RFC 7 on pyzmq: what the measured one is held against.

It does what the protocol asks for and nothing else. Its loop is that of the field: poll until the
next heartbeat is due, receive a message, act on it. `serve_without_poll` leaves the poll out, and
the time limit to the receive itself: the fastest that straightforward code gets.
"""

from __future__ import annotations

import time
from collections import deque

import zmq

HEARTBEAT = 2.5
LIVENESS = 3
READY, REQUEST, REPLY, BEAT, LEAVE = b"\1", b"\2", b"\3", b"\4", b"\5"
CLIENT, WORKER = b"MDPC01", b"MDPW01"


class Service:
    """Requests that wait, and workers that do."""

    def __init__(self) -> None:
        self.requests: deque[list[bytes]] = deque()
        self.idle: deque[Worker] = deque()


class Worker:
    """A worker that said READY."""

    def __init__(self, address: bytes, service: Service, name: bytes) -> None:
        self.address = address
        self.service = service
        self.name = name
        self.expiry = time.monotonic() + HEARTBEAT * LIVENESS


class Broker:
    """One ROUTER for clients and workers."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str) -> None:
        self.socket: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(endpoint)
        self.endpoint = self.socket.get_string(zmq.LAST_ENDPOINT)
        self.services: dict[bytes, Service] = {}
        self.workers: dict[bytes, Worker] = {}
        self.beat_at = time.monotonic() + HEARTBEAT

    def serve(self) -> None:
        """Serve until the process ends."""
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        while True:
            if poller.poll(int(HEARTBEAT * 1000)):
                self.act(self.socket.recv_multipart())
            self.beat_if_due()

    def serve_without_poll(self) -> None:
        """Serve until the process ends."""
        self.socket.rcvtimeo = int(HEARTBEAT * 1000)
        while True:
            try:
                message = self.socket.recv_multipart()
            except zmq.Again:
                pass
            else:
                self.act(message)
            self.beat_if_due()

    def act(self, message: list[bytes]) -> None:
        sender, empty, header, *rest = message
        if empty == b"":
            if header == CLIENT:
                self.take_request(sender, rest)
            elif header == WORKER:
                self.take_word(sender, rest)

    def take_request(self, client: bytes, rest: list[bytes]) -> None:
        name, *body = rest
        service = self.services.setdefault(name, Service())
        service.requests.append([client, b"", *body])
        self.dispatch(service)

    def take_word(self, sender: bytes, rest: list[bytes]) -> None:
        command = rest[0]
        worker = self.workers.get(sender)
        if worker is not None:
            worker.expiry = time.monotonic() + HEARTBEAT * LIVENESS
        if command == REPLY and worker is not None:
            client, _, *body = rest[1:]
            self.socket.send_multipart([client, b"", CLIENT, worker.name, *body])
            worker.service.idle.append(worker)
            self.dispatch(worker.service)
        elif command == READY and worker is None:
            service = self.services.setdefault(rest[1], Service())
            worker = self.workers[sender] = Worker(sender, service, rest[1])
            service.idle.append(worker)
            self.dispatch(service)
        elif command == LEAVE and worker is not None:
            self.forget(worker)
        elif command != BEAT or worker is None:
            self.socket.send_multipart([sender, b"", WORKER, LEAVE])
            if worker is not None:
                self.forget(worker)

    def dispatch(self, service: Service) -> None:
        while service.requests and service.idle:
            worker = service.idle.popleft()
            request = service.requests.popleft()
            self.socket.send_multipart([worker.address, b"", WORKER, REQUEST, *request])

    def beat_if_due(self) -> None:
        now = time.monotonic()
        if now < self.beat_at:
            return
        for worker in [each for each in self.workers.values() if each.expiry < now]:
            if worker in worker.service.idle:
                self.forget(worker)
        for worker in self.workers.values():
            self.socket.send_multipart([worker.address, b"", WORKER, BEAT])
        self.beat_at = now + HEARTBEAT

    def forget(self, worker: Worker) -> None:
        del self.workers[worker.address]
        if worker in worker.service.idle:
            worker.service.idle.remove(worker)
