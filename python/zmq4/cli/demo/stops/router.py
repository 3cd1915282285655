"""A conversation, DEALER ⇄ ROUTER: the coordinator's side.

```text
DEALER 1 ─┐
DEALER 2 ─┼─ ROUTER        all over tcp on 127.0.0.1, each a process
DEALER 3 ─┘
```

The dealers share the lines, and ask without waiting for answers, while they take what comes: a
thread, or a task, for each direction, at one socket. The router answers each question to its
sender. Each dealer proves that it got the answers to its own questions, and no others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from zmq4 import Message
from zmq4.cli.demo.crew import Crew
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish, Ready, Sent
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account, Finding
from zmq4.cli.demo.stops.dialogue import answer, sign
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.stops.receipt import SIGNATURE_OCTETS
from zmq4.cli.demo.text import Text, numbered_lines, parts


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stop of the tour: a router and its dealers with one face. It is a `Stop`."""

    name: str
    router: Callable[[Leash, float], None]
    """Duty of the router: the longest wait in seconds that any call may take."""
    dealer: Callable[[Leash, Text, range, str, float], None]
    """Duty of a dealer: the text, the numbers of its lines, the router's address, longest wait."""
    silence: float = account.SILENCE
    """Seconds without an answer, all having been asked, after which missing ones are given up."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Let the dealers ask and judge the answers."""
        meter = Meter(progress)
        return account.visit(
            self.name,
            trip.excerpt.lines,
            trip.deadline,
            meter,
            lambda crew: self._carry(trip, crew, meter),
        )

    def _carry(self, trip: Trip, crew: Crew, meter: Meter) -> Account:
        """Run the stop from the first process started to the last one ended."""
        text, dealers = trip.excerpt, range(1, trip.workers + 1)
        expected = parts(text, [range(dealer, text.lines + 1, len(dealers)) for dealer in dealers])
        patience = crew.seconds_left()
        router = crew.hire("router", self.router, patience)
        address = crew.expect(router, Bound).endpoint
        hands = [
            crew.hire(f"dealer {dealer}", self.dealer, text, part.numbers, address, patience)
            for dealer, part in zip(dealers, expected, strict=True)
        ]
        for hand in hands:
            crew.expect(hand, Ready)

        meter.start(text.lines)
        for hand in hands:
            hand.order(Begin())
        account.follow(crew, meter, hands, senders=hands, silence=self.silence)
        meter.stop()

        router.order(Finish())
        crew.expect(router, Sent)
        for hand in hands:
            hand.order(Finish())
        findings = [
            account.close(crew, meter, hand, part)
            for hand, part in zip(hands, expected, strict=True)
        ]
        crew.disband()
        return Account(findings, _describe(findings))


def name(numbers: range) -> bytes:
    """Name a dealer after the first of its lines."""
    return b"dealer " + sign(numbers.start)


def questions(text: Text, numbers: range) -> Iterator[tuple[bytes, bytes]]:
    """Read a dealer's lines, numbered."""
    for number, line in numbered_lines(text.path, text.lines):
        if int.from_bytes(number) in numbers:
            yield number, line


def answers(questions: Iterable[Message]) -> Iterator[tuple[bytes, ...]]:
    """Answer each question to its sender; the signature is the end of the sender's name."""
    for question in questions:
        sender = question.sender or b""  # a router's messages have one
        yield sender, *answer(question, sender[-SIGNATURE_OCTETS:])


def _describe(findings: list[Finding]) -> str:
    each = " + ".join(f"{finding.proven.arrived.lines:,}" for finding in findings)
    return f"each dealer's answers: {each}"
