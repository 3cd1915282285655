"""Requests, REQ ⇄ REP, whose server is killed in the middle and restarted: the coordinator's side.

```text
client: several REQ, each asking line by line ─── tcp ─── server 1: REP ✗
                                                └────── server 2: REP, at the same address
```

Server 1 answers half of the questions, takes one more, and is killed with it in its hands: nobody
else knows of that question. The clients ask again after a while, as `request(timeout=, retries=)`
does for them, until server 2 is there. In the end each line was answered, to the one who asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zmq4.cli.demo.crew import Crew
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account
from zmq4.cli.demo.stops.flow import LOOPBACK
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.text import Text, whole


@dataclass(frozen=True, slots=True)
class Requests:
    """A stop of the tour: requests with one face of the sockets. It is a `Stop`."""

    name: str
    server: Callable[[Leash, int, str, int | None, float], None]
    """Duty of a server: its number, its address, after how many answers it is stuck, patience."""
    client: Callable[[Leash, Text, str, int, float], None]
    """Duty of the client: its text, the server's address, how many ask at a time, patience."""
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
        first = crew.hire("server 1", self.server, 1, LOOPBACK, text.lines // 2, patience)
        address = crew.expect(first, Bound).endpoint
        client = crew.hire("client", self.client, text, address, trip.workers, patience)

        meter.start(text.lines)
        client.order(Begin())
        account.follow_half(crew, meter, [client], teller=first)
        crew.kill(first)
        second = crew.hire("server 2", self.server, 2, address, None, patience)
        account.follow(crew, meter, [client], senders=[client], silence=self.silence)
        meter.stop()

        client.order(Finish())
        finding = account.close(crew, meter, client, whole(text))
        second.order(Finish())
        crew.disband()
        return Account([finding], _describe_shares(finding.proven.shares))


def _describe_shares(shares: Mapping[int, int]) -> str:
    before, after = shares.get(1, 0), shares.get(2, 0)
    return f"answers of the server that was killed, and of the next: {before:,} + {after:,}"
