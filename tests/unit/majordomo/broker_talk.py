"""What tests of the broker's machine say: short words for messages of clients and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fixtures.dialogue import Dialogue
from zmq4.majordomo.events import BrokerEvent
from zmq4.majordomo.machine.broker import ROUTER, Broker, BrokerCommand
from zmq4.majordomo.messages import MDP01, MDP02, Dialect
from zmq4.majordomo.policy import Access, Limits, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

C1, C2 = b"\0c1", b"\0c2"
W1, W2, W3 = b"\0w1", b"\0w2", b"\0w3"


class Talk(Dialogue[BrokerCommand, BrokerEvent]):
    """A dialogue with a broker; peers speak 0.1 unless told otherwise."""

    machine: Broker

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        policies: Mapping[str, Policy] | None = None,
        limits: Limits | None = None,
        access: Access | None = None,
        rejection: bytes | None = None,
    ) -> None:
        broker = Broker(
            ["inproc://broker"],
            policy=policy,
            policies=policies,
            limits=limits,
            access=access,
            rejection=rejection,
        )
        super().__init__(broker, ROUTER)

    def ready(
        self,
        worker: bytes,
        service: bytes = b"echo",
        *,
        dialect: Dialect = MDP01,
        user: str | None = None,
    ) -> None:
        self.say(worker, *dialect.ready(service), user=user)

    def call(
        self,
        client: bytes,
        *body: bytes,
        service: bytes = b"echo",
        dialect: Dialect = MDP01,
        user: str | None = None,
    ) -> None:
        self.say(client, *dialect.request(service, body), user=user)

    def answer(
        self,
        worker: bytes,
        client: bytes,
        *body: bytes,
        dialect: Dialect = MDP01,
        final: bool = True,
    ) -> None:
        self.say(worker, *dialect.answer(client, body, final=final))

    def beat(self, worker: bytes, *, dialect: Dialect = MDP01) -> None:
        self.say(worker, *dialect.beat())

    def leave(self, worker: bytes, *, dialect: Dialect = MDP01) -> None:
        self.say(worker, *dialect.leave())

    def ask(self, name: bytes, *body: bytes, dialect: Dialect = MDP01) -> tuple[object, ...]:
        """Ask the broker about itself; return the codes and what belongs to them."""
        asker = b"\0asker"
        self.take(asker)
        self.call(asker, *body, service=name, dialect=dialect)
        (reply,) = self.take(asker)
        head = dialect.reply(name, ())
        assert reply[: len(head)] == head
        return reply[len(head) :]

    def pass_with_beats(self, seconds: float, *workers: bytes, every: float = 2.5) -> None:
        """Let time pass while workers say that they are there."""
        end = self.now + seconds
        while self.now < end:
            self.pass_time(min(every, end - self.now))
            for worker in workers:
                self.beat(worker)


def order(client: bytes, *body: bytes, dialect: Dialect = MDP01) -> tuple[object, ...]:
    """Return what a worker gets."""
    return dialect.order(client, body)


def reply(
    *body: bytes, service: bytes = b"echo", dialect: Dialect = MDP01, final: bool = True
) -> tuple[object, ...]:
    """Return what a client gets."""
    return dialect.reply(service, body, final=final)


LEAVE = MDP01.leave()
BEAT = MDP01.beat()

__all__ = [
    "BEAT",
    "C1",
    "C2",
    "LEAVE",
    "MDP01",
    "MDP02",
    "W1",
    "W2",
    "W3",
    "Access",
    "Limits",
    "Policy",
    "Talk",
    "order",
    "reply",
]
