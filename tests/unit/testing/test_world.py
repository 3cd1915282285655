"""The virtual world: its network, its machines, and what can go wrong in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from zmq4._kit.machine import (
    Deliver,
    Down,
    Finish,
    Input,
    Open,
    Output,
    Received,
    Refused,
    Send,
    Spec,
    Start,
    Tick,
    Up,
)
from zmq4.testing import ScriptedPeer, Stuck, World

HERE = "tcp://here:1"


class Recorder:
    """A machine that opens a socket and delivers whatever it is told."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def handle(
        self,
        event: Input | Output[object],
        now: float,  # noqa: ARG002 (it has no use for the time)
    ) -> Sequence[Output[object]]:
        match event:
            case Start():
                return [Open("socket", self.spec)]
            case Send() | Finish():
                return [event]
            case _:
                return [Deliver(event)]

    def deadline(self) -> float:
        return math.inf


@dataclass
class Metronome:
    """A machine that ticks, or wants to tick without end."""

    interval: float
    due: float = 0.0

    def handle(self, event: Input, now: float) -> Sequence[Output[float]]:
        if not isinstance(event, Tick):
            return []
        self.due += self.interval
        return [Deliver(now)]

    def deadline(self) -> float:
        return self.due


def pair(world: World, **options: object) -> tuple[ScriptedPeer, ScriptedPeer]:
    """Return a ROUTER and a DEALER that are connected."""
    router = world.peer("router", "ROUTER", bind=HERE, **options)  # type: ignore[arg-type]
    dealer = world.peer("dealer", connect=HERE)
    router.connected()
    return router, dealer


class TestNetwork:
    def test_message_arrives_after_its_latency_with_its_sender(self) -> None:
        world = World(latency=0.25)
        router, dealer = pair(world)
        start = world.clock()

        dealer.send("one", b"two")
        message = router.expect("one", "two")
        assert message.sender is not None
        router.send(message.sender, "back")
        dealer.expect("back")

        assert len(message.sender) == 5
        assert world.clock() - start == pytest.approx(0.5)

    def test_connection_keeps_its_order(self) -> None:
        world = World(latency=(0.0, 1.0))
        router, dealer = pair(world)

        for number in range(50):
            dealer.send(str(number))

        assert [int(router.recv()[0]) for _ in range(50)] == [*range(50)]

    def test_dealer_keeps_what_it_is_sent_until_somebody_is_there(self) -> None:
        world = World()
        dealer = world.peer("dealer", connect=HERE)
        dealer.send("early")
        world.run(5)

        router = world.peer("router", "ROUTER", bind=HERE)

        router.expect("early")

    def test_router_drops_what_is_for_nobody(self) -> None:
        world = World()
        router, dealer = pair(world)

        router.send(b"nobody", "lost")

        dealer.expect_silence(1)

    def test_loss_loses_its_share(self) -> None:
        world = World(3, loss=0.5)
        router, dealer = pair(world)

        for _ in range(200):
            dealer.send("x")
        world.run(1)

        assert 60 < len(router.received) < 140
        assert world.lost == 200 - len(router.received)

    def test_duplicate_arrives_twice(self) -> None:
        world = World(duplicate=1.0)
        router, dealer = pair(world)

        dealer.send("x")
        world.run(1)

        assert router.received == [(b"x",), (b"x",)]

    def test_same_seed_is_the_same_world(self) -> None:
        def story(seed: int) -> list[tuple[float, int]]:
            world = World(seed, latency=(0.0, 0.1), loss=0.2)
            router, dealer = pair(world)
            for _ in range(20):
                dealer.send("x")
                world.run(0.05)
            return [(world.clock(), len(router.received))]

        assert story(7) == story(7)
        assert [story(seed) for seed in range(5)] != [story(seed) for seed in range(5, 10)]

    def test_routing_id_is_refused_while_another_has_it(self) -> None:
        world = World()
        router = world.peer("router", "ROUTER", bind=HERE)
        first = world.peer("first", connect=HERE, routing_id=b"same")
        router.connected()

        second = world.peer("second", connect=HERE, routing_id=b"same")
        world.run(5)
        assert not second.is_connected
        first.close()
        second.connected()

        assert router.peers == [b"same"]

    def test_handover_gives_the_routing_id_to_the_newest(self) -> None:
        world = World()
        router = world.peer("router", "ROUTER", bind=HERE, handover=True)
        world.peer("first", connect=HERE, routing_id=b"same")
        router.connected()
        second = world.peer("second", connect=HERE, routing_id=b"same")
        second.connected()

        router.send(b"same", "to whom?")

        second.expect("to whom?")


class TestCuts:
    def test_short_cut_delays_and_loses_nothing(self) -> None:
        world = World(patience=10.0)
        router, dealer = pair(world)

        world.cut("router")
        dealer.send("late")
        router.expect_silence(2)
        world.heal()

        router.expect("late", within=1)
        assert router.peers

    def test_what_a_cut_has_held_comes_before_what_follows(self) -> None:
        for seed in range(20):
            world = World(seed, latency=(0.0, 1.0))
            router, dealer = pair(world)

            for number in range(30):
                dealer.send(str(number))
                world.run(0.1)
                if number % 10 == 3:
                    world.cut("router")
                elif number % 10 == 7:
                    world.heal()
            world.heal()

            assert [int(router.recv()[0]) for _ in range(30)] == [*range(30)]

    def test_long_cut_breaks_the_connection_and_another_is_made(self) -> None:
        world = World(patience=10.0)
        router, dealer = pair(world)
        before = router.peers

        world.cut("router")
        dealer.send("lost")
        world.run(20)
        assert not router.is_connected
        assert not dealer.is_connected
        world.heal()
        dealer.connected()

        assert router.peers != before
        router.expect_silence(5)

    def test_partition_lets_one_side_talk_to_itself(self) -> None:
        world = World()
        router, dealer = pair(world)
        other = world.peer("other", connect=HERE)
        world.run(1)

        world.partition({"router", "dealer"})
        dealer.send("hear")
        other.send("hear not")

        router.expect("hear")
        router.expect_silence(2)

    def test_notify_tells_of_peers_that_go_in_line_with_their_messages(self) -> None:
        world = World()
        router, dealer = pair(world, notify="disconnect")

        dealer.send("last words")
        world.run(1)
        dealer.close()

        name = router.expect("last words").sender
        assert router.expect("").sender == name

    def test_silent_death_is_noticed_when_patience_ends(self) -> None:
        world = World(patience=10.0)
        router, dealer = pair(world)

        dealer.close(silently=True)
        world.run(5)
        assert router.is_connected
        world.run(10)

        assert not router.is_connected


class TestNodes:
    def test_machine_hears_of_connections_and_of_messages_in_batches(self) -> None:
        world = World(latency=0.01)
        dealer = world.peer("dealer", connect=HERE)
        for each in ("1", "2", "3"):
            dealer.send(each)
        node = world.add("node", lambda: Recorder(Spec("ROUTER", bind=(HERE,), watch=True)))

        world.run(1)
        dealer.close()
        world.run(1)

        up, batch, down = node.events
        assert up == Up("socket")
        assert isinstance(batch, Received)
        assert [*batch.messages] == [(b"1",), (b"2",), (b"3",)]
        assert down == Down("socket")

    def test_rows_without_room_are_refused(self) -> None:
        world = World()
        node = world.add("node", lambda: Recorder(Spec("DEALER", options={"send_hwm": 2})))

        node.tell(Send("socket", [(b"1",), (b"2",), (b"3",)]))
        world.run(1)

        assert node.events == [Refused("socket", [(b"3",)])]

    def test_tick_comes_at_each_deadline(self) -> None:
        world = World()
        node = world.add("node", lambda: Metronome(0.5))

        world.run(2.1)

        assert node.events == [0.0, 0.5, 1.0, 1.5, 2.0]

    def test_machine_that_does_not_move_its_deadline_is_stopped(self) -> None:
        world = World()
        world.add("node", lambda: Metronome(0.0))

        with pytest.raises(Stuck, match="'node'"):
            world.run(1)

    def test_paused_machine_finds_that_time_has_passed(self) -> None:
        world = World()
        node = world.add("node", lambda: Metronome(1.0, 1.0))

        node.pause()
        world.run(3.5)
        assert node.events == []
        node.resume()
        world.run(0.1)

        assert node.events == [3.5, 3.5, 3.5]

    def test_clock_that_jumps_takes_its_node_along_and_nobody_else(self) -> None:
        world = World()
        node = world.add("node", lambda: Metronome(100.0, 100.0))
        other = world.add("other", lambda: Metronome(100.0, 100.0))

        node.jump(150)
        world.run(1)

        assert node.events == [150.0]
        assert other.events == []

    def test_killed_machine_is_gone_and_another_starts(self) -> None:
        world = World()
        dealer = world.peer("dealer", connect=HERE)
        node = world.add("node", lambda: Recorder(Spec("ROUTER", bind=(HERE,), watch=True)))
        dealer.connected()
        world.run(1)
        first = node.machine

        node.restart(after=5)
        world.run(1)
        assert not dealer.is_connected
        dealer.connected()
        world.run(1)

        assert node.machine is not first
        assert node.events == [Up("socket"), Up("socket")]

    def test_finished_machine_hears_nothing_more(self) -> None:
        world = World()
        node = world.add("node", lambda: Recorder(Spec("ROUTER", bind=(HERE,), watch=True)))

        node.tell(Finish())
        world.peer("dealer", connect=HERE).send("anybody?")
        world.run(5)

        assert not node.is_running
        assert node.events == []


class TestScriptedPeer:
    def test_unexpected_message_fails_the_test(self) -> None:
        world = World()
        router, dealer = pair(world)

        dealer.send("this", "that")

        with pytest.raises(AssertionError, match="this"):
            router.expect("this", "other")

    def test_any_frame_fits_dots(self) -> None:
        world = World()
        router, dealer = pair(world)

        dealer.send("this", "that")

        router.expect(..., "that")

    def test_missing_message_fails_the_test(self) -> None:
        router, _ = pair(World())

        with pytest.raises(AssertionError, match="no message within 3"):
            router.expect("anything", within=3)

    def test_broken_silence_fails_the_test(self) -> None:
        world = World()
        router, dealer = pair(world)

        dealer.send("noise")

        with pytest.raises(AssertionError, match="noise"):
            router.expect_silence(3)

    def test_ignored_messages_are_passed_over(self) -> None:
        world = World()
        router, dealer = pair(world)
        router.ignores = lambda message: message == (b"tick",)

        for each in ("tick", "word", "tick"):
            dealer.send(each)

        router.expect("word")
        router.expect_silence(1)
