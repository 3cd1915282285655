"""The socket types: our class of each, and who may talk with whom."""

from typing import Any

import zmq4

OURS: dict[str, type[Any]] = {
    each._socket_type: each
    for each in (
        *(zmq4.Pair, zmq4.Pub, zmq4.Sub, zmq4.Req, zmq4.Rep, zmq4.Dealer, zmq4.Router),
        *(zmq4.Pull, zmq4.Push, zmq4.XPub, zmq4.XSub),
    )
}

PARTNERS: dict[str, list[str]] = {
    "PAIR": ["PAIR"],
    "PUB": ["SUB", "XSUB"],
    "SUB": ["PUB", "XPUB"],
    "REQ": ["REP", "ROUTER"],
    "REP": ["REQ", "DEALER"],
    "DEALER": ["REP", "DEALER", "ROUTER"],
    "ROUTER": ["REQ", "DEALER", "ROUTER"],
    "PULL": ["PUSH"],
    "PUSH": ["PULL"],
    "XPUB": ["SUB", "XSUB"],
    "XSUB": ["PUB", "XPUB"],
}
"""Source: RFC 37/ZMTP, "Socket-Type Property"."""

COMPATIBLE = [(ours, theirs) for ours, all_ in PARTNERS.items() for theirs in all_]
