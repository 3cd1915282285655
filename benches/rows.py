"""The rows of the table: every figure, and the ratio to pyzmq that it is held against.

One run of a scenario may feed several rows: ``pushpull-tcp-16`` and ``cpu-16`` share theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scenarios import MEBIBYTE, Scenario, Shape, Transport


class Metric(Enum):
    """Which figure of a scenario a row compares."""

    RATE = "messages/s"
    P50 = "p50 µs"
    CPU = "CPU µs/message"

    @property
    def is_better_high(self) -> bool:
        """Whether a ratio above one is a gain."""
        return self is Metric.RATE


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a figure of a scenario and the ratio to pyzmq it is to reach.

    Args:
        name: What the table calls it.
        scenario: The traffic that yields the figure.
        metric: Which figure.
        must: The ratio below which (above, for latency and CPU) the row counts as failed.
        goal: The ratio that is aimed at. Both are ``None`` where a figure is only recorded.
    """

    name: str
    scenario: Scenario
    metric: Metric
    must: float | None = None
    goal: float | None = None


_TCP_16 = Scenario("pushpull-tcp-16", Shape.STREAM, 16)
_TCP_128 = Scenario("pushpull-tcp-128", Shape.STREAM, 128)
_TCP_1K = Scenario("pushpull-tcp-1k", Shape.STREAM, 1 << 10)
_TCP_8K = Scenario("pushpull-tcp-8k", Shape.STREAM, 1 << 13)
_TCP_64K = Scenario("pushpull-tcp-64k", Shape.STREAM, 1 << 16, hwm=200)
_TCP_1M = Scenario("pushpull-tcp-1m", Shape.STREAM, MEBIBYTE, hwm=16)
_MANY_16 = Scenario("pushpull-tcp-many-16", Shape.BATCHES, 16)
_MANY_READ_16 = Scenario("pushpull-tcp-many-read-16", Shape.BATCHES_READ, 16)
_MANY_128 = Scenario("pushpull-tcp-many-128", Shape.BATCHES, 128)
_IPC_16 = Scenario("pushpull-ipc-16", Shape.STREAM, 16, Transport.IPC)
_IPC_1K = Scenario("pushpull-ipc-1k", Shape.STREAM, 1 << 10, Transport.IPC)
_INPROC_16 = Scenario("inproc-16", Shape.STREAM, 16, Transport.INPROC)
_INPROC_1M = Scenario("inproc-1m", Shape.STREAM, MEBIBYTE, Transport.INPROC)
_FRAMES = Scenario("multipart-3", Shape.FRAMES, 16)
_ASYNC = Scenario("asyncio-stream", Shape.ASYNC_STREAM, 16)
_PAIR = Scenario("pingpong-pair-tcp", Shape.PAIR_ROUND_TRIPS, 16)
_DEALER = Scenario("pingpong-dealer-tcp", Shape.DEALER_ROUND_TRIPS, 16)

ROWS = (
    Row("pushpull-tcp-16", _TCP_16, Metric.RATE, 5, 8),
    Row("cpu-16", _TCP_16, Metric.CPU, 0.3, 0.15),
    Row("pushpull-tcp-128", _TCP_128, Metric.RATE, 4, 7),
    Row("pushpull-tcp-1k", _TCP_1K, Metric.RATE, 3.5, 5),
    Row("pushpull-tcp-8k", _TCP_8K, Metric.RATE),
    Row("pushpull-tcp-64k", _TCP_64K, Metric.RATE, 1.4, 1.7),
    Row("pushpull-tcp-1m", _TCP_1M, Metric.RATE),
    Row("pushpull-tcp-many-16", _MANY_16, Metric.RATE, 10, 18),
    Row("pushpull-tcp-many-read-16", _MANY_READ_16, Metric.RATE),
    Row("pushpull-tcp-many-128", _MANY_128, Metric.RATE, 6, 10),
    Row("pushpull-ipc-16", _IPC_16, Metric.RATE),
    Row("pushpull-ipc-1k", _IPC_1K, Metric.RATE),
    Row("inproc-16", _INPROC_16, Metric.RATE, 2.5, 5),
    Row("inproc-1m", _INPROC_1M, Metric.RATE, 100, 450),
    Row("multipart-3", _FRAMES, Metric.RATE, 6, 18),
    Row("asyncio-stream", _ASYNC, Metric.RATE, 30, 80),
    Row("pingpong-pair-tcp", _PAIR, Metric.P50, 0.9, 0.78),
    Row("pingpong-dealer-tcp", _DEALER, Metric.P50, 0.9, 0.78),
)
