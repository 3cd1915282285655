"""A conversation with one bad process in it."""

import os
import signal
from collections.abc import Iterable, Iterator

from stage import show

import zmq4
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.stops import router_threads
from zmq4.cli.demo.stops.router import Conversation, answers, name
from zmq4.cli.demo.text import Text

Answer = tuple[bytes, ...]
THIRD = (3).to_bytes(8)


def forgetful_router(leash: Leash, patience: float) -> None:
    answer_instead([])
    router_threads.router(leash, patience)


def repeating_router(leash: Leash, patience: float) -> None:
    answer_instead([name(range(3, 4)), name(range(3, 4))])
    router_threads.router(leash, patience)


def confused_router(leash: Leash, patience: float) -> None:
    answer_instead([name(range(1, 2))])
    router_threads.router(leash, patience)


def dying_dealer(leash: Leash, text: Text, numbers: range, address: str, patience: float) -> None:
    if numbers.start == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    router_threads.dealer(leash, text, numbers, address, patience)


def failing_dealer(leash: Leash, text: Text, numbers: range, address: str, patience: float) -> None:
    """Fail in the thread that asks."""

    def questions(_text: Text, _numbers: range) -> Iterator[Answer]:
        raise RuntimeError("nothing to ask")

    if numbers.start == 2:
        vars(router_threads)["questions"] = questions
    router_threads.dealer(leash, text, numbers, address, patience)


def answer_instead(dealers: list[bytes]) -> None:
    """Let the router of this process answer the third question to these dealers."""

    def changed(questions: Iterable[zmq4.Message]) -> Iterator[Answer]:
        for sender, *answer in answers(questions):
            for each in dealers if answer[0] == THIRD else [sender]:
                yield each, *answer

    vars(router_threads)["answers"] = changed


ROUTER = router_threads.router
DEALER = router_threads.dealer

CASES = {
    "nothing": (Conversation("s", ROUTER, DEALER), 60.0),
    "loss": (Conversation("s", forgetful_router, DEALER, silence=1.0), 60.0),
    "double": (Conversation("s", repeating_router, DEALER), 60.0),
    "confusion": (Conversation("s", confused_router, DEALER, silence=1.0), 60.0),
    "death": (Conversation("s", ROUTER, dying_dealer), 60.0),
    "failure": (Conversation("s", ROUTER, failing_dealer), 60.0),
}

if __name__ == "__main__":
    show(CASES)
