"""Requests with the sockets of asyncio: what the servers and the client do."""

import asyncio
from typing import Final

import zmq4.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Halfway, Sent
from zmq4.cli.demo.stops.dialogue import answer, line_of, sign
from zmq4.cli.demo.stops.flow import ANSWER_TIME, BEAT
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.requests import Requests
from zmq4.cli.demo.text import Text, numbered_lines, whole


def server(
    leash: Leash, number: int, address: str, stuck_after: int | None, patience: float
) -> None:
    """Answer questions until the order to finish, or until stuck with one."""
    asyncio.run(_server(leash, number, address, stuck_after, patience))


def client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    """Ask for every line, several tasks at a time, each with a socket of its own."""
    asyncio.run(_client(leash, text, address, askers, patience))


async def _server(
    leash: Leash, number: int, address: str, stuck_after: int | None, patience: float
) -> None:
    async with zmq4.asyncio.Rep() as rep:
        async with asyncio.timeout(patience):
            leash.tell(Bound(await _bind(rep, address)))
        await serve(leash, rep, number, stuck_after)


async def serve(
    leash: Leash, rep: zmq4.asyncio.Rep, number: int, stuck_after: int | None = None
) -> None:
    """Answer what comes; after so many answers, take one more question and do nothing."""
    answered = 0
    while not leash.is_finishing:
        try:
            question = await rep.recv(timeout=BEAT)
        except zmq4.Timeout:
            continue
        if answered == stuck_after:
            leash.tell(Halfway())
            await asyncio.to_thread(leash.wait_to_finish)
            return
        await question.reply(*answer(question, sign(number)))
        answered += 1


async def _client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    receipt = Receipt(leash, whole(text).numbers)
    lines = numbered_lines(text.path, text.lines)

    async def ask() -> None:
        async with zmq4.asyncio.Req(connect=address) as req:
            for number, line in lines:
                answered = await req.request(
                    number, line, timeout=ANSWER_TIME, retries=int(patience / ANSWER_TIME)
                )
                receipt.enter([line_of(answered, asked=number)])

    await asyncio.to_thread(leash.wait_to_begin)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(askers):
            tasks.create_task(ask())
    leash.tell(Sent(text.lines))
    await asyncio.to_thread(leash.wait_to_finish)
    leash.tell(receipt.close())


async def _bind(rep: zmq4.asyncio.Rep, address: str) -> str:
    """Bind, and try again while the port of a server that was killed is somebody else's."""
    while True:
        try:
            return str(rep.bind(address))
        except zmq4.AddressInUse:
            await asyncio.sleep(BEAT)


STOP: Final = Requests("requests, asyncio", server, client)
