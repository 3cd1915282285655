"""Majordomo for asyncio: the same names as in `zmq4.majordomo`, with what may wait awaited."""

from zmq4.majordomo.asyncio.broker import Broker
from zmq4.majordomo.asyncio.client import Client
from zmq4.majordomo.asyncio.worker import Worker

__all__ = ["Broker", "Client", "Worker"]
