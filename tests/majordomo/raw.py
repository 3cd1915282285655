"""Majordomo peers over libzmq's sockets, written from the frames of RFC 7 and RFC 18.

Nothing of ours is in them: octets are spelt out here, and not taken from the package under test.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import zmq

from fixtures.clock import DEADLINE


@dataclass(frozen=True, slots=True)
class Version:
    """The octets of one version of the protocol."""

    name: str
    opening: tuple[bytes, ...]
    """What stands in front of every header."""
    client: bytes
    worker: bytes
    asks: tuple[bytes, ...]
    """What stands between a client's header and the service of a request."""
    is_told_partly: tuple[bytes, ...]
    is_told: tuple[bytes, ...]
    """What stands there in replies."""
    partial: bytes
    final: bytes
    """How a worker answers."""
    heartbeat: bytes
    disconnect: bytes

    def __str__(self) -> str:
        """Name it, as tests are named after it."""
        return self.name


RFC7: Final = Version(
    name="rfc7",
    opening=(b"",),
    client=b"MDPC01",
    worker=b"MDPW01",
    asks=(),
    is_told_partly=(),
    is_told=(),
    partial=b"",
    final=b"\x03",
    heartbeat=b"\x04",
    disconnect=b"\x05",
)

RFC18: Final = Version(
    name="rfc18",
    opening=(),
    client=b"MDPC02",
    worker=b"MDPW02",
    asks=(b"\x01",),
    is_told_partly=(b"\x02",),
    is_told=(b"\x03",),
    partial=b"\x03",
    final=b"\x04",
    heartbeat=b"\x05",
    disconnect=b"\x06",
)

VERSIONS: Final = (RFC7, RFC18)

READY: Final = b"\x01"
REQUEST: Final = b"\x02"


class Socket:
    """A socket of libzmq's that says and hears frames."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        kind: int,
        *,
        connect: str = "",
        bind: str = "",
        name: bytes = b"",
        **options: int,
    ) -> None:
        """Open it; ``name`` is its routing id."""
        self.socket: Final = context.socket(kind)
        self.socket.linger = 0
        self.socket.sndtimeo = self.socket.rcvtimeo = round(1000 * DEADLINE)
        if name:
            self.socket.routing_id = name
        for option, value in options.items():
            self.socket.setsockopt(getattr(zmq, option), value)
        if connect:
            self.socket.connect(connect)
        if bind:
            self.socket.bind(bind)

    @property
    def address(self) -> str:
        """Where it is bound."""
        return self.socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def say(self, *frames: bytes) -> None:
        """Send a message."""
        self.socket.send_multipart(frames)

    def hear(self) -> list[bytes]:
        """Receive a message."""
        return self.socket.recv_multipart()

    def hears_within(self, seconds: float) -> bool:
        """Tell whether a message comes in so many seconds."""
        return bool(self.socket.poll(round(1000 * seconds)))

    def hears_nothing(self, seconds: float) -> bool:
        """Tell whether no message comes for so many seconds."""
        return not self.hears_within(seconds)

    def close(self) -> None:
        """Close it, at once."""
        self.socket.close()

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


@dataclass(frozen=True, slots=True)
class Told:
    """What a client is told."""

    service: bytes
    body: list[bytes]
    is_final: bool


class Client(Socket):
    """A client: a DEALER, which puts the empty frame of RFC 7 in front itself."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        connect: str,
        version: Version = RFC7,
        *,
        name: bytes = b"",
    ) -> None:
        """Connect it."""
        super().__init__(context, zmq.DEALER, connect=connect, name=name)
        self.version: Final = version

    def ask(self, *body: bytes, service: bytes = b"echo") -> None:
        """Request something."""
        version = self.version
        self.say(*version.opening, version.client, *version.asks, service, *body)

    def is_told(self) -> Told:
        """Take the next reply, or part of it."""
        return told(self.hear(), self.version)

    def asked(self, *body: bytes, service: bytes = b"echo") -> list[bytes]:
        """Request something, and return the body of the reply."""
        self.ask(*body, service=service)
        answer = self.is_told()
        assert (answer.service, answer.is_final) == (service, True)
        return answer.body


def told(frames: Sequence[bytes], version: Version) -> Told:
    """Read what a client got."""
    head = (*version.opening, version.client)
    assert tuple(frames[: len(head)]) == head, frames
    rest = list(frames[len(head) :])
    is_final = True
    if version.is_told:
        is_final = (rest[0],) == version.is_told
        assert is_final or (rest[0],) == version.is_told_partly, frames
        del rest[0]
    service, *body = rest
    assert body, frames
    return Told(service, body, is_final)


@dataclass(frozen=True, slots=True)
class Given:
    """What a worker is given."""

    address: bytes
    body: list[bytes]


class Worker(Socket):
    """A worker: a DEALER."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        connect: str,
        version: Version = RFC7,
        *,
        service: bytes = b"echo",
        name: bytes = b"",
    ) -> None:
        """Connect it, and have it say READY; an empty ``service`` says nothing."""
        super().__init__(context, zmq.DEALER, connect=connect, name=name)
        self.version: Final = version
        if service:
            self.ready(service)

    def command(self, command: bytes, *rest: bytes) -> None:
        """Say something to the broker."""
        self.say(*self.version.opening, self.version.worker, command, *rest)

    def ready(self, service: bytes = b"echo") -> None:
        """Say READY."""
        self.command(READY, service)

    def beat(self) -> None:
        """Say HEARTBEAT."""
        self.command(self.version.heartbeat)

    def leave(self) -> None:
        """Say DISCONNECT."""
        self.command(self.version.disconnect)

    def answer(self, address: bytes, *body: bytes) -> None:
        """Say REPLY or FINAL."""
        self.command(self.version.final, address, b"", *body)

    def answer_partly(self, address: bytes, *body: bytes) -> None:
        """Say PARTIAL."""
        assert self.version.partial
        self.command(self.version.partial, address, b"", *body)

    def is_commanded(self) -> list[bytes]:
        """Take the next command that is no heartbeat."""
        opening = (*self.version.opening, self.version.worker)
        while True:
            frames = self.hear()
            assert tuple(frames[: len(opening)]) == opening, frames
            command = frames[len(opening) :]
            if command != [self.version.heartbeat]:
                return command

    def is_given(self) -> Given:
        """Take the next request."""
        command, address, empty, *body = self.is_commanded()
        assert (command, empty) == (REQUEST, b"")
        assert body
        return Given(address, body)

    def is_dismissed(self) -> bool:
        """Tell whether the next command is DISCONNECT."""
        return self.is_commanded() == [self.version.disconnect]

    def is_given_nothing(self, seconds: float) -> bool:
        """Tell whether nothing but heartbeats comes for so many seconds."""
        opening = (*self.version.opening, self.version.worker)
        beat = [*opening, self.version.heartbeat]
        until = time.monotonic() + seconds
        while self.hears_within(max(0.0, until - time.monotonic())):
            if self.hear() != beat:
                return False
        return True

    def serve(self, count: int = 1) -> None:
        """Echo so many requests."""
        for _ in range(count):
            given = self.is_given()
            self.answer(given.address, *given.body)
