"""Majordomo for threads: reliable services over a broker; `zmq4.majordomo.asyncio` has the same.

Source: RFC 7/MDP, RFC 8/MMI, RFC 18/MDP.
"""

from zmq4.majordomo.broker import Broker
from zmq4.majordomo.client import Client
from zmq4.majordomo.error import BrokerGone, NoSuchService, Rejected
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
from zmq4.majordomo.handling import is_abandoned
from zmq4.majordomo.policy import Access, Limits, Policy
from zmq4.majordomo.statistics import BrokerStats, ServiceStats
from zmq4.majordomo.worker import Worker

__all__ = [
    "Access",
    "Broker",
    "BrokerEvent",
    "BrokerGone",
    "BrokerStats",
    "Client",
    "Limits",
    "MessageDropped",
    "NoSuchService",
    "Parting",
    "Policy",
    "Redispatched",
    "Refusal",
    "Rejected",
    "RequestDropped",
    "ServiceStats",
    "Worker",
    "WorkerGone",
    "WorkerJoined",
    "WorkerRefused",
    "is_abandoned",
]
