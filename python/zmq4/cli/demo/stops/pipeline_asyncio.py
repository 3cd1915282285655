"""The pipeline with the sockets of asyncio: what its source, workers and sink do."""

import asyncio
from pathlib import Path
from typing import Final

import zmq4.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops.flow import BATCH, BEAT, LOOPBACK, QUEUE_OCTETS
from zmq4.cli.demo.stops.papers import NO_PAPERS, Papers
from zmq4.cli.demo.stops.pipeline import Pipeline
from zmq4.cli.demo.stops.receipt import SIGNATURE_OCTETS, Receipt
from zmq4.cli.demo.text import numbered_lines


def source(leash: Leash, text: Path, patience: float, *, papers: Papers = NO_PAPERS) -> None:
    """Push every line of the text, numbered."""
    asyncio.run(_source(leash, text, patience, papers))


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
    asyncio.run(_worker(leash, worker_number, inlet, outlet, patience, papers=papers))


def sink(leash: Leash, numbers: range, *, papers: Papers = NO_PAPERS) -> None:
    """Enter every line in the ledger."""
    asyncio.run(_sink(leash, numbers, papers))


async def _source(leash: Leash, text: Path, patience: float, papers: Papers) -> None:
    async with zmq4.asyncio.Push(
        bind=LOOPBACK, send_hwm_bytes=QUEUE_OCTETS, security=papers.server()
    ) as push:
        leash.tell(Bound(str(push.endpoint)))
        await asyncio.to_thread(leash.wait_to_begin)
        lines = 0
        for number, line in numbered_lines(text):
            await push.send(number, line, timeout=patience)
            lines += 1
        await push.drain(timeout=patience)
        leash.tell(Sent(lines))
        await asyncio.to_thread(leash.wait_to_finish)


async def _worker(
    leash: Leash,
    worker_number: int,
    inlet: str,
    outlet: str,
    patience: float,
    *,
    papers: Papers,
) -> None:
    security = papers.worker(worker_number)
    signature = worker_number.to_bytes(SIGNATURE_OCTETS)
    async with (
        zmq4.asyncio.Pull(recv_hwm_bytes=QUEUE_OCTETS, security=security) as pull,
        zmq4.asyncio.Push(send_hwm_bytes=QUEUE_OCTETS, security=security) as push,
    ):
        await push.connect(outlet).ready(timeout=patience)
        await pull.connect(inlet).ready(timeout=patience)
        leash.tell(Ready())
        forwarded = 0
        while (batch := await pull.recv_many(max=BATCH, timeout=BEAT)) or not leash.is_finishing:
            signed = ((*message, signature) for message in batch)
            forwarded += await push.send_many(signed, timeout=patience)
        await push.drain(timeout=patience)
        leash.tell(Sent(forwarded))


async def _sink(leash: Leash, numbers: range, papers: Papers) -> None:
    async with zmq4.asyncio.Pull(
        bind=LOOPBACK, recv_hwm_bytes=QUEUE_OCTETS, security=papers.server()
    ) as pull:
        leash.tell(Bound(str(pull.endpoint)))
        receipt = Receipt(leash, numbers)
        while receipt.is_open:
            receipt.enter(await pull.recv_many(max=BATCH, timeout=BEAT))
        leash.tell(receipt.close())


STOP: Final = Pipeline("pipeline, asyncio", source, worker, sink)
