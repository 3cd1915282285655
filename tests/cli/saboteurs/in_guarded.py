"""The pipeline under CURVE, with an impostor of various talents."""

from pathlib import Path

from stage import show

from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.stops import guarded_asyncio, guarded_threads
from zmq4.cli.demo.stops.guarded import GuardedPipeline
from zmq4.cli.demo.stops.papers import Papers


def forger(leash: Leash, inlet: str, patience: float, papers: Papers) -> None:
    """Show the papers of a worker."""
    known = papers.worker(1)
    Papers.impostor = lambda _: known  # type: ignore[method-assign]
    guarded_threads.impostor(leash, inlet, patience, papers)


def careless_source(leash: Leash, text: Path, patience: float, *, papers: Papers) -> None:
    """Show no papers, and ask for none."""
    del papers
    guarded_threads.source(leash, text, patience)


SOURCE, WORKER, SINK = guarded_threads.source, guarded_threads.worker, guarded_threads.sink
IMPOSTOR = guarded_threads.impostor

CASES = {
    "nothing": (guarded_threads.STOP, 60.0),
    "nothing, asyncio": (guarded_asyncio.STOP, 60.0),
    "forgery": (GuardedPipeline("s", SOURCE, WORKER, SINK, forger), 60.0),
    "carelessness": (GuardedPipeline("s", careless_source, WORKER, SINK, IMPOSTOR), 4.0),
}

if __name__ == "__main__":
    show(CASES)
