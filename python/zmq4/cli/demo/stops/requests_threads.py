"""Requests with blocking sockets: what the servers and the client do."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

import zmq4
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
    with zmq4.Rep() as rep:
        leash.tell(Bound(_bind(rep, address, patience)))
        serve(leash, rep, number, stuck_after)


def serve(leash: Leash, rep: zmq4.Rep, number: int, stuck_after: int | None = None) -> None:
    """Answer what comes; after so many answers, take one more question and do nothing."""
    answered = 0
    while not leash.is_finishing:
        try:
            question = rep.recv(timeout=BEAT)
        except zmq4.Timeout:
            continue
        if answered == stuck_after:
            leash.tell(Halfway())
            leash.wait_to_finish()
            return
        question.reply(*answer(question, sign(number)))
        answered += 1


def client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    """Ask for every line, several threads at a time, each with a socket of its own."""
    receipt = Receipt(leash, whole(text).numbers)
    lines = numbered_lines(text.path, text.lines)
    one_at_a_time = Lock()

    def ask(_asker: int) -> None:
        with zmq4.Req(connect=address) as req:
            while True:
                with one_at_a_time:
                    question = next(lines, None)
                if question is None:
                    return
                answered = req.request(
                    *question, timeout=ANSWER_TIME, retries=int(patience / ANSWER_TIME)
                )
                with one_at_a_time:
                    receipt.enter([line_of(answered, asked=question[0])])

    leash.wait_to_begin()
    with ThreadPoolExecutor(askers) as threads:
        list(threads.map(ask, range(askers)))
    leash.tell(Sent(text.lines))
    leash.wait_to_finish()
    leash.tell(receipt.close())


def _bind(rep: zmq4.Rep, address: str, patience: float) -> str:
    """Bind, and try again while the port of a server that was killed is somebody else's."""
    until = time.monotonic() + patience
    while True:
        try:
            return str(rep.bind(address))
        except zmq4.AddressInUse:
            if time.monotonic() > until:
                raise
            time.sleep(BEAT)


STOP: Final = Requests("requests, threads", server, client)
