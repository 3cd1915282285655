"""The pipeline with blocking sockets: what its source, workers and sink do."""

from pathlib import Path
from typing import Final

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops.flow import BATCH, BEAT, LOOPBACK, QUEUE_OCTETS
from zmq4.cli.demo.stops.papers import NO_PAPERS, Papers
from zmq4.cli.demo.stops.pipeline import Pipeline
from zmq4.cli.demo.stops.receipt import SIGNATURE_OCTETS, Receipt
from zmq4.cli.demo.text import numbered_lines


def source(leash: Leash, text: Path, patience: float, *, papers: Papers = NO_PAPERS) -> None:
    """Push every line of the text, numbered."""
    with zmq4.Push(bind=LOOPBACK, send_hwm_bytes=QUEUE_OCTETS, security=papers.server()) as push:
        leash.tell(Bound(str(push.endpoint)))
        leash.wait_to_begin()
        lines = 0
        for number, line in numbered_lines(text):
            push.send(number, line, timeout=patience)
            lines += 1
        push.drain(timeout=patience)
        leash.tell(Sent(lines))
        leash.wait_to_finish()


def worker(
    leash: Leash,
    worker_number: int,
    inlet: str,
    outlet: str,
    patience: float,
    *,
    papers: Papers = NO_PAPERS,
) -> None:
    """Forward every line with the worker's own number."""
    signature = worker_number.to_bytes(SIGNATURE_OCTETS)
    security = papers.worker(worker_number)
    with (
        zmq4.Pull(recv_hwm_bytes=QUEUE_OCTETS, security=security) as pull,
        zmq4.Push(send_hwm_bytes=QUEUE_OCTETS, security=security) as push,
    ):
        push.connect(outlet).ready(timeout=patience)
        pull.connect(inlet).ready(timeout=patience)
        leash.tell(Ready())
        forwarded = 0
        while (batch := pull.recv_many(max=BATCH, timeout=BEAT)) or not leash.is_finishing:
            signed = ((*message, signature) for message in batch)
            forwarded += push.send_many(signed, timeout=patience)
        push.drain(timeout=patience)
        leash.tell(Sent(forwarded))


def sink(leash: Leash, numbers: range, *, papers: Papers = NO_PAPERS) -> None:
    """Enter every line in the ledger."""
    with zmq4.Pull(bind=LOOPBACK, recv_hwm_bytes=QUEUE_OCTETS, security=papers.server()) as pull:
        leash.tell(Bound(str(pull.endpoint)))
        receipt = Receipt(leash, numbers)
        while receipt.is_open:
            receipt.enter(pull.recv_many(max=BATCH, timeout=BEAT))
        leash.tell(receipt.close())


STOP: Final = Pipeline("pipeline, threads", source, worker, sink)
