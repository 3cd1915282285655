"""The stops of the tour, in the order in which they are visited."""

from typing import Final

from zmq4.cli.demo.stop import Stop
from zmq4.cli.demo.stops import pipeline_asyncio, pipeline_threads

STOPS: Final[tuple[Stop, ...]] = (
    pipeline_threads.STOP,
    pipeline_asyncio.STOP,
)
