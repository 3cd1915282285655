"""Majordomo for threads: reliable services over a broker; `zmq4.majordomo.asyncio` has the same.

Source: RFC 7/MDP, RFC 8/MMI, RFC 18/MDP.
"""

from zmq4.majordomo.broker import Broker
from zmq4.majordomo.events import (
    BrokerEvent,
    MessageDropped,
    Parting,
    Redispatched,
    Refusal,
    RequestDropped,
    WorkerGone,
    WorkerJoined,
    WorkerRefused,
)
from zmq4.majordomo.policy import Access, Limits, Policy
from zmq4.majordomo.statistics import BrokerStats, ServiceStats

__all__ = [
    "Access",
    "Broker",
    "BrokerEvent",
    "BrokerStats",
    "Limits",
    "MessageDropped",
    "Parting",
    "Policy",
    "Redispatched",
    "Refusal",
    "RequestDropped",
    "ServiceStats",
    "WorkerGone",
    "WorkerJoined",
    "WorkerRefused",
]
