"""The broker's machine: who is alive, and what becomes of who is not. Scenarios 22.3."""

import pytest

from unit.majordomo.broker_talk import (
    BEAT,
    C1,
    C2,
    LEAVE,
    MDP01,
    MDP02,
    W1,
    W2,
    W3,
    Policy,
    Talk,
    order,
    reply,
)
from zmq4.majordomo.events import Parting, Redispatched, WorkerGone


def test_an_idle_worker_hears_a_heartbeat_each_interval() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.pass_with_beats(20.0, W1)

    assert talk.take(W1) == [BEAT] * 8


def test_a_busy_worker_hears_heartbeats_too() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")

    talk.pass_time(20.0)

    assert talk.take(W1) == [order(C1, b"x")] + [BEAT] * 8


def test_whatever_is_sent_puts_the_next_heartbeat_off() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.pass_time(2.0)

    talk.call(C1, b"x")
    talk.pass_time(2.0)

    assert talk.take(W1) == [order(C1, b"x")]


def test_a_silent_worker_is_gone_after_three_intervals() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.pass_time(7.4)
    assert talk.ask(b"mmi.service", b"echo") == (b"200",)
    talk.pass_time(0.2)

    assert talk.take(W1) == [BEAT, BEAT, LEAVE]
    assert talk.ask(b"mmi.service", b"echo") == (b"404",)
    assert talk.events[-1] == WorkerGone("echo", W1, Parting.SILENT)


def test_a_worker_that_says_so_stays() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.pass_with_beats(60.0, W1)

    assert talk.ask(b"mmi.service", b"echo") == (b"200",)


@pytest.mark.parametrize("said_late", ["beat", "answer"])
def test_who_is_gone_is_told_and_may_come_again(said_late: str) -> None:
    talk = Talk()
    talk.ready(W1)
    talk.pass_time(8.0)
    talk.take(W1)

    if said_late == "beat":
        talk.beat(W1)
    else:
        talk.answer(W1, C1, b"late")
    assert talk.take(W1) == [LEAVE]
    talk.ready(W2)

    assert talk.ask(b"mmi.workers", b"echo") == (b"200", b"1", b"0")


def test_a_dead_worker_is_found_behind_a_living_one() -> None:
    talk = Talk()
    talk.ready(W1, b"a")
    talk.ready(W2, b"b")

    talk.pass_with_beats(10.0, W1)
    assert talk.ask(b"mmi.service", b"b") == (b"404",)
    talk.call(C1, b"x", service=b"b")
    talk.ready(W3, b"b")

    assert talk.take(W3) == [order(C1, b"x")]


def test_a_worker_that_leaves_is_gone_at_once_without_an_answer() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.leave(W1)

    assert talk.take(W1) == []
    assert talk.machine.stats(talk.now).workers == 0
    assert talk.events[-1] == WorkerGone("echo", W1, Parting.LEFT)


def test_a_request_of_a_worker_that_leaves_goes_to_the_next() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.ready(W2)
    talk.take(W1)

    talk.leave(W1)
    assert talk.take(W2) == [order(C1, b"x")]
    talk.answer(W1, C1, b"late")

    assert talk.take(W1) == [LEAVE]
    assert talk.take(C1) == []
    assert Redispatched("echo", 1) in talk.events


def test_a_goodbye_of_a_stranger_is_nothing() -> None:
    talk = Talk()

    talk.leave(W1)
    talk.ready(W1)

    assert talk.take(W1) == []
    assert talk.machine.stats(talk.now).workers == 1


def test_a_busy_worker_that_never_beats_is_left_to_work() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")

    talk.pass_time(600.0)
    talk.answer(W1, C1, b"y")

    assert talk.take(C1) == [reply(b"y")]


def test_a_busy_worker_that_used_to_beat_is_given_up_in_its_silence() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.ready(W2)
    talk.call(C1, b"x")
    talk.pass_with_beats(5.0, W1, W2)
    talk.take(W2)

    talk.pass_with_beats(8.0, W2)

    assert LEAVE in talk.take(W1)
    assert order(C1, b"x") in talk.take(W2)


def test_a_service_may_bound_how_long_a_worker_is_busy() -> None:
    talk = Talk(Policy(busy_timeout=30.0))
    talk.ready(W1)
    talk.call(C1, b"x")

    talk.pass_time(29.0)
    assert talk.machine.stats(talk.now).workers == 1
    talk.pass_time(2.0)

    assert talk.events[-2] == WorkerGone("echo", W1, Parting.OVERDUE)


def test_a_lost_connection_is_a_lost_worker() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.ready(W2)

    talk.hang_up(W1)

    assert talk.take(W2) == [order(C1, b"x")]
    assert WorkerGone("echo", W1, Parting.DISCONNECTED) in talk.events


def test_an_absence_of_the_broker_counts_against_nobody() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.pass_with_beats(5.0, W1)

    talk.sleep(20.0)
    talk.pass_time(1.0)
    talk.beat(W1)
    talk.pass_with_beats(20.0, W1)

    assert talk.ask(b"mmi.service", b"echo") == (b"200",)


def test_after_an_absence_the_silent_are_still_found() -> None:
    talk = Talk()
    talk.ready(W1)

    talk.sleep(20.0)
    talk.pass_time(20.0)

    assert talk.ask(b"mmi.service", b"echo") == (b"404",)


def test_a_clock_that_goes_back_is_not_believed() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.pass_with_beats(5.0, W1)

    talk.now -= 3600.0
    talk.beat(W1)
    talk.now += 3600.0
    talk.pass_with_beats(10.0, W1)

    assert talk.ask(b"mmi.service", b"echo") == (b"200",)


def test_heartbeats_are_spread_over_the_interval() -> None:
    talk = Talk()
    workers = [b"\0%d" % number for number in range(100)]
    for worker in workers:
        talk.ready(worker)

    talk.pass_time(1.9)
    early = sum(1 for worker in workers if talk.take(worker))

    assert 30 <= early <= 70


def test_a_worker_that_does_not_read_is_given_up() -> None:
    from zmq4._kit.machine import Refused
    from zmq4.majordomo.machine.broker import ROUTER

    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.ready(W2)

    talk.feed(Refused(ROUTER, [(W1, *MDP01.beat())]))

    assert talk.take(W2) == [order(C1, b"x")]
    assert WorkerGone("echo", W1, Parting.STALLED) in talk.events


def test_a_client_that_does_not_read_gets_no_more_of_an_answer_with_a_hole() -> None:
    from zmq4._kit.machine import Refused
    from zmq4.majordomo.machine.broker import ROUTER

    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x", dialect=MDP02)
    talk.answer(W1, C1, b"1", dialect=MDP02, final=False)

    talk.feed(Refused(ROUTER, talk.take(C1) and [(C1, *reply(b"1", final=False))]))  # type: ignore[list-item]
    talk.answer(W1, C1, b"2", dialect=MDP02, final=False)
    talk.answer(W1, C1, b"3", dialect=MDP02)
    talk.call(C2, b"y")

    assert talk.take(C1) == []
    assert talk.take(W1)[-1] == order(C2, b"y", dialect=MDP02)
