"""Topics with blocking sockets: what the publisher and the subscribers do."""

from itertools import islice
from typing import Final

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Halfway, Ready, Sent
from zmq4.cli.demo.stops.flow import BATCH, BEAT, LOOPBACK, QUEUE_OCTETS
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.topics import Topics, line_of, messages, name
from zmq4.cli.demo.text import Text


def publisher(leash: Leash, text: Text, topics: int, patience: float) -> None:
    """Publish the text, and wait in the middle for one more subscriber of every topic."""
    with zmq4.Pub(bind=LOOPBACK, nodrop=True, send_hwm_bytes=QUEUE_OCTETS) as pub:

        def wait_for_subscribers(count: int) -> None:
            for topic in range(1, topics + 1):
                pub.wait_for_subscribers(count, name(topic), timeout=patience)

        leash.tell(Bound(str(pub.endpoint)))
        wait_for_subscribers(1)
        leash.tell(Ready())
        leash.wait_to_begin()
        lines = messages(text, topics)
        sent = pub.send_many(islice(lines, text.lines // 2), timeout=patience)
        leash.tell(Halfway())
        wait_for_subscribers(2)
        sent += pub.send_many(lines, timeout=patience)
        pub.drain(timeout=patience)
        leash.tell(Sent(sent))
        leash.wait_to_finish()


def subscriber(leash: Leash, address: str, topic: bytes, numbers: range, patience: float) -> None:
    """Enter every message of a topic."""
    with zmq4.Sub(topics=topic, recv_hwm_bytes=QUEUE_OCTETS) as sub:
        sub.connect(address).ready(timeout=patience)
        receipt = Receipt(leash, numbers)
        while receipt.is_open:
            batch = sub.recv_many(max=BATCH, timeout=BEAT)
            receipt.enter(line_of(message) for message in batch)
        leash.tell(receipt.close())


STOP: Final = Topics("topics, threads", publisher, subscriber)
