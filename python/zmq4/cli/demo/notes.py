"""Notes that pass between the demo's coordinator and its child processes, over their pipes."""

from collections.abc import Mapping
from dataclasses import dataclass

from zmq4.cli.demo.proof import Evidence


@dataclass(frozen=True, slots=True)
class Begin:
    """Order: everyone is in place, start sending."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Order: say what you have left to say, and end."""

    messages: int = 0
    """For a receiver: how many messages have been sent to it in all."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Report: a socket is bound."""

    endpoint: str
    """Its address, with the real port."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Report: in place, connections made."""


@dataclass(frozen=True, slots=True)
class Halfway:
    """Report: half of it is done; a stop says what happens now."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Report: this many messages are sent and in the kernel's hands."""

    messages: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Report: this much has arrived so far; sent every so often, for the progress bar."""

    lines: int
    octets: int


@dataclass(frozen=True, slots=True)
class Complete:
    """Report: every line has arrived at least once."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Report, the receiver's last: its ledger, closed."""

    evidence: Evidence
    shares: Mapping[int, int]
    """How many messages came which way, by the number that was their signature."""
    arrived: Arrived
    """How much has arrived in the end."""


@dataclass(frozen=True, slots=True)
class Redispatched:
    """Report, a broker's last: so many requests were given to another worker."""

    requests: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Report: somebody was not let in, as was to be."""

    reason: str
    """What was said about it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Report, a child's last: it ended by an exception."""

    reason: str
    """The exception's type and text."""
    exit_code: int
    """The `ExitCode` that fits it."""


Order = Begin | Finish
Report = (
    Bound | Ready | Halfway | Sent | Arrived | Complete | Proven | Redispatched | Refused | Failed
)
