"""Requests with one bad process among them."""

import os
import signal
from collections.abc import Sequence

from stage import show

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.stops import requests_threads
from zmq4.cli.demo.stops.dialogue import answer, sign
from zmq4.cli.demo.stops.flow import BEAT
from zmq4.cli.demo.stops.requests import Requests

THIRD = (3).to_bytes(8)
FOURTH = (4).to_bytes(8)


def lying_server(leash: Leash, number: int, address: str, stuck_after: int, wait: float) -> None:
    def answer_wrongly(question: Sequence[bytes], signature: bytes) -> Sequence[bytes]:
        return (THIRD, b"WHAT?", signature) if question[0] == THIRD else answer(question, signature)

    vars(requests_threads)["answer"] = answer_wrongly
    requests_threads.server(leash, number, address, stuck_after, wait)


def confused_server(leash: Leash, number: int, address: str, stuck_after: int, wait: float) -> None:
    def answer_another(question: Sequence[bytes], signature: bytes) -> Sequence[bytes]:
        asked, line = question
        return answer((FOURTH if asked == THIRD else asked, line), signature)

    vars(requests_threads)["answer"] = answer_another
    requests_threads.server(leash, number, address, stuck_after, wait)


def forgetful_server(
    leash: Leash, number: int, address: str, stuck_after: int, wait: float
) -> None:
    """Do not answer every hundredth question when it comes for the first time."""
    if number == 1:
        requests_threads.server(leash, number, address, stuck_after, wait)
        return
    forgotten: set[bytes] = set()
    with zmq4.Router(bind=address, recv_timeout=BEAT, on_unroutable="drop") as router:
        while not leash.is_finishing:
            try:
                message = router.recv()
            except zmq4.Timeout:
                continue
            delimiter, *question = message
            if int.from_bytes(question[0]) % 100 or question[0] in forgotten:
                router.send(message.sender, delimiter, *answer(question, sign(number)))
            forgotten.add(question[0])


def dying_server(leash: Leash, number: int, address: str, stuck_after: int, wait: float) -> None:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    requests_threads.server(leash, number, address, stuck_after, wait)


CASES = {
    "nothing": (Requests("s", requests_threads.server, requests_threads.client), 60.0),
    "lie": (Requests("s", lying_server, requests_threads.client), 60.0),
    "confusion": (Requests("s", confused_server, requests_threads.client, silence=1.0), 60.0),
    "forgetfulness": (Requests("s", forgetful_server, requests_threads.client), 60.0),
    "death": (Requests("s", dying_server, requests_threads.client), 60.0),
}

if __name__ == "__main__":
    show(CASES)
