"""The stops of the tour, in the order in which they are visited.

Not in the package of the stops, so that a child process imports its own stop alone.
"""

from typing import Final

from zmq4.cli.demo.stop import Stop
from zmq4.cli.demo.stops import (
    guarded_asyncio,
    guarded_threads,
    pipeline_asyncio,
    pipeline_threads,
    proxy_asyncio,
    proxy_threads,
    requests_asyncio,
    requests_threads,
    router_asyncio,
    router_threads,
    services_asyncio,
    services_threads,
    topics_asyncio,
    topics_threads,
)

STOPS: Final[tuple[Stop, ...]] = (
    pipeline_threads.STOP,
    pipeline_asyncio.STOP,
    requests_threads.STOP,
    requests_asyncio.STOP,
    topics_threads.STOP,
    topics_asyncio.STOP,
    router_threads.STOP,
    router_asyncio.STOP,
    proxy_threads.STOP,
    proxy_asyncio.STOP,
    services_threads.STOP,
    services_asyncio.STOP,
    guarded_threads.STOP,
    guarded_asyncio.STOP,
)
