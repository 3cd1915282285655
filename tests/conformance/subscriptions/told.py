"""What an XPUB receives, in short: ``b"+a"`` for a subscription to ``a``, ``b"-a"`` for its end."""

from typing import TypeAlias

import zmq4
from fixtures.clock import DEADLINE
from zmq4._native import Subscription

Told: TypeAlias = bytes | list[bytes]
"""A subscription in short, or the frames of a message."""


def told(xpub: zmq4.XPub, count: int = 1) -> list[Told]:
    """Receive ``count`` times."""
    return [in_short(xpub.recv(timeout=DEADLINE)) for _ in range(count)]


def told_before(xpub: zmq4.XPub, last: bytes) -> list[Told]:
    """Receive until ``last``, and return what came before it: what did not come never will."""
    received = told(xpub)
    while received[-1] != last:
        received += told(xpub)
    return received[:-1]


def asked(xpub: zmq4.XPub) -> Subscription:
    """Receive a subscription, and nothing else."""
    subscription = xpub.recv(timeout=DEADLINE)
    assert isinstance(subscription, Subscription)
    return subscription


def in_short(received: zmq4.Message | Subscription) -> Told:
    """Put what was received in short."""
    if isinstance(received, Subscription):
        return (b"+" if received.subscribe else b"-") + received.topic
    return list(received)
