"""Services with blocking calls: what the broker, the workers and the client do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import zmq4.majordomo
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Halfway, Ready, Redispatched, Sent
from zmq4.cli.demo.stops.dialogue import answer, line_of, sign
from zmq4.cli.demo.stops.receipt import Receipt
from zmq4.cli.demo.stops.services import SERVICE, Services
from zmq4.cli.demo.text import Text, numbered_lines, whole


def broker(leash: Leash, address: str) -> None:
    """Pass requests and replies on until the order to finish."""
    with zmq4.majordomo.Broker(address) as broker:
        leash.tell(Bound(str(broker.endpoint)))
        leash.wait_to_finish()
        service = broker.stats().services.get(SERVICE)
        leash.tell(Redispatched(0 if service is None else service.redispatched))


def worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    """Answer requests until the order to finish, or until stuck with one."""
    answered = 0

    def swap(request: zmq4.Message) -> tuple[bytes, ...]:
        nonlocal answered
        if answered == stuck_after:
            leash.tell(Halfway())
            leash.wait_to_finish()
        answered += 1
        return answer(request, sign(number))

    with zmq4.majordomo.Worker(address, SERVICE, swap) as worker:
        worker.ready()
        leash.tell(Ready())
        leash.wait_to_finish()


def client(leash: Leash, text: Text, address: str, askers: int, patience: float) -> None:
    """Ask for every line, several threads at a time, none of them ever again."""
    receipt = Receipt(leash, whole(text).numbers)
    lines = numbered_lines(text.path, text.lines)
    one_at_a_time = threading.Lock()

    leash.wait_to_begin()
    with zmq4.majordomo.Client(address, timeout=patience, retries=0) as client:

        def ask(_asker: int) -> None:
            while True:
                with one_at_a_time:
                    question = next(lines, None)
                if question is None:
                    return
                answered = client.request(SERVICE, *question)
                with one_at_a_time:
                    receipt.enter([line_of(answered, asked=question[0])])

        with ThreadPoolExecutor(askers) as threads:
            list(threads.map(ask, range(askers)))
    leash.tell(Sent(text.lines))
    leash.wait_to_finish()
    leash.tell(receipt.close())


STOP: Final = Services("services, threads", broker, worker, client)
