"""Services with asyncio: what the broker, the workers and the client do."""

import asyncio
from typing import Final

import zmq4
import zmq4.majordomo.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Halfway, Ready, Redispatched, Sent
from zmq4.cli.demo.stops.dialogue import answer, line_of, sign
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.services import SERVICE, Services
from zmq4.cli.demo.text import Text, numbered_lines, whole


def broker(leash: Leash, address: str) -> None:
    """Pass requests and replies on until the order to finish."""
    asyncio.run(_broker(leash, address))


def worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    """Answer requests until the order to finish, or until stuck with one."""
    asyncio.run(_worker(leash, number, address, stuck_after))


def client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    """Ask for every line, several tasks at a time, none of them ever again."""
    asyncio.run(_client(leash, text, address, askers, patience))


async def _broker(leash: Leash, address: str) -> None:
    async with zmq4.majordomo.asyncio.Broker(address) as broker:
        leash.tell(Bound(str(broker.endpoint)))
        await asyncio.to_thread(leash.wait_to_finish)
        service = broker.stats().services.get(SERVICE)
        leash.tell(Redispatched(0 if service is None else service.redispatched))


async def _worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    answered = 0

    async def swap(request: zmq4.Message) -> tuple[bytes, ...]:
        nonlocal answered
        if answered == stuck_after:
            leash.tell(Halfway())
            await asyncio.to_thread(leash.wait_to_finish)
        answered += 1
        return answer(request, sign(number))

    async with zmq4.majordomo.asyncio.Worker(address, SERVICE, swap) as worker:
        await worker.ready()
        leash.tell(Ready())
        await asyncio.to_thread(leash.wait_to_finish)


async def _client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    receipt = Receipt(leash, whole(text).numbers)
    lines = numbered_lines(text.path, text.lines)

    await asyncio.to_thread(leash.wait_to_begin)
    async with zmq4.majordomo.asyncio.Client(address, timeout=patience, retries=0) as client:

        async def ask() -> None:
            for question in lines:
                answered = await client.request(SERVICE, *question)
                receipt.enter([line_of(answered, asked=question[0])])

        async with asyncio.TaskGroup() as tasks:
            for _ in range(askers):
                tasks.create_task(ask())
    leash.tell(Sent(text.lines))
    await asyncio.to_thread(leash.wait_to_finish)
    leash.tell(receipt.close())


STOP: Final = Services("services, asyncio", broker, worker, client)
