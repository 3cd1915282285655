"""A pipeline, PUSH → workers → PULL, whose every part is a process: the coordinator's side.

```text
             ┌─ PULL worker 1 PUSH ─┐
source PUSH ─┼─ PULL worker 2 PUSH ─┼─ PULL sink        all over tcp on 127.0.0.1
             └─ PULL worker 3 PUSH ─┘
```

The source begins when every worker is connected on both sides, so that all get their share. The end
is told, not guessed: the sink says that its ledger is complete; then the workers forward what may
still come (doubles, if there were any), say how many messages they sent, and leave; the sink takes
that many and closes its ledger; the source leaves last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zmq4.cli.demo.crew import Crew
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Begin, Bound, Finish, Ready, Refused, Sent
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.account import Account
from zmq4.cli.demo.stops.meter import Meter
from zmq4.cli.demo.text import whole


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A stop of the tour: the pipeline with one face of the sockets. It is a `Stop`."""

    name: str
    source: Callable[[Leash, Path, float], None]
    """Duty of the source: its text, and the longest wait in seconds that any call may take."""
    worker: Callable[[Leash, int, str, str, float], None]
    """Duty of a worker: its number, the source's endpoint, the sink's, and the longest wait."""
    sink: Callable[[Leash, range], None]
    """Duty of the sink: the numbers of the lines to come."""
    silence: float = account.SILENCE
    """Seconds without an arrival, all having been sent, after which missing lines are given up."""
    intruder: Callable[[Leash, str, float], None] | None = None
    """Duty of somebody who must not be let in: the source's endpoint, and the longest wait."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Carry the text through the pipeline and judge what arrived."""
        meter = Meter(progress)
        return account.visit(
            self.name,
            trip.text.lines,
            trip.deadline,
            meter,
            lambda crew: self._carry(trip, crew, meter),
        )

    def _carry(self, trip: Trip, crew: Crew, meter: Meter) -> Account:
        """Run the pipeline from the first process started to the last one ended."""
        expected = whole(trip.text)
        patience = crew.seconds_left()
        source = crew.hire("source", self.source, trip.text.path, patience)
        sink = crew.hire("sink", self.sink, expected.numbers)
        inlet = crew.expect(source, Bound).endpoint
        outlet = crew.expect(sink, Bound).endpoint
        workers = [
            crew.hire(f"worker {number}", self.worker, number, inlet, outlet, patience)
            for number in range(1, trip.workers + 1)
        ]
        for worker in workers:
            crew.expect(worker, Ready)
        refusal = self._refuse(crew, inlet)

        meter.start(trip.text.lines)
        source.order(Begin())
        account.follow(crew, meter, [sink], senders=[source], silence=self.silence)
        meter.stop()

        for worker in workers:
            worker.order(Finish())
        forwarded = sum(crew.expect(worker, Sent).messages for worker in workers)
        sink.order(Finish(forwarded))
        finding = account.close(crew, meter, sink, expected)
        source.order(Finish())
        crew.disband()
        return Account([finding], _describe_shares(finding.proven.shares) + refusal)

    def _refuse(self, crew: Crew, inlet: str) -> str:
        """Let the intruder, if there is one, be refused, and say how."""
        if self.intruder is None:
            return ""
        intruder = crew.hire("impostor", self.intruder, inlet, crew.seconds_left())
        reason = crew.expect(intruder, Refused).reason
        intruder.order(Finish())
        return f"; the impostor was refused: {reason}"


def _describe_shares(shares: Mapping[int, int]) -> str:
    each = " + ".join(f"{shares[worker]:,}" for worker in sorted(shares))
    return f"each worker's share of the lines: {each}"
