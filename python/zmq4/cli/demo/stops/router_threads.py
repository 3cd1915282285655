"""A conversation with blocking sockets: what the router and the dealers do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Ready, Sent
from zmq4.cli.demo.stops.dialogue import line_of
from zmq4.cli.demo.stops.flow import BATCH, BEAT, LOOPBACK, QUEUE_OCTETS
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.router import Conversation, answers, name, questions
from zmq4.cli.demo.text import Text


def router(leash: Leash, patience: float) -> None:
    """Answer each question to its sender."""
    with zmq4.Router(
        bind=LOOPBACK, recv_hwm_bytes=QUEUE_OCTETS, send_hwm_bytes=QUEUE_OCTETS
    ) as router:
        leash.tell(Bound(str(router.endpoint)))
        answered = 0
        while (batch := router.recv_many(max=BATCH, timeout=BEAT)) or not leash.is_finishing:
            answered += router.send_many(answers(batch), timeout=patience)
        router.drain(timeout=patience)
        leash.tell(Sent(answered))


def dealer(leash: Leash, text: Text, numbers: range, address: str, patience: float) -> None:
    """Ask in one thread, and enter the answers in another."""
    with (
        zmq4.Dealer(routing_id=name(numbers), send_hwm_bytes=QUEUE_OCTETS) as dealer,
        ThreadPoolExecutor(1) as asking,
    ):

        def ask() -> None:
            sent = dealer.send_many(questions(text, numbers), timeout=patience)
            dealer.drain(timeout=patience)
            leash.tell(Sent(sent))

        dealer.connect(address).ready(timeout=patience)
        leash.tell(Ready())
        leash.wait_to_begin()
        asked = asking.submit(ask)
        receipt = Receipt(leash, numbers)
        while receipt.is_open:
            batch = dealer.recv_many(max=BATCH, timeout=BEAT)
            receipt.enter(line_of(message) for message in batch)
            if asked.done():
                asked.result()  # raises what went wrong there
        leash.tell(receipt.close())


STOP: Final = Conversation("router, threads", router, dealer)
