"""Three laws that hold for every machine, whatever happens to it.

Each seed is a story: events in an order that no driver would have, frames that make sense and
frames that do not, a clock that jumps.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest

from zmq4._kit.machine import (
    Deliver,
    Down,
    Finish,
    Inbound,
    Machine,
    Open,
    Output,
    Received,
    Refused,
    Send,
    Shut,
    Start,
    Tick,
    Up,
)
from zmq4.majordomo.calls import Ask, Close, GiveUp, Want
from zmq4.majordomo.jobs import Forgo, Job, Reply, Stop
from zmq4.majordomo.machine.broker import Broker, Drain
from zmq4.majordomo.machine.brokers import Brokers
from zmq4.majordomo.machine.client import Client
from zmq4.majordomo.machine.worker import Worker
from zmq4.majordomo.messages import MDP01, MDP02
from zmq4.testing import Parcel

SEEDS = range(60)
STEPS = 80

WORDS = [
    b"", b"\0", b"\1", b"\2", b"\3", b"\4", b"\5", b"\6", b"\7", b"\xff", b"MDPC01", b"MDPC02",
    b"MDPW01", b"MDPW02", b"MDPC0X", b"C", b"echo", b"mmi.service", b"mmi.stats", b"mmi.", b"200",
    b"404", b"\0\0\0\0\1", b"\0\0\0\0\2", b"x" * 300, b"\xaa\xa4\x01",
]  # fmt: skip
"""What frames are made of."""

SENSE = {
    "broker": [
        MDP01.request(b"echo", [b"x"]), MDP02.request(b"echo", [b"x"]), MDP01.ready(b"echo"),
        MDP02.ready(b"echo"), MDP02.ready(b"mmi.x"), MDP01.beat(), MDP02.beat(), MDP01.leave(),
        MDP02.leave(), (b"",), MDP02.answer(b"\0\0\0\0\1", [b"y"]),
        MDP02.answer(b"\0\0\0\0\1", [b"y"], final=False), MDP01.answer(b"\0\0\0\0\1", [b"y"]),
        MDP02.request(b"mmi.service", [b"echo"]), MDP02.request(b"mmi.stats", [b""]),
    ],
    "worker": [MDP02.order(b"\0\0\0\0\1", [b"x"]), MDP02.beat(), MDP02.leave()],
    "client": [
        MDP02.reply(b"echo", [b"x"]), MDP02.reply(b"echo", [b"x"], final=False),
        MDP02.reply(b"mmi.service", [b"404"]), MDP02.reply(b"mmi.service", [b"200"]),
    ],
}  # fmt: skip
"""Messages that are expected at each machine, if not at any time."""

Event = Any
"""What a machine is told; that it is any machine is the point."""


class Story:
    """A machine, and what happens to it; made by a seed, in the same way each time."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.random = Random(seed)  # noqa: S311 (stories must be told again)
        self.machine: Machine[Event, Event] = MACHINES[kind](Random(seed))  # noqa: S311
        self.sockets: list[str] = ["nobody's"]
        self.jobs = [0]
        self.is_over = False
        self.outputs: list[Output[Event]] = []

    def tell(self, event: Event, now: float) -> None:
        """Have the machine take an event, and note what it asks for."""
        self.outputs = [*self.machine.handle(event, now)]
        for output in self.outputs:
            match output:
                case Open(name):
                    assert name not in self.sockets
                    self.sockets.append(name)
                case Shut(name):
                    self.sockets.remove(name)
                case Send(name):
                    assert name in self.sockets
                case Deliver(Job(number)):
                    self.jobs.append(number)
                case Finish():
                    self.is_over = True
                case Deliver():
                    pass

    def events(self) -> Iterator[Event]:
        """Yield what happens next."""
        yield Start()
        for _ in range(STEPS):
            yield self.next_event()

    def next_event(self) -> Event:
        chance = self.random
        socket = chance.choice(self.sockets)
        match chance.randrange(10):
            case 0:
                return Up(socket)
            case 1:
                return Down(socket) if chance.random() < 0.3 else Up(socket)
            case 2:
                return Refused(socket, [(b"\0\0\0\0\1", b"x")]) if chance.random() < 0.3 else Tick()
            case 3 | 4:
                return Tick()
            case 5 | 6:
                return COMMANDS[self.kind](self)
            case _:
                return Received(socket, [self.message() for _ in range(chance.randrange(4))])

    def message(self) -> Inbound:
        """Make a message: sense, nonsense, or sense with a flaw."""
        chance = self.random
        sender = bytes([0, 0, 0, 0, chance.randrange(4)]) if self.kind == "broker" else None
        frames = [bytes(frame) for frame in chance.choice(SENSE[self.kind])]  # type: ignore[arg-type]
        match chance.randrange(4):
            case 0:
                frames = [chance.choice(WORDS) for _ in range(chance.randrange(8))]
            case 1:
                frames[chance.randrange(len(frames))] = chance.choice(WORDS)
            case _:
                pass
        return Parcel(frames, sender)


def _tell_broker(story: Story) -> Event:
    return Drain(story.random.random() * 10) if story.random.random() < 0.02 else Tick()


def _tell_worker(story: Story) -> Event:
    chance = story.random
    if chance.random() < 0.02:
        return Stop(drain=chance.random() < 0.5)
    number = chance.choice(story.jobs[-2:])
    if chance.random() < 0.2:
        return Forgo(number)
    return Reply(number, [b"reply"], final=chance.random() < 0.5)


def _tell_client(story: Story) -> Event:
    chance = story.random
    if chance.random() < 0.02:
        return Close()
    assert isinstance(story.machine, Client)
    if not story.machine.is_free:
        return GiveUp() if chance.random() < 0.3 else Tick()
    return Ask(
        chance.choice([b"echo", b"mmi.service"]),
        (b"x",),
        timeout=chance.choice([0.0, 1.0, 5.0]),
        retries=chance.randrange(3),
        limit=chance.choice([math.inf, 2.0]),
        want=chance.choice([*Want]),
        waits=chance.random() < 0.7,
    )


MACHINES: dict[str, Callable[[Random], Machine[Event, Event]]] = {
    "broker": lambda _: Broker(["tcp://here:1"]),
    "worker": lambda random: Worker(
        Brokers(["tcp://here:1", "tcp://there:1"]), b"echo", random.random, handler_timeout=20.0
    ),
    "client": lambda _: Client(Brokers(["tcp://here:1", "tcp://there:1"])),
}
COMMANDS: dict[str, Callable[[Story], Event]] = {
    "broker": _tell_broker,
    "worker": _tell_worker,
    "client": _tell_client,
}

stories = pytest.mark.parametrize(
    ("kind", "seed"), [(kind, seed) for kind in MACHINES for seed in SEEDS]
)


def instants(seed: int) -> Iterator[float]:
    """Yield times as a clock shows them that goes on, mostly by little."""
    chance = Random(seed)  # noqa: S311
    now = chance.random() * 1e6
    while True:
        yield now
        now += chance.choice([0.0, 0.001, 0.1, 1.0, 3.0, 10.0, 1000.0])


@stories
def test_deadline_has_moved_after_a_tick_at_it(kind: str, seed: int) -> None:
    story = Story(kind, seed)

    for event, instant in zip(story.events(), instants(seed), strict=False):
        if story.is_over:
            return
        now = max(instant, story.machine.deadline()) if isinstance(event, Tick) else instant
        story.tell(event, now if now < math.inf else instant)
        before = story.machine.deadline()
        if math.isfinite(before):
            story.tell(Tick(), before)
            assert story.is_over or story.machine.deadline() != before
            _tick_until_later(story, before)


def _tick_until_later(story: Story, instant: float) -> None:
    """Whatever is due at an instant is done by a few ticks."""
    for _ in range(100):
        if story.is_over or story.machine.deadline() > instant:
            return
        story.tell(Tick(), instant)
    raise AssertionError(f"the deadline stays at {story.machine.deadline()}")


@stories
def test_time_never_runs_backwards_inside(kind: str, seed: int) -> None:
    steady, shaken = Story(kind, seed), Story(kind, seed)
    chance = Random(seed)  # noqa: S311
    events = zip(steady.events(), shaken.events(), instants(seed), strict=False)

    for event, same, instant in events:
        assert event == same
        steady.tell(event, instant)
        shaken.tell(same, instant)
        # A clock that goes back tells the machine nothing that it does not know.
        back = instant - chance.choice([0.0, 0.5, 10.0, 1e5])
        steady.tell(Tick(), instant)
        shaken.tell(Tick(), back)

        assert _plain(steady.outputs) == _plain(shaken.outputs)
        assert steady.machine.deadline() == shaken.machine.deadline()
        if steady.is_over:
            return


def _plain(outputs: Sequence[Output[Event]]) -> list[Output[Event]]:
    return [*outputs]


@stories
def test_no_message_makes_it_raise(kind: str, seed: int) -> None:
    story = Story(kind, seed)
    chance = Random(seed)  # noqa: S311

    for event, now in zip(story.events(), instants(seed), strict=False):
        if story.is_over:
            return
        story.tell(event, now)
        flood = [
            Parcel(
                [chance.randbytes(chance.randrange(10)) for _ in range(chance.randrange(6))],
                chance.randbytes(5),
            )
            for _ in range(5)
        ]
        for socket in [*story.sockets]:
            if story.is_over:
                return
            story.tell(Received(socket, flood), now)

        assert not math.isnan(story.machine.deadline())
