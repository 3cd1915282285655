"""A conversation with the sockets of asyncio: what the router and the dealers do."""

import asyncio
from typing import Final

import zmq4.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops.dialogue import line_of
from zmq4.cli.demo.stops.flow import BATCH, BEAT, LOOPBACK, QUEUE_OCTETS
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.router import Conversation, answers, name, questions
from zmq4.cli.demo.text import Text


def router(leash: Leash, patience: float) -> None:
    """Answer each question to its sender."""
    asyncio.run(_router(leash, patience))


def dealer(leash: Leash, text: Text, numbers: range, address: str, patience: float) -> None:
    """Ask in one task, and enter the answers in another."""
    asyncio.run(_dealer(leash, text, numbers, address, patience))


async def _router(leash: Leash, patience: float) -> None:
    async with zmq4.asyncio.Router(
        bind=LOOPBACK, recv_hwm_bytes=QUEUE_OCTETS, send_hwm_bytes=QUEUE_OCTETS
    ) as router:
        leash.tell(Bound(str(router.endpoint)))
        answered = 0
        while (batch := await router.recv_many(max=BATCH, timeout=BEAT)) or not leash.is_finishing:
            answered += await router.send_many(answers(batch), timeout=patience)
        await router.drain(timeout=patience)
        leash.tell(Sent(answered))


async def _dealer(leash: Leash, text: Text, numbers: range, address: str, patience: float) -> None:
    async with zmq4.asyncio.Dealer(routing_id=name(numbers), send_hwm_bytes=QUEUE_OCTETS) as dealer:

        async def ask() -> None:
            sent = await dealer.send_many(questions(text, numbers), timeout=patience)
            await dealer.drain(timeout=patience)
            leash.tell(Sent(sent))

        async def listen() -> None:
            receipt = Receipt(leash, numbers)
            while receipt.is_open:
                batch = await dealer.recv_many(max=BATCH, timeout=BEAT)
                receipt.enter(line_of(message) for message in batch)
            leash.tell(receipt.close())

        await dealer.connect(address).ready(timeout=patience)
        leash.tell(Ready())
        await asyncio.to_thread(leash.wait_to_begin)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask())
            tasks.create_task(listen())


STOP: Final = Conversation("router, asyncio", router, dealer)
