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
    SETUP = "peers/s"
    ROUTER_MEMORY = "kB/peer, ROUTER"
    DEALER_MEMORY = "kB/peer, DEALER"

    @property
    def is_better_high(self) -> bool:
        """Whether a ratio above one is a gain."""
        return self in {Metric.RATE, Metric.SETUP}


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
_REQ = Scenario("pingpong-req-rep-tcp", Shape.REQ_ROUND_TRIPS, 16)
_ROUTER = Scenario("pingpong-dealer-router-tcp", Shape.ROUTER_ROUND_TRIPS, 16)
# pyomq 0.21 loses messages of an unbounded publisher, and connections of a crowd.
_LOSING = ("pyomq",)
_PUB_1 = Scenario("pub-1", Shape.FAN_OUT, 16, without=_LOSING)
_PUB_8 = Scenario("pub-8", Shape.FAN_OUT, 16, peers=8, without=_LOSING)
_PUB_64 = Scenario("pub-64", Shape.FAN_OUT, 16, peers=64, without=_LOSING)
_TOPICS_1K = Scenario("topics-1k", Shape.TOPICS, 16, peers=1000, without=_LOSING)
# Our limit of subscriptions a peer is 100,000.
_TOPICS_99K = Scenario("topics-99k", Shape.TOPICS, 16, peers=99_000, without=_LOSING)
_ROUTER_1K = Scenario("router-1k", Shape.CROWD, 16, peers=1000)
# A socket of libzmq takes two descriptors, and a process has 20,000 of them as a rule.
_ROUTER_9K = Scenario("router-9k", Shape.CROWD, 16, peers=9000, without=_LOSING)
_CURVE_16 = Scenario("curve-16", Shape.STREAM, 16, curve=True)
_CURVE_1K = Scenario("curve-1k", Shape.STREAM, 1 << 10, curve=True)
_CURVE_64K = Scenario("curve-64k", Shape.STREAM, 1 << 16, hwm=200, curve=True)
_HANDSHAKES = Scenario("curve-handshakes", Shape.HANDSHAKES, 16, curve=True)

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
    Row("pingpong-req-rep-tcp", _REQ, Metric.P50, 0.8, 0.68),
    Row("pingpong-dealer-router-tcp", _ROUTER, Metric.P50, 0.8, 0.68),
    Row("pub-1", _PUB_1, Metric.RATE, 3, 5),
    Row("pub-8", _PUB_8, Metric.RATE, 2, 5),
    Row("pub-64", _PUB_64, Metric.RATE, 2, 5),
    Row("topics-1k", _TOPICS_1K, Metric.RATE, 3, 5),
    Row("topics-99k", _TOPICS_99K, Metric.RATE, 3, 5),
    Row("router-1k", _ROUTER_1K, Metric.RATE, 1.2, 1.8),
    Row("router-9k", _ROUTER_9K, Metric.RATE, 1.2, 1.5),
    Row("memory-router", _ROUTER_1K, Metric.ROUTER_MEMORY, 0.5, 0.2),
    Row("memory-dealer", _ROUTER_1K, Metric.DEALER_MEMORY, 0.5, 0.2),
    Row("setup-9k", _ROUTER_9K, Metric.SETUP, 1.5, 3),
    Row("curve-16", _CURVE_16, Metric.RATE, 1, 3),
    Row("curve-1k", _CURVE_1K, Metric.RATE, 1, 2),
    Row("curve-64k", _CURVE_64K, Metric.RATE, 1, 1.4),
    Row("curve-handshakes", _HANDSHAKES, Metric.RATE, 1.5, 3),
)
