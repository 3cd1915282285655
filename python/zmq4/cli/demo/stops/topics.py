"""Topics, PUB → SUB, with a subscriber that joins late: the coordinator's side.

```text
               ┌─ SUB 1: topic 1
publisher: PUB ┼─ SUB 2: topic 2                all over tcp on 127.0.0.1
               ├─ SUB 3: topic 3
               └─ SUB late: every topic, from the middle on
```

Lines go to the topics in turn. The publisher begins when each topic has its subscriber, and stops
in the middle until the late one is there too: `wait_for_subscribers` knows. So it is known before
which lines belong to whom, and each subscriber proves that it got those and no others. The
publisher waits for subscribers that are slow (`nodrop=True`) instead of dropping for them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from zmq4.cli.demo.crew import Crew, Hand
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish, Ready, Sent
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account
from zmq4.cli.demo.stops.dialogue import sign
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.stops.receipt import SIGNATURE_OCTETS
from zmq4.cli.demo.text import Text, numbered_lines, parts


@dataclass(frozen=True, slots=True)
class Topics:
    """A stop of the tour: topics with one face of the sockets. It is a `Stop`."""

    name: str
    publisher: Callable[[Leash, Text, int, float], None]
    """Duty of the publisher: its text, the number of topics, the longest wait of any call."""
    subscriber: Callable[[Leash, str, bytes, range, float], None]
    """Duty of a subscriber: the address, its topic, the lines to come, the longest wait."""
    silence: float = account.SILENCE
    """Seconds without an arrival, all having been sent, after which missing lines are given up."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Publish the lines and judge what the subscribers got."""
        meter = Meter(progress)
        lines = trip.excerpt.lines
        return account.visit(
            self.name,
            lines + lines - lines // 2,
            trip.deadline,
            meter,
            lambda crew: self._carry(trip, crew, meter),
        )

    def _carry(self, trip: Trip, crew: Crew, meter: Meter) -> Account:
        """Run the stop from the first process started to the last one ended."""
        text, topics = trip.excerpt, range(1, trip.workers + 1)
        after_half = range(text.lines // 2 + 1, text.lines + 1)
        of_topics = [range(topic, text.lines + 1, len(topics)) for topic in topics]
        *expected, expected_late = parts(text, [*of_topics, after_half])
        patience = crew.seconds_left()

        publisher = crew.hire("publisher", self.publisher, text, len(topics), patience)
        address = crew.expect(publisher, Bound).endpoint

        def hire(who: str, topic: bytes, numbers: range) -> Hand:
            return crew.hire(who, self.subscriber, address, topic, numbers, patience)

        subscribers = [
            hire(f"subscriber {topic}", name(topic), numbers)
            for topic, numbers in zip(topics, of_topics, strict=True)
        ]
        crew.expect(publisher, Ready)

        meter.start(sum(len(part.numbers) for part in [*expected, expected_late]))
        publisher.order(Begin())
        account.follow_half(crew, meter, subscribers, teller=publisher)
        late = hire("late subscriber", EVERYTHING, after_half)
        everybody = [*subscribers, late]
        account.follow(crew, meter, everybody, senders=[publisher], silence=self.silence)
        meter.stop()

        crew.expect(publisher, Sent)
        for hand in [publisher, *everybody]:
            hand.order(Finish())
        findings = [
            account.close(crew, meter, hand, part)
            for hand, part in zip(everybody, [*expected, expected_late], strict=True)
        ]
        crew.disband()
        return Account(findings, _describe(findings[-1].proven.shares))


def name(topic: int) -> bytes:
    """Name a topic. All names have one length, so that none is the beginning of another."""
    return b"topic " + sign(topic)


def messages(text: Text, topics: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Read a text as it is published: the topics in turn, numbers, lines."""
    turn = cycle(range(1, topics + 1))
    for topic, (number, line) in zip(turn, numbered_lines(text.path, text.lines), strict=False):
        yield name(topic), number, line


def line_of(message: Sequence[bytes]) -> tuple[bytes, ...]:
    """Turn a message into what a receipt enters: the signature is the end of the topic's name."""
    match message:
        case [topic, number, line]:
            return number, line, topic[-SIGNATURE_OCTETS:]
        case _:
            return ()


def _describe(shares: Mapping[int, int]) -> str:
    each = " + ".join(f"{shares[topic]:,}" for topic in sorted(shares))
    return f"the late subscriber's messages, by topic: {each}"


EVERYTHING: Final = b""
"""The topic that is the beginning of each message."""
