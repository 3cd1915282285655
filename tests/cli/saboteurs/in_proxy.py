"""Requests through a proxy, with one bad worker."""

import os
import signal
from collections.abc import Sequence

from stage import show

from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.stops import proxy_threads, requests_threads
from zmq4.cli.demo.stops.dialogue import answer
from zmq4.cli.demo.stops.proxy import ProxiedRequests


def lying_worker(leash: Leash, number: int, address: str, patience: float) -> None:
    def answer_wrongly(question: Sequence[bytes], signature: bytes) -> Sequence[bytes]:
        return (question[0], b"WHAT?", signature) if number == 2 else answer(question, signature)

    vars(requests_threads)["answer"] = answer_wrongly
    proxy_threads.worker(leash, number, address, patience)


def dying_worker(leash: Leash, number: int, address: str, patience: float) -> None:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    proxy_threads.worker(leash, number, address, patience)


PROXY = proxy_threads.proxy
CLIENT = requests_threads.client

CASES = {
    "nothing": (ProxiedRequests("s", PROXY, proxy_threads.worker, CLIENT), 60.0),
    "lie": (ProxiedRequests("s", PROXY, lying_worker, CLIENT), 60.0),
    "death": (ProxiedRequests("s", PROXY, dying_worker, CLIENT), 60.0),
}

if __name__ == "__main__":
    show(CASES)
