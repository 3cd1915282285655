"""The frame that stops share: run a crew, follow its receivers, judge what they prove."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from zmq4.cli.demo.crew import Crew, CrewError, Hand
from zmq4.cli.demo.notes import Arrived, Complete, Halfway, Proven, Sent
from zmq4.cli.demo.stop import Visit
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.text import Part
from zmq4.cli.exit_code import ExitCode

SILENCE: Final = 10.0
"""Seconds without an arrival, all having been sent, after which missing lines are given up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a receiver proves, and what it should prove."""

    receiver: str
    proven: Proven
    expected: Part


@dataclass(frozen=True, slots=True)
class Account:
    """What a stop that came to its end has to say."""

    findings: Sequence[Finding]
    remark: str


def visit(
    stop: str,
    lines: int,
    deadline: float,
    meter: Meter,
    carry: Callable[[Crew], Account],
) -> Visit:
    """Run a stop and judge what arrived.

    Args:
        stop: The stop's name.
        lines: How many lines are to arrive, at each receiver.
        deadline: When to give up, on the clock of `time.monotonic`.
        meter: What reads the receivers' reports.
        carry: Runs the stop, from the first process started to the last one ended.
    """
    try:
        with Crew(deadline) as crew:
            account = carry(crew)
    except CrewError as error:
        return Visit(
            stop=stop,
            lines=meter.lines,
            octets=meter.octets,
            seconds=meter.seconds,
            verdict="timed out" if error.exit_code is ExitCode.TIMEOUT else "broken off",
            exit_code=error.exit_code,
            complaint=f"{error}; {lines - meter.lines:,} of {lines:,} lines had not arrived",
        )
    faults = [
        (_name(finding, account), fault)
        for finding in account.findings
        for fault in finding.proven.evidence.faults(finding.expected.digest)
    ]
    return Visit(
        stop=stop,
        lines=meter.lines,
        octets=meter.octets,
        seconds=meter.seconds,
        verdict=", ".join(who + fault.what for who, fault in faults) or _PRAISE,
        exit_code=ExitCode.PARTIAL if faults else ExitCode.OK,
        complaint="; ".join(f"{who}{fault}" for who, fault in faults),
        remark=account.remark,
    )


def follow(
    crew: Crew,
    meter: Meter,
    receivers: Collection[Hand],
    senders: Collection[Hand],
    silence: float = SILENCE,
) -> None:
    """Follow receivers until their ledgers are complete, or it is clear that they never will be.

    That is clear when the senders have sent everything and nothing has arrived for a long while:
    lines are lost then, and the receivers' evidence will name them.

    Raises:
        CrewError: If any of the crew died or failed, or the deadline passed.
    """
    while incomplete := [hand for hand in receivers if not hand.has_told(Complete)]:
        match crew.hear_any(incomplete, patience=silence):
            case hand, Arrived() as arrived:
                meter.read(hand, arrived)
            case None if all(sender.has_told(Sent) for sender in senders):
                return
            case _:
                pass


def follow_half(crew: Crew, meter: Meter, receivers: Collection[Hand], teller: Hand) -> None:
    """Follow receivers until somebody tells that half of it is done.

    Raises:
        CrewError: If any of the crew died or failed, or the deadline passed.
    """
    while not teller.has_told(Halfway):
        match crew.hear_any([teller, *receivers]):
            case hand, Arrived() as arrived:
                meter.read(hand, arrived)
            case _:
                pass


def close(crew: Crew, meter: Meter, receiver: Hand, expected: Part) -> Finding:
    """Take the last report of a receiver that was ordered to finish.

    Raises:
        CrewError: If any of the crew died or failed, or the deadline passed.
    """
    proven = crew.expect(receiver, Proven)
    meter.read(receiver, proven.arrived)
    return Finding(receiver.name, proven, expected)


def _name(finding: Finding, account: Account) -> str:
    """The receiver in front of its fault, where there are several."""
    return f"{finding.receiver}: " if len(account.findings) > 1 else ""


_PRAISE: Final = "each line exactly once"
