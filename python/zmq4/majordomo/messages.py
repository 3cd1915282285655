"""The messages of Majordomo: both dialects, written, and read at the worker and at the client.

What arrives at the broker is read in `zmq4.majordomo.classify`. Rows are written without a routing
id; the broker puts one in front. Body frames are handed on as they are.

Source: RFC 7/MDP for `MDP01`, RFC 18/MDP for `MDP02`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zmq4._kit.machine import Inbound
    from zmq4.types import Part

Frames: TypeAlias = "tuple[Part, ...]"
"""A message, or its body, on its way out."""

MAX_FRAMES: Final = 1024
"""The most frames in a message; one with more is dropped."""

MAX_NAME: Final = 255
"""The longest name of a service, in octets."""

MAX_ADDRESS: Final = 255
"""The longest address of a client, in octets: that of a routing id."""

MANAGEMENT: Final = b"mmi."
"""How the names begin that belong to the broker. Source: RFC 8/MMI."""

REJECTIONS: Final = MANAGEMENT + b"rejections"
"""Where a client asks the broker to be told of rejections, and says what they begin with."""


class Fault(StrEnum):
    """Why a message was dropped; the names are those of counters."""

    EMPTY = "empty"
    TOO_MANY_FRAMES = "too-many-frames"
    TOO_LARGE = "too-large"
    NO_HEADER = "no-header"
    NO_COMMAND = "no-command"
    BAD_COMMAND = "bad-command"
    NO_SERVICE = "no-service"
    BAD_SERVICE = "bad-service"
    NO_BODY = "no-body"
    BAD_ADDRESS = "bad-address"
    NO_DELIMITER = "no-delimiter"
    NOT_MAJORDOMO = "not-majordomo"
    ZPROTO = "dialect-zproto"
    LIBMDP = "dialect-libmdp"
    TAG_02 = "dialect-tag-0.2"
    MAJORTOMO = "dialect-majortomo"
    PIGATO = "dialect-pigato"
    OPENCMW = "dialect-opencmw"


# ── What is read ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Garbage:
    """A message that is none of the protocol's; it is dropped."""

    fault: Fault


@dataclass(slots=True)
class Work:
    """Broker to worker: a request, whose address goes back with every reply to it."""

    address: bytes
    body: Sequence[bytes]


@dataclass(slots=True)
class Beat:
    """Broker to worker, or worker to broker: a sign of life."""


@dataclass(slots=True)
class Leave:
    """Broker to worker, or worker to broker: this session is over."""


@dataclass(slots=True)
class Reply:
    """Broker to client: a part of an answer; ``final`` if it is the last, as each one of 0.1 is."""

    service: bytes
    body: Sequence[bytes]
    final: bool


class Dialect:
    """One of the two protocols: its octets, and messages written in it.

    Args:
        name: The version, as in `"0.1"`.
        opening: What stands in front of the header.
        has_partial: Whether an answer may have several parts.
    """

    __slots__ = (
        "_partial",
        "client",
        "disconnect",
        "final",
        "final_head",
        "has_partial",
        "heartbeat",
        "name",
        "opening",
        "partial_head",
        "work",
        "work_head",
        "worker",
    )

    def __init__(self, name: str, opening: tuple[bytes, ...], *, has_partial: bool) -> None:
        """Number the commands: PARTIAL moved those behind it by one."""
        digits = name.replace(".", "").encode()
        behind = 1 if has_partial else 0
        self.name: Final = name
        self.opening: Final = opening
        self.has_partial: Final = has_partial
        self.client: Final = b"MDPC" + digits
        self.worker: Final = b"MDPW" + digits
        self._partial = b"\3" if has_partial else b""
        self.work: Final = b"\2"
        """The worker's REQUEST."""
        self.final: Final = bytes([3 + behind])
        """The worker's REPLY or FINAL."""
        self.heartbeat: Final = bytes([4 + behind])
        self.disconnect: Final = bytes([5 + behind])
        self.work_head: Final = (*opening, self.worker, self.work)
        """What stands before the client's address in the worker's REQUEST."""
        self.final_head: Final = (self.client, b"\3") if has_partial else (self.client,)
        self.partial_head: Final = (self.client, b"\2") if has_partial else (self.client,)
        """What stands between the opening and the service in a reply to a client."""

    def __repr__(self) -> str:
        """Name the protocol."""
        return f"<MDP/{self.name}>"

    # The client's side.

    def request(self, service: bytes, body: Sequence[Part]) -> Frames:
        """Client to broker: REQUEST."""
        command = (b"\1",) if self.has_partial else ()
        return (*self.opening, self.client, *command, service, *body)

    def reply(self, service: bytes, body: Sequence[Part], *, final: bool = True) -> Frames:
        """Broker to client: REPLY, or PARTIAL and FINAL, which have other numbers at workers."""
        head = self.final_head if final else self.partial_head
        return (*self.opening, *head, service, *body)

    # The worker's side.

    def ready(self, service: bytes) -> Frames:
        """Worker to broker: READY."""
        return (*self.opening, self.worker, b"\1", service)

    def order(self, address: bytes, body: Sequence[Part]) -> Frames:
        """Broker to worker: REQUEST."""
        return (*self.work_head, address, b"", *body)

    def answer(self, address: bytes, body: Sequence[Part], *, final: bool = True) -> Frames:
        """Worker to broker: REPLY, or PARTIAL and FINAL.

        Raises:
            ValueError: The dialect has no partial replies.
        """
        if not final and not self.has_partial:
            raise ValueError(f"{self!r} has no partial replies")
        command = self.final if final else self._partial
        return (*self.opening, self.worker, command, address, b"", *body)

    def beat(self) -> Frames:
        """Both ways: HEARTBEAT."""
        return (*self.opening, self.worker, self.heartbeat)

    def leave(self) -> Frames:
        """Both ways: DISCONNECT."""
        return (*self.opening, self.worker, self.disconnect)

    # What the two ends read. The broker does not know who speaks what: see `classify`.

    def read_at_worker(self, message: Inbound) -> Work | Beat | Leave | Garbage:
        """Read what a broker sent to a worker of this dialect."""
        at = len(self.opening)
        if fault := self._fault_before(message, self.worker):
            return Garbage(fault)
        if len(message) <= at + 1:
            return Garbage(Fault.NO_COMMAND)
        command = message[at + 1]
        if command == self.work:
            return self._read_work(message, at + 2)
        if command == self.heartbeat:
            return Beat()
        if command == self.disconnect:
            return Leave()
        return Garbage(Fault.BAD_COMMAND)

    def read_at_client(self, message: Inbound) -> Reply | Garbage:
        """Read what a broker sent to a client of this dialect."""
        at = len(self.opening) + 1
        final = True
        if fault := self._fault_before(message, self.client):
            return Garbage(fault)
        if self.has_partial:
            if len(message) <= at:
                return Garbage(Fault.NO_COMMAND)
            command = message[at]
            if command not in _TO_CLIENT_02:
                return Garbage(Fault.BAD_COMMAND)
            final = command == b"\3"
            at += 1
        if len(message) <= at:
            return Garbage(Fault.NO_SERVICE)
        if len(message) == at + 1:
            return Garbage(Fault.NO_BODY)
        return Reply(message[at], message[at + 1 :], final)

    def _fault_before(self, message: Inbound, header: bytes) -> Fault | None:
        """Tell what is wrong with the frames up to the header, and with their number."""
        count, at = len(message), len(self.opening)
        if count > MAX_FRAMES:
            return Fault.TOO_MANY_FRAMES
        if count <= at or message[at] != header or (at and message[0]):
            return Fault.NO_HEADER
        return None

    @staticmethod
    def _read_work(message: Inbound, at: int) -> Work | Garbage:
        if len(message) <= at or not 1 <= len(message[at]) <= MAX_ADDRESS:
            return Garbage(Fault.BAD_ADDRESS)
        if len(message) <= at + 1 or message[at + 1]:
            return Garbage(Fault.NO_DELIMITER)
        if len(message) == at + 2:
            return Garbage(Fault.NO_BODY)
        return Work(message[at], message[at + 2 :])


MDP01: Final = Dialect("0.1", (b"",), has_partial=False)
"""RFC 7: an empty frame in front, one reply a request."""

MDP02: Final = Dialect("0.2", (), has_partial=True)
"""RFC 18: no empty frame, any number of partial replies before the final one."""

_TO_CLIENT_02: Final = {b"\2", b"\3"}
"""PARTIAL and FINAL as clients get them."""


Version: TypeAlias = Literal["0.1", "0.2"]
"""What a worker or a client speaks: RFC 7, which all brokers know, or RFC 18, with parts."""


def dialect_of(version: Version) -> Dialect:
    """Return the dialect of a version.

    Raises:
        ValueError: There is no such version.
    """
    for dialect in (MDP01, MDP02):
        if dialect.name == version:
            return dialect
    raise ValueError(f'the versions of Majordomo are "0.1" and "0.2", not {version!r}')


def service_name(name: str | bytes) -> bytes:
    """Return the octets of a service's name.

    Args:
        name: 1 to 255 octets of UTF-8 without control characters.

    Raises:
        ValueError: It is something else.
    """
    octets = name.encode() if isinstance(name, str) else name
    if not is_service_name(octets):
        raise ValueError(
            f"a service's name is 1 to {MAX_NAME} octets of printable UTF-8, not {name!r}"
        )
    return octets


def is_service_name(name: bytes) -> bool:
    """Tell whether octets can be the name of a service."""
    if not 1 <= len(name) <= MAX_NAME:
        return False
    try:
        return name.decode().isprintable()
    except UnicodeDecodeError:
        return False
