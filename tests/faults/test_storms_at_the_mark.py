"""Everybody is at the high-water mark all the time: nobody gets stuck, nothing is lost or doubled.

What is tried are the wake-ups: with room for one message each of them counts, and one that is lost
is a wait for ever.
"""

import asyncio
import random
import threading
from collections.abc import Callable

import pytest

import zmq4
import zmq4.asyncio
from faces.crew import Crew

PAIRS = 64
MESSAGES = 100
SEED = 20_261_128

Figures = Callable[..., None]


def chance(number: int) -> random.Random:
    """Make the choices of one of many, the same in each run."""
    return random.Random(SEED + number)  # noqa: S311 (it chooses when to stall)


@pytest.mark.parametrize(("sender", "receiver"), [("Push", "Pull"), ("Dealer", "Dealer")])
async def test_pairs_of_tasks_exchange_all_in_order(
    endpoint: str, deadline: float, sender: str, receiver: str
) -> None:
    async def play(number: int) -> None:
        choice = chance(number)
        place = f"{endpoint}-{number}" if "tcp" not in endpoint else endpoint
        async with (
            getattr(zmq4.asyncio, receiver)(bind=place, recv_hwm=1) as inward,
            getattr(zmq4.asyncio, sender)(connect=inward.endpoint, send_hwm=1 + number % 2) as out,
        ):

            async def send() -> None:
                for count in range(MESSAGES):
                    await out.send(b"%d" % count, timeout=deadline)
                    await stall(choice)

            async def receive() -> None:
                for count in range(MESSAGES):
                    assert int((await inward.recv(timeout=deadline)).content) == count
                    await stall(choice)

            await asyncio.gather(send(), receive())

    await asyncio.gather(*map(play, range(PAIRS)))


async def stall(choice: random.Random) -> None:
    """Let the other tasks run, now and then, for a few turns."""
    if choice.random() < 0.2:
        for _ in range(choice.randrange(4)):
            await asyncio.sleep(0)


def test_threads_at_both_ends_exchange_all_while_the_mark_flaps(endpoint: str, crew: Crew) -> None:
    total, threads = 2000, 4
    is_over = threading.Event()
    with (
        zmq4.Pull(bind=endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=pull.endpoint, send_hwm=1) as push,
    ):

        def send(number: int) -> None:
            for count in range(number, total, threads):
                push.send(b"%d" % count)

        def receive() -> list[int]:
            return [int(pull.recv().content) for _ in range(total // threads)]

        def flap() -> None:
            choice = chance(0)
            while not is_over.is_set():
                push.send_hwm, pull.recv_hwm = choice.randrange(1, 4), choice.randrange(1, 4)

        flapping = crew.start(flap)
        senders = [crew.start(lambda number=number: send(number)) for number in range(threads)]  # type: ignore[misc]
        receivers = [crew.start(receive) for _ in range(threads)]
        arrived = [receiver.result(60) for receiver in receivers]
        is_over.set()
        flapping.result()
        for sender in senders:
            sender.result()

    assert sorted(number for part in arrived for number in part) == [*range(total)]


@pytest.mark.parametrize("kind", ["Pub", "XPub"])
def test_publisher_that_waits_for_all_gets_on_whoever_stalls(
    tcp_endpoint: str, crew: Crew, deadline: float, kind: str
) -> None:
    total, readers = 1000, 6
    publisher = getattr(zmq4, kind)(bind=tcp_endpoint, send_hwm=1, nodrop=True)
    with publisher as pub:
        subs = [zmq4.Sub(connect=pub.endpoint, topics="", recv_hwm=1) for _ in range(readers)]
        pub.wait_for_subscribers(readers, timeout=deadline)

        def receive(number: int) -> None:
            choice, sub = chance(number), subs[number]
            for count in range(total):
                assert int(sub.recv(timeout=deadline).content) == count
                if choice.random() < 0.01:
                    threading.Event().wait(0.001)

        workers = [crew.start(lambda number=number: receive(number)) for number in range(readers)]  # type: ignore[misc]
        for count in range(total):
            pub.send(b"%d" % count, timeout=deadline)
        for worker in workers:
            worker.result(60)
        for sub in subs:
            sub.close()
        assert pub.stats().dropped == 0


async def test_router_and_its_dealers_are_never_stuck(tcp_endpoint: str, deadline: float) -> None:
    total, dealers = 100, 16
    async with zmq4.asyncio.Router(bind=tcp_endpoint, send_hwm=1, recv_hwm=1) as router:

        async def ask(number: int) -> None:
            async with zmq4.asyncio.Dealer(
                connect=router.endpoint, send_hwm=1, recv_hwm=1, routing_id=b"d%d" % number
            ) as dealer:

                async def hear() -> None:
                    for count in range(total):
                        heard = await dealer.recv(timeout=deadline)
                        assert int(heard.content) == count

                hearing = asyncio.create_task(hear())
                for count in range(total):
                    await dealer.send(b"%d" % count, timeout=deadline)
                await hearing

        async def answer() -> None:
            for _ in range(total * dealers):
                message = await router.recv(timeout=deadline)
                await router.send(message.sender, *message, timeout=deadline)

        await asyncio.gather(answer(), *map(ask, range(dealers)))
