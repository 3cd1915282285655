"""A world in which a scripted broker talks with a client's machine."""

from zmq4.majordomo.calls import (
    Ask,
    ClientCommand,
    ClientEvent,
    Piece,
)
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.messages import MDP02, Dialect
from zmq4.testing import Node, Parcel, World

HERE = "tcp://broker:5555"
THERE = "tcp://other:5555"
C = b"MDPC02"
REQUEST, PARTIAL, FINAL = b"\1", b"\2", b"\3"

ClientNode = Node[ClientCommand, ClientEvent]


class Scene:
    """A world with a scripted broker and a client."""

    def __init__(
        self,
        *,
        dialect: Dialect = MDP02,
        brokers: tuple[str, ...] = (HERE,),
        rejection: bytes | None = None,
    ) -> None:
        self.world = World(5)
        self.broker = self.world.peer("broker", "ROUTER", bind=HERE)
        self.client: ClientNode = self.world.add(
            "client", lambda: Client(Brokers(brokers), dialect=dialect, rejection=rejection)
        )

    def ask(self, *body: str, service: bytes = b"echo", **terms: object) -> None:
        self.client.tell(Ask(service, body, **{"timeout": 10.0, **terms}))  # type: ignore[arg-type]

    def take(self, *body: str) -> bytes:
        """Take a request; return whose it is."""
        message = self.broker.expect(C, REQUEST, "echo", *body)
        assert message.sender is not None
        return message.sender

    def answer(self, to: bytes, *body: str, command: bytes = FINAL, service: str = "echo") -> None:
        self.broker.send(to, C, command, service, *body)
        self.world.run(0.1)

    def take_probe(self, answer: str | None = None) -> None:
        """Take the question whether there is a worker, and answer it."""
        message = self.broker.expect(C, REQUEST, "mmi.service", "echo", within=30)
        if answer is not None:
            assert message.sender is not None
            self.answer(message.sender, answer, service="mmi.service")

    def outcome(self, within: float = 60.0) -> ClientEvent:
        """Let the world go on until the request has come to its end."""
        events = self.client.events
        assert self.world.run_until(lambda: bool(events), within)
        assert not isinstance(events[0], Piece)
        return events.pop()


def is_probe(message: Parcel) -> bool:
    return b"mmi.service" in message
