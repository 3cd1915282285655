"""The socket types, with what is needed to use all of them alike."""

from typing import Any

import zmq4

ALL: dict[str, type[Any]] = {
    each._socket_type: each
    for each in (
        *(zmq4.Pair, zmq4.Pub, zmq4.Sub, zmq4.Req, zmq4.Rep, zmq4.Dealer, zmq4.Router),
        *(zmq4.Pull, zmq4.Push, zmq4.XPub, zmq4.XSub),
    )
}
"""Our classes by the types that they are."""

PAIRS = [
    *(("PAIR", "PAIR"), ("PUB", "SUB"), ("REQ", "REP"), ("DEALER", "ROUTER")),
    *(("PUSH", "PULL"), ("XPUB", "XSUB")),
]
PARTNER = dict(PAIRS) | {other: one for one, other in PAIRS}
"""A type that may talk with each."""
