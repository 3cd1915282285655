"""Majordomo for asyncio: the same names as in `zmq4.majordomo`, with what may wait awaited."""

from zmq4.majordomo.asyncio.broker import Broker

__all__ = ["Broker"]
