"""What arrives at the broker, told apart by its header: dialects, clients, workers, and the rest.

Whatever the frames are, reading them returns. A command octet means nothing before its header: 04
is a HEARTBEAT in 0.1 and FINAL in 0.2. Dialects that the broker does not speak are recognised, so
that its log can say who is knocking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from zmq4.majordomo.messages import (
    MAX_ADDRESS,
    MAX_FRAMES,
    MDP01,
    MDP02,
    Beat,
    Dialect,
    Fault,
    Garbage,
    Leave,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4._kit.machine import Inbound


@dataclass(slots=True)
class Call:
    """Client to broker: a request.

    ``path`` is what stood in front of the header: a delimiter, or the return path of a proxy. It
    goes in front of every reply, so that a client that adds a delimiter gets one.
    """

    dialect: Dialect
    path: Sequence[bytes]
    service: bytes
    body: Sequence[bytes]


@dataclass(slots=True)
class Ready:
    """Worker to broker: it serves this, and is idle."""

    dialect: Dialect
    service: bytes


@dataclass(slots=True)
class Answer:
    """Worker to broker: a part of the reply to the request that it holds."""

    dialect: Dialect
    address: bytes
    body: Sequence[bytes]
    final: bool


@dataclass(slots=True)
class Sign:
    """Worker to broker: HEARTBEAT or DISCONNECT, or a command that no worker has (None)."""

    dialect: Dialect
    sign: Beat | Leave | None


Heard: TypeAlias = Call | Ready | Answer | Sign | Garbage
"""What a broker may hear."""


def classify(message: Inbound) -> Heard:
    """Read a message at the broker; its routing id is not among its frames."""
    count = len(message)
    if not 0 < count <= MAX_FRAMES:
        return Garbage(Fault.TOO_MANY_FRAMES if count else Fault.EMPTY)
    header = message[0]
    readers = _READERS
    if not header:
        if count == 1:
            return Garbage(Fault.EMPTY)
        header = message[1]
        readers = _READERS_DELIMITED
    reader = readers.get(header)
    if reader is not None:
        return reader(message)
    return _read_path_01(message, header) if readers is _READERS else _of_others(header)


def _read_plain_call_01(message: Inbound) -> Call | Garbage:
    """Read a request of 0.1 as almost all come: nothing but a delimiter is before the header."""
    if len(message) == _PLAIN_CALL:
        return Call(MDP01, _DELIMITER, message[2], (message[3],))
    return _read_call_01(message, 1)


def _read_call_01(message: Inbound, at: int) -> Call | Garbage:
    """Read a request of 0.1 whose header is frame ``at``."""
    count = len(message)
    if count > at + 2:
        return Call(MDP01, message[:at], message[at + 1], _rest(message, at + 2))
    return Garbage(Fault.NO_BODY if count == at + 2 else Fault.NO_SERVICE)


def _rest(message: Inbound, at: int) -> Sequence[bytes]:
    """Return the frames from ``at`` on: most bodies are one, and a slice costs thrice as much."""
    return (message[at],) if len(message) == at + 1 else message[at:]


def _read_call_02(message: Inbound, at: int) -> Call | Garbage:
    """Read a request of 0.2 whose header is frame ``at``."""
    count = len(message)
    if count <= at + 1:
        return Garbage(Fault.NO_COMMAND)
    if message[at + 1] != b"\1":
        return Garbage(Fault.BAD_COMMAND)
    if count > at + 3:
        return Call(MDP02, message[:at], message[at + 2], _rest(message, at + 3))
    return Garbage(Fault.NO_BODY if count == at + 3 else Fault.NO_SERVICE)


def _read_delimited_02(message: Inbound) -> Call | Garbage:
    """Read "MDPC02" behind an empty frame: a REQ socket that should be a DEALER, or a dialect."""
    if len(message) > _AT_COMMAND_DELIMITED:
        command = message[_AT_COMMAND_DELIMITED]
        if command == b"\2":
            return Garbage(Fault.MAJORTOMO)
        if len(command) > 1:  # no command at all: the name of a service
            return Garbage(Fault.TAG_02)
    return _read_call_02(message, 1)


def _read_worker_01(message: Inbound) -> Heard:
    """Read what a worker of 0.1 says: most often a reply whose body is one frame."""
    if len(message) == _PLAIN_ANSWER and message[2] == b"\3" and not message[4] and message[3]:
        return Answer(MDP01, message[3], (message[5],), final=True)
    reader = _COMMANDS_01.get(message[2]) if len(message) > _AT_COMMAND_DELIMITED else None
    return reader(message, 3, MDP01) if reader else _no_command(message, 2, MDP01)


def _read_worker_02(message: Inbound) -> Heard:
    """Read what a worker of 0.2 says."""
    reader = _COMMANDS_02.get(message[1]) if len(message) > 1 else None
    return reader(message, 2, MDP02) if reader else _no_command(message, 1, MDP02)


def _read_ready(message: Inbound, at: int, dialect: Dialect) -> Heard:
    """Read a READY from behind its command on."""
    return Ready(dialect, message[at]) if len(message) > at else Garbage(Fault.NO_SERVICE)


def _read_final(message: Inbound, at: int, dialect: Dialect) -> Heard:
    """Read a REPLY or FINAL from behind its command on."""
    fault = _fault_of_answer(message, at)
    return (
        Garbage(fault)
        if fault
        else Answer(dialect, message[at], _rest(message, at + 2), final=True)
    )


def _read_partial(message: Inbound, at: int, dialect: Dialect) -> Heard:
    """Read a PARTIAL from behind its command on."""
    fault = _fault_of_answer(message, at)
    return (
        Garbage(fault)
        if fault
        else Answer(dialect, message[at], _rest(message, at + 2), final=False)
    )


def _fault_of_answer(message: Inbound, at: int) -> Fault | None:
    """Tell what is wrong with address, delimiter and body."""
    count = len(message)
    if count <= at or not 1 <= len(message[at]) <= MAX_ADDRESS:
        return Fault.BAD_ADDRESS
    if count == at + 1 or message[at + 1]:
        return Fault.NO_DELIMITER
    return Fault.NO_BODY if count == at + 2 else None


def _read_beat(_message: Inbound, _at: int, dialect: Dialect) -> Heard:
    return Sign(dialect, _BEAT)


def _read_leave(_message: Inbound, _at: int, dialect: Dialect) -> Heard:
    return Sign(dialect, _LEAVE)


def _no_command(message: Inbound, at: int, dialect: Dialect) -> Heard:
    """Tell a command that no worker has from what is no command."""
    if len(message) <= at:
        return Garbage(Fault.NO_COMMAND)
    return Sign(dialect, None) if len(message[at]) == 1 else Garbage(Fault.BAD_COMMAND)


def _read_path_01(message: Inbound, first: bytes) -> Call | Garbage:
    """Read a request of 0.1 behind a return path, as proxies and numbered REQs make them."""
    for at in range(1, min(len(message) - 1, _MAX_PATH)):
        if not message[at]:
            if message[at + 1] == MDP01.client and _is_path(message[:at]):
                return _read_call_01(message, at + 1)
            break
    return Garbage(Fault.ZPROTO) if first[:2] == b"\xaa\xa4" else _of_others(first)


def _is_path(frames: Sequence[bytes]) -> bool:
    """Tell whether each frame can be a routing id; they are kept beside the body, uncounted."""
    return all(len(frame) <= MAX_ADDRESS for frame in frames)


def _read_twice_delimited(message: Inbound) -> Heard:
    """Read a request of 0.1 from a REQ whose user added a delimiter of its own."""
    if len(message) > _AT_COMMAND_DELIMITED and message[2] == MDP01.client:
        return _read_call_01(message, 2)
    return Garbage(Fault.NOT_MAJORDOMO)


def _of_others(header: bytes) -> Garbage:
    """Say whose header it is."""
    return Garbage(_OTHERS.get(header, Fault.NOT_MAJORDOMO))


_BEAT: Final = Beat()
_LEAVE: Final = Leave()

_DELIMITER: Final = (b"",)

_PLAIN_CALL: Final = 4
"""Frames of a request of 0.1 whose body is one frame."""

_PLAIN_ANSWER: Final = 6
"""Frames of a reply of 0.1 whose body is one frame."""

_AT_COMMAND_DELIMITED: Final = 2
"""Where the command stands when an empty frame and the header are in front of it."""

_MAX_PATH: Final = 16
"""The longest return path in frames: fifteen proxies in a row are a loop."""

_READERS: Final[dict[bytes, Callable[[Inbound], Heard]]] = {
    MDP02.client: lambda message: _read_call_02(message, 0),
    MDP02.worker: _read_worker_02,
}
"""How a message is read, by its first frame."""

_READERS_DELIMITED: Final[dict[bytes, Callable[[Inbound], Heard]]] = {
    MDP01.client: _read_plain_call_01,
    MDP01.worker: _read_worker_01,
    MDP02.client: _read_delimited_02,
    b"": _read_twice_delimited,
}
"""How a message is read, by what stands behind an empty frame."""

_COMMANDS_01: Final = {
    b"\1": _read_ready,
    MDP01.final: _read_final,
    MDP01.heartbeat: _read_beat,
    MDP01.disconnect: _read_leave,
}
_COMMANDS_02: Final = {
    b"\1": _read_ready,
    b"\3": _read_partial,
    MDP02.final: _read_final,
    MDP02.heartbeat: _read_beat,
    MDP02.disconnect: _read_leave,
}
"""How a worker's message is read from behind its command on."""

_OTHERS: Final = {
    b"MDPC03": Fault.OPENCMW,
    b"MDPW03": Fault.OPENCMW,
    b"C": Fault.PIGATO,
    b"W": Fault.PIGATO,
    b"MDPC0X": Fault.LIBMDP,
    b"MDPW0X": Fault.LIBMDP,
    MDP02.worker: Fault.MAJORTOMO,
}
"""The headers of dialects that are not spoken here."""
