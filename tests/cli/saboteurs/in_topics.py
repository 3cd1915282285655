"""Topics with one bad process among them."""

from collections.abc import Iterator, Mapping
from itertools import islice

from stage import show

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.stops import topics_threads
from zmq4.cli.demo.stops.topics import Topics, messages, name
from zmq4.cli.demo.text import Text

TopicLine = tuple[bytes, bytes, bytes]
THIRD = (3).to_bytes(8)
FOURTH = (4).to_bytes(8)


def losing_publisher(leash: Leash, text: Text, topics: int, patience: float) -> None:
    publish_instead({THIRD: (b"nobody's", THIRD, b"")})
    topics_threads.publisher(leash, text, topics, patience)


def repeating_publisher(leash: Leash, text: Text, topics: int, patience: float) -> None:
    third = next(islice(messages(text, topics), 2, None))
    publish_instead({FOURTH: third})
    topics_threads.publisher(leash, text, topics, patience)


def mislabelling_publisher(leash: Leash, text: Text, topics: int, patience: float) -> None:
    publish_instead({THIRD: (name(1), THIRD, b"")})
    topics_threads.publisher(leash, text, topics, patience)


def hasty_publisher(leash: Leash, text: Text, topics: int, patience: float) -> None:
    """Do not wait for the late subscriber."""
    wait = zmq4.Pub.wait_for_subscribers

    def wait_for_one(pub: zmq4.Pub, _count: int, topic: bytes, *, timeout: float) -> None:
        wait(pub, 1, topic, timeout=timeout)

    vars(topics_threads)["zmq4"].Pub.wait_for_subscribers = wait_for_one
    topics_threads.publisher(leash, text, topics, patience)


def publish_instead(others: Mapping[bytes, TopicLine]) -> None:
    """Let the publisher of this process publish others instead of the lines of these numbers."""

    def changed(text: Text, topics: int) -> Iterator[TopicLine]:
        return (others.get(line[1], line) for line in messages(text, topics))

    vars(topics_threads)["messages"] = changed


GOOD = topics_threads.publisher
SUBSCRIBER = topics_threads.subscriber

CASES = {
    "nothing": (Topics("s", GOOD, SUBSCRIBER), 60.0),
    "loss": (Topics("s", losing_publisher, SUBSCRIBER, silence=1.0), 60.0),
    "repetition": (Topics("s", repeating_publisher, SUBSCRIBER, silence=1.0), 60.0),
    "wrong topic": (Topics("s", mislabelling_publisher, SUBSCRIBER, silence=1.0), 60.0),
    "haste": (Topics("s", hasty_publisher, SUBSCRIBER, silence=1.0), 60.0),
}

if __name__ == "__main__":
    show(CASES)
