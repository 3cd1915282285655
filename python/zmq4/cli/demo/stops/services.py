"""A service behind a broker, one of whose workers is killed under load: the coordinator's side.

```text
client: many requests at once ─── tcp ─── broker ─── tcp ─┬─ worker 1 ✗
                                                          ├─ worker 2
                                                          └─ worker 3
```

The client asks more than the workers can do at once, and never asks again. Worker 1 answers some
requests, takes one more, and is killed with it in its hands. The broker notices, and gives that
request to another. In the end each line was answered, to the one who asked, exactly once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from zmq4.cli.demo.crew import Crew
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish, Ready, Redispatched
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account
from zmq4.cli.demo.stops.flow import LOOPBACK
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.text import Text, whole

SERVICE: Final = "swapcase"
"""What the workers do."""


@dataclass(frozen=True, slots=True)
class Services:
    """A stop of the tour: a broker and services with one face. It is a `Stop`."""

    name: str
    broker: Callable[[Leash, str], None]
    """Duty of the broker: its address."""
    worker: Callable[[Leash, int, str, int | None], None]
    """Duty of a worker: its number, the broker's address, after how many answers it is stuck."""
    client: Callable[[Leash, Text, str, int, float], None]
    """Duty of the client: its text, the broker's address, how many ask at a time, patience."""
    silence: float = account.SILENCE
    """Seconds without an answer, all having been asked, after which missing ones are given up."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Ask for every line and judge the answers."""
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
        text, count = trip.excerpt, max(2, trip.workers)
        broker = crew.hire("broker", self.broker, LOOPBACK)
        address = crew.expect(broker, Bound).endpoint
        # It registers before the others, so that there is something for it to do in any text.
        stuck_after = text.lines // (4 * count)
        victim = crew.hire("worker 1", self.worker, 1, address, stuck_after)
        crew.expect(victim, Ready)
        others = [
            crew.hire(f"worker {number}", self.worker, number, address, None)
            for number in range(2, count + 1)
        ]
        for worker in others:
            crew.expect(worker, Ready)
        patience = crew.seconds_left()
        client = crew.hire("client", self.client, text, address, _ASKERS * count, patience)

        meter.start(text.lines)
        client.order(Begin())
        account.follow_half(crew, meter, [client], teller=victim)
        crew.kill(victim)
        account.follow(crew, meter, [client], senders=[client], silence=self.silence)
        meter.stop()

        client.order(Finish())
        finding = account.close(crew, meter, client, whole(text))
        for worker in others:
            worker.order(Finish())
        broker.order(Finish())
        again = crew.expect(broker, Redispatched).requests
        crew.disband()
        return Account([finding], _describe(finding.proven.shares, again))


def _describe(shares: Mapping[int, int], again: int) -> str:
    killed = shares.get(1, 0)
    others = sum(shares.values()) - killed
    noun = "request" if again == 1 else "requests"
    return (
        f"answers of the worker that was killed, and of the others: {killed:,} + {others:,}; "
        f"{again:,} {noun} given to another worker"
    )


_ASKERS: Final = 4
"""Requests in flight for each worker: enough for its next one to be there when it is done."""
