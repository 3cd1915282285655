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

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zmq4.cli.demo.crew import Crew, CrewError, Hand
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Arrived, Begin, Bound, Complete, Finish, Proven, Ready, Sent
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.exit_code import ExitCode


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A stop of the tour: the pipeline with one face of the sockets. It is a `Stop`."""

    name: str
    source: Callable[[Leash, Path, float], None]
    """Duty of the source: its text, and the longest wait in seconds that any call may take."""
    worker: Callable[[Leash, int, str, str, float], None]
    """Duty of a worker: its number, the source's endpoint, the sink's, and the longest wait."""
    sink: Callable[[Leash, int], None]
    """Duty of the sink: the number of lines to come."""
    silence: float = 10.0
    """Seconds without an arrival, all having been sent, after which missing lines are given up."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Carry the text through the pipeline and judge what arrived."""
        meter = _Meter(progress)
        try:
            with Crew(trip.deadline) as crew:
                proven = self._carry(trip, crew, meter)
        except CrewError as error:
            missing = trip.text.lines - meter.lines
            return self._report(
                meter,
                verdict="timed out" if error.exit_code is ExitCode.TIMEOUT else "broken off",
                exit_code=error.exit_code,
                complaint=f"{error}; {missing:,} of {trip.text.lines:,} lines had not arrived",
            )
        faults = proven.evidence.faults(trip.text.digest)
        return self._report(
            meter,
            verdict=", ".join(fault.what for fault in faults) or "each line exactly once",
            exit_code=ExitCode.PARTIAL if faults else ExitCode.OK,
            complaint="; ".join(str(fault) for fault in faults),
            remark=_describe_shares(proven.shares),
        )

    def _carry(self, trip: Trip, crew: Crew, meter: "_Meter") -> Proven:
        """Run the pipeline from the first process started to the last one ended."""
        patience = crew.seconds_left()
        source = crew.hire("source", self.source, trip.text.path, patience)
        sink = crew.hire("sink", self.sink, trip.text.lines)
        inlet = crew.expect(source, Bound).endpoint
        outlet = crew.expect(sink, Bound).endpoint
        workers = [
            crew.hire(f"worker {number}", self.worker, number, inlet, outlet, patience)
            for number in range(1, trip.workers + 1)
        ]
        for worker in workers:
            crew.expect(worker, Ready)

        meter.start()
        source.order(Begin())
        self._watch(crew, source, sink, meter)
        meter.stop()

        for worker in workers:
            worker.order(Finish())
        forwarded = sum(crew.expect(worker, Sent).messages for worker in workers)
        sink.order(Finish(forwarded))
        proven = crew.expect(sink, Proven)
        meter.read(proven.arrived)
        source.order(Finish())
        crew.disband()
        return proven

    def _watch(self, crew: Crew, source: Hand, sink: Hand, meter: "_Meter") -> None:
        """Follow the sink until its ledger is complete, or it is clear that it never will be.

        That is clear when the source has sent everything and nothing has arrived for a long while:
        lines are lost then, and the sink's evidence will name them.
        """
        while True:
            match crew.hear(sink, patience=self.silence):
                case Arrived() as arrived:
                    meter.read(arrived)
                case Complete():
                    return
                case None if source.has_told(Sent):
                    return
                case _:
                    pass

    def _report(
        self,
        meter: "_Meter",
        *,
        verdict: str,
        exit_code: ExitCode,
        complaint: str,
        remark: str = "",
    ) -> Visit:
        return Visit(
            stop=self.name,
            lines=meter.lines,
            octets=meter.octets,
            seconds=meter.seconds,
            verdict=verdict,
            exit_code=exit_code,
            complaint=complaint,
            remark=remark,
        )


class _Meter:
    """How much has arrived, and how long it took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._started: float | None = None
        self._stopped: float | None = None
        self.lines = 0
        self.octets = 0

    @property
    def seconds(self) -> float:
        """Time since `start`, until `stop` or now; zero before `start`."""
        if self._started is None:
            return 0.0
        return (self._stopped or time.monotonic()) - self._started

    def start(self) -> None:
        self._started = time.monotonic()
        self._progress.start()

    def stop(self) -> None:
        self._stopped = time.monotonic()

    def read(self, arrived: Arrived) -> None:
        self.lines = arrived.lines
        self.octets = arrived.octets
        self._progress.show(arrived.lines, arrived.octets)


def _describe_shares(shares: Mapping[int, int]) -> str:
    each = " + ".join(f"{shares[worker]:,}" for worker in sorted(shares))
    return f"each worker's share of the lines: {each}"
