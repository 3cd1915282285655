"""A proxy with blocking sockets: what it and the workers behind it do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops import requests_threads
from zmq4.cli.demo.stops.flow import BEAT, LOOPBACK
from zmq4.cli.demo.stops.proxy import ProxiedRequests


def proxy(leash: Leash) -> None:
    """Carry questions to whichever worker is next, and answers back; count the copies."""
    with (
        zmq4.Router(bind=LOOPBACK) as front,
        zmq4.Dealer(bind=LOOPBACK) as back,
        zmq4.Pull(bind="inproc://copies") as copies,
        zmq4.Push(connect="inproc://copies", send_hwm=0) as capture,
        ThreadPoolExecutor(1) as threads,
    ):
        leash.tell(Bound(str(front.endpoint)))
        leash.tell(Bound(str(back.endpoint)))
        proxy = zmq4.Proxy(front, back, capture)
        running = threads.submit(proxy.run)
        copied = 0
        while (batch := copies.recv_many(timeout=BEAT)) or not leash.is_finishing:
            copied += len(batch)
        proxy.stop()
        running.result()
        leash.tell(Sent(copied))


def worker(leash: Leash, number: int, address: str, patience: float) -> None:
    """Answer questions until the order to finish."""
    with zmq4.Rep() as rep:
        rep.connect(address).ready(timeout=patience)
        leash.tell(Ready())
        requests_threads.serve(leash, rep, number)


STOP: Final = ProxiedRequests("proxy, threads", proxy, worker, requests_threads.client)
