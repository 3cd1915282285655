"""Topics as deep as they can be: nothing recurses, so that no stack is deep enough to fall from.

CVE-2021-20236: the depth of a recursion was the peer's to choose.
"""

from collections.abc import Callable

import pytest

from fixtures.children import Children
from hostile import wire
from hostile.attack import connect
from hostile.gauge import MIB
from hostile.victim import Victim

OPENING = wire.GREETING + wire.ready("SUB")
SMALL_STACK = {"RUST_MIN_STACK": str(64 * 1024)}
"""What a thread of the core has then; by itself it has two MiB."""

Besiege = Callable[..., Victim]


def nested(count: int) -> list[bytes]:
    """Return topics of which each begins with the one before."""
    return [b"a" * length for length in range(1, count + 1)]


TREES = {
    "nested": nested(8000),
    "nested_from_within": nested(8000)[::-1],
    "two_branches_at_every_octet": [b"a" * n + b"b" for n in range(8000)],
    "as_long_as_can_be": [bytes([number]) * (MIB - 160) for number in range(40)],
}


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
@pytest.mark.parametrize("tree", TREES)
def test_deep_topics_are_held_matched_and_let_go_on_a_small_stack(
    besiege: Besiege, kind: str, tree: str
) -> None:
    victim = besiege(kind, environment=SMALL_STACK, recv_hwm=0)
    topics = TREES[tree]

    with victim.friend() as friend:
        for backwards in (False, True):
            with connect(victim.port) as raw:
                raw.sendall(OPENING + b"".join(map(wire.subscribe, topics)))
                victim.wait_until_topics_are(len(topics) + 1)
                friend.is_served()
                victim.order(do="send-octets", octets=topics[-1].decode("latin-1"))
                left = topics[::-1] if backwards else topics
                raw.sendall(b"".join(map(wire.cancel, left[: len(topics) // 2])))
                victim.wait_until_topics_are(len(topics) - len(topics) // 2 + 1)
                friend.is_served()
            # The rest of them goes with the peer.
            victim.wait_until_topics_are(1)
            friend.is_served()


def test_threads_with_small_stacks_subscribe_to_what_they_like(children: Children) -> None:
    output = children.run(
        """
        import threading, zmq4

        def use():
            with zmq4.Sub(connect="inproc://deep") as sub:
                for length in range(1, 5000):
                    sub.subscribe(b"a" * length)
                for length in range(1, 5000):
                    sub.unsubscribe(b"a" * length)
                sub.subscribe(bytes(16 << 20))
                print(len(sub.topics[0]))

        threading.stack_size(128 * 1024)
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        """
    )

    assert output == f"{16 << 20}\n"
