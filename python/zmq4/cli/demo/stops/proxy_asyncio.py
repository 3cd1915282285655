"""A proxy with the sockets of asyncio: what it and the workers behind it do."""

import asyncio
from typing import Final

import zmq4.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops import requests_asyncio
from zmq4.cli.demo.stops.flow import BEAT, LOOPBACK
from zmq4.cli.demo.stops.proxy import ProxiedRequests


def proxy(leash: Leash) -> None:
    """Carry questions to whichever worker is next, and answers back; count the copies."""
    asyncio.run(_proxy(leash))


def worker(leash: Leash, number: int, address: str, patience: float) -> None:
    """Answer questions until the order to finish."""
    asyncio.run(_worker(leash, number, address, patience))


async def _proxy(leash: Leash) -> None:
    async with (
        zmq4.asyncio.Router(bind=LOOPBACK) as front,
        zmq4.asyncio.Dealer(bind=LOOPBACK) as back,
        zmq4.asyncio.Pull(bind="inproc://copies") as copies,
        zmq4.asyncio.Push(connect="inproc://copies", send_hwm=0) as capture,
        asyncio.TaskGroup() as tasks,
    ):
        leash.tell(Bound(str(front.endpoint)))
        leash.tell(Bound(str(back.endpoint)))
        proxy = zmq4.asyncio.Proxy(front, back, capture)
        tasks.create_task(proxy.run())
        copied = 0
        while (batch := await copies.recv_many(timeout=BEAT)) or not leash.is_finishing:
            copied += len(batch)
        proxy.stop()
        leash.tell(Sent(copied))


async def _worker(leash: Leash, number: int, address: str, patience: float) -> None:
    async with zmq4.asyncio.Rep() as rep:
        await rep.connect(address).ready(timeout=patience)
        leash.tell(Ready())
        await requests_asyncio.serve(leash, rep, number)


STOP: Final = ProxiedRequests("proxy, asyncio", proxy, worker, requests_asyncio.client)
