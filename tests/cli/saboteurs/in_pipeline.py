"""The pipeline with one bad process in it."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from stage import show

from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Ready
from zmq4.cli.demo.stops import pipeline_threads
from zmq4.cli.demo.stops.pipeline import Pipeline
from zmq4.cli.demo.text import numbered_lines

NumberedLine = tuple[bytes, bytes]
THIRD = (3).to_bytes(8)


def losing_source(leash: Leash, text: Path, patience: float) -> None:
    send_instead(lambda line: [] if line[0] == THIRD else [line])
    pipeline_threads.source(leash, text, patience)


def doubling_source(leash: Leash, text: Path, patience: float) -> None:
    send_instead(lambda line: [line, line] if line[0] == THIRD else [line])
    pipeline_threads.source(leash, text, patience)


def altering_source(leash: Leash, text: Path, patience: float) -> None:
    send_instead(lambda line: [(THIRD, b"what?")] if line[0] == THIRD else [line])
    pipeline_threads.source(leash, text, patience)


def dying_worker(leash: Leash, number: int, inlet: str, outlet: str, patience: float) -> None:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    pipeline_threads.worker(leash, number, inlet, outlet, patience)


def failing_worker(leash: Leash, number: int, inlet: str, outlet: str, patience: float) -> None:
    if number == 2:
        raise RuntimeError("out of paper")
    pipeline_threads.worker(leash, number, inlet, outlet, patience)


def lazy_worker(leash: Leash, _number: int, _inlet: str, _outlet: str, _patience: float) -> None:
    leash.tell(Ready())
    leash.wait_to_finish()


def crashing_sink(leash: Leash, lines: range) -> None:
    pipeline_threads.sink(leash, lines)
    os.kill(os.getpid(), signal.SIGSEGV)


def send_instead(change: Callable[[NumberedLine], list[NumberedLine]]) -> None:
    """Let the source of this process send other lines than those it reads."""

    def changed(path: Path) -> Iterator[NumberedLine]:
        for line in numbered_lines(path):
            yield from change(line)

    vars(pipeline_threads)["numbered_lines"] = changed


GOOD_SOURCE = pipeline_threads.source
GOOD_WORKER = pipeline_threads.worker
GOOD_SINK = pipeline_threads.sink

CASES = {
    "nothing": (Pipeline("s", GOOD_SOURCE, GOOD_WORKER, GOOD_SINK), 60.0),
    "loss": (Pipeline("s", losing_source, GOOD_WORKER, GOOD_SINK, silence=1.0), 60.0),
    "double": (Pipeline("s", doubling_source, GOOD_WORKER, GOOD_SINK), 60.0),
    "alteration": (Pipeline("s", altering_source, GOOD_WORKER, GOOD_SINK), 60.0),
    "death": (Pipeline("s", GOOD_SOURCE, dying_worker, GOOD_SINK), 60.0),
    "failure": (Pipeline("s", GOOD_SOURCE, failing_worker, GOOD_SINK), 60.0),
    "laziness": (Pipeline("s", GOOD_SOURCE, lazy_worker, GOOD_SINK), 4.0),
    "crash at exit": (Pipeline("s", GOOD_SOURCE, GOOD_WORKER, crashing_sink), 60.0),
}

if __name__ == "__main__":
    show(CASES)
