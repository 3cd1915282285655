"""Requests through a proxy, REQ ⇄ ROUTER · DEALER ⇄ REP: the coordinator's side.

```text
                                    ┌─ worker 1: REP
client: several REQ ─ ROUTER proxy DEALER ─ worker 2: REP        all over tcp on 127.0.0.1
                                    └─ worker 3: REP
```

Clients and workers know the proxy's two addresses, and nothing of each other; workers may come and
go. A third socket of the proxy gets a copy of everything that it carries, both ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zmq4.cli.demo.crew import Crew
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish, Ready, Sent
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.text import Text, whole


@dataclass(frozen=True, slots=True)
class ProxiedRequests:
    """A stop of the tour: a proxy with one face of the sockets. It is a `Stop`."""

    name: str
    proxy: Callable[[Leash], None]
    """Duty of the proxy."""
    worker: Callable[[Leash, int, str, float], None]
    """Duty of a worker: its number, the proxy's address, the longest wait in seconds."""
    client: Callable[[Leash, Text, str, int, float], None]
    """Duty of the client: its text, the proxy's address, how many ask at a time, longest wait."""
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
        text = trip.excerpt
        patience = crew.seconds_left()
        proxy = crew.hire("proxy", self.proxy)
        front = crew.expect(proxy, Bound).endpoint
        back = crew.expect(proxy, Bound).endpoint
        client = crew.hire("client", self.client, text, front, trip.workers, patience)
        workers = [
            crew.hire(f"worker {number}", self.worker, number, back, patience)
            for number in range(1, trip.workers + 1)
        ]
        for worker in workers:
            crew.expect(worker, Ready)

        meter.start(text.lines)
        client.order(Begin())
        account.follow(crew, meter, [client], senders=[client], silence=self.silence)
        meter.stop()

        client.order(Finish())
        finding = account.close(crew, meter, client, whole(text))
        for hand in [*workers, proxy]:
            hand.order(Finish())
        carried = crew.expect(proxy, Sent).messages
        crew.disband()
        return Account([finding], _describe(finding.proven.shares, carried))


def _describe(shares: Mapping[int, int], carried: int) -> str:
    each = " + ".join(f"{shares[worker]:,}" for worker in sorted(shares))
    return f"each worker's share of the answers: {each}; the proxy carried {carried:,} messages"
