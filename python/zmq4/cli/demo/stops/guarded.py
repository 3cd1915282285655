"""The pipeline under CURVE, and an impostor who would like to take part: the coordinator's side.

```text
             ┌─ PULL worker 1 PUSH ─┐
source PUSH ─┼─ PULL worker 2 PUSH ─┼─ PULL sink        all encrypted
             ├─ PULL worker 3 PUSH ─┘
             x─ PULL impostor                           refused
```

The source and the sink have the server's keys, and a folder with the certificates of the workers.
The impostor knows where the source is and what its public key is, and has keys of his own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.stops import account
from zmq4.cli.demo.stops.papers import Papers, issue
from zmq4.cli.demo.stops.pipeline import Pipeline


class Source(Protocol):
    """Duty of a source that shows papers."""

    def __call__(self, leash: Leash, text: Path, patience: float, /, *, papers: Papers) -> None:
        """Push every line."""
        ...


class Worker(Protocol):
    """Duty of a worker that shows papers."""

    def __call__(
        self,
        leash: Leash,
        worker_number: int,
        inlet: str,
        outlet: str,
        patience: float,
        /,
        *,
        papers: Papers,
    ) -> None:
        """Forward every line."""
        ...


class Sink(Protocol):
    """Duty of a sink that shows papers."""

    def __call__(self, leash: Leash, numbers: range, /, *, papers: Papers) -> None:
        """Enter every line."""
        ...


@dataclass(frozen=True, slots=True)
class GuardedPipeline:
    """A stop of the tour: the pipeline under CURVE with one face of the sockets. It is a `Stop`."""

    name: str
    source: Source
    worker: Worker
    sink: Sink
    impostor: Callable[[Leash, str, float, Papers], None]
    """Duty of the impostor: the source's endpoint, the longest wait, and whose papers to forge."""
    silence: float = account.SILENCE
    """Seconds without an arrival, all having been sent, after which missing lines are given up."""

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        """Issue papers, and visit the pipeline whose every part shows them."""
        with issue(trip.workers) as papers:
            pipeline = Pipeline(
                self.name,
                partial(self.source, papers=papers),
                partial(self.worker, papers=papers),
                partial(self.sink, papers=papers),
                silence=self.silence,
                intruder=partial(_intrude, self.impostor, papers),
            )
            return pipeline.visit(trip, progress)


def _intrude(
    impostor: Callable[[Leash, str, float, Papers], None],
    papers: Papers,
    leash: Leash,
    inlet: str,
    patience: float,
) -> None:
    impostor(leash, inlet, patience, papers)
