"""Services with one bad process among them."""

import os
import signal
from collections.abc import Sequence

from stage import show

import zmq4.majordomo
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Bound, Redispatched
from zmq4.cli.demo.stops import services_asyncio, services_threads
from zmq4.cli.demo.stops.dialogue import answer
from zmq4.cli.demo.stops.services import Services
from zmq4.cli.demo.stops.services_threads import broker, client, worker

THIRD = (3).to_bytes(8)
FOURTH = (4).to_bytes(8)


def lying_worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    def answer_wrongly(question: Sequence[bytes], signature: bytes) -> Sequence[bytes]:
        return (THIRD, b"WHAT?", signature) if question[0] == THIRD else answer(question, signature)

    vars(services_threads)["answer"] = answer_wrongly
    worker(leash, number, address, stuck_after)


def confused_worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    def answer_another(question: Sequence[bytes], signature: bytes) -> Sequence[bytes]:
        asked, line = question
        return answer((FOURTH if asked == THIRD else asked, line), signature)

    vars(services_threads)["answer"] = answer_another
    worker(leash, number, address, stuck_after)


def dying_worker(leash: Leash, number: int, address: str, stuck_after: int | None) -> None:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    worker(leash, number, address, stuck_after)


def forgetful_broker(leash: Leash, address: str) -> None:
    """Do not give the requests of a worker that is lost to another."""
    policy = zmq4.majordomo.Policy(max_attempts=1)
    with zmq4.majordomo.Broker(address, policy=policy) as once:
        leash.tell(Bound(str(once.endpoint)))
        leash.wait_to_finish()
        leash.tell(Redispatched(0))


CASES = {
    "nothing": (Services("s", broker, worker, client), 60.0),
    "nothing-asyncio": (services_asyncio.STOP, 60.0),
    "lie": (Services("s", broker, lying_worker, client), 60.0),
    "confusion": (Services("s", broker, confused_worker, client, silence=1.0), 60.0),
    "forgetfulness": (Services("s", forgetful_broker, worker, client), 5.0),
    "death": (Services("s", broker, dying_worker, client), 60.0),
}

if __name__ == "__main__":
    show(CASES)
