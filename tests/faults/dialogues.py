"""Sockets of the types that ask, route and publish, and their calls that wait: for snippets."""

import re
from typing import Final

SOCKETS: Final = """
import asyncio, os, signal, sys, threading, time
import zmq4, zmq4.asyncio

NOBODY = "tcp://127.0.0.1:1"

def make(kind):
    match kind:
        case "req":
            return zmq4.Req(connect=NOBODY, linger=0)
        case "router":
            router = zmq4.Router(send_hwm=1, linger=0)
            router.connect(NOBODY, routing_id=b"full")
            router.try_send(b"full", b"fills it")
            return router
        case "rep":
            return zmq4.Rep(bind="tcp://127.0.0.1:0")
        case "sub":
            return zmq4.Sub(bind="tcp://127.0.0.1:0", topics="")
        case "pub":
            return zmq4.Pub(bind="tcp://127.0.0.1:0")
        case "xpub":
            return zmq4.XPub(bind="tcp://127.0.0.1:0")
        case "xsub":
            return zmq4.XSub(bind="tcp://127.0.0.1:0")
"""
"""Makes a socket by the name that it has in the calls below."""

ASYNC_SOCKETS: Final = re.sub(r"zmq4\.(?=[A-Z])", "zmq4.asyncio.", SOCKETS)
"""Likewise of the asyncio face."""

WAITS: Final = [
    "req.request(b'x')",
    "req.request(b'x', timeout=30, retries=3)",
    "rep.recv()",
    "next(iter(rep))",
    "router.recv()",
    "router.send(b'full', b'x')",
    "router.send_many([(b'full', b'x')])",
    "router.drain()",
    "sub.recv()",
    "next(iter(sub))",
    "xsub.recv_many()",
    "xpub.recv()",
    "pub.wait_for_subscribers()",
    "xpub.wait_for_subscribers(2, b'topic', 30)",
]
"""Calls that wait, each for what never comes; the name in front is what `make` makes."""

ASYNC_WAITS: Final = [
    "req.request(b'x')",
    "rep.recv()",
    "anext(aiter(rep))",
    "router.recv()",
    "router.send(b'full', b'x')",
    "sub.recv()",
    "xpub.recv()",
    "pub.wait_for_subscribers()",
]
"""Likewise of the asyncio face."""


def kind_of(call: str) -> str:
    """Return the name of the socket that a call is of."""
    inner = call.rpartition("(iter(")[2] if "(iter(" in call else call
    inner = inner.removeprefix("anext(aiter(")
    return inner.partition(".")[0].partition(")")[0]
