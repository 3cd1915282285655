"""The broker's machine: who is next, what waits, and for how long. Scenarios 22.4."""

import pytest

from fixtures.dialogue import said
from unit.majordomo.broker_talk import (
    C1,
    C2,
    MDP01,
    MDP02,
    W1,
    W2,
    W3,
    Limits,
    Policy,
    Talk,
    order,
    reply,
)
from zmq4.majordomo.events import Refusal, RequestDropped


def test_what_waits_is_given_out_at_once_on_ready() -> None:
    talk = Talk()
    talk.call(C1, b"x")
    talk.pass_time(3.0)

    talk.ready(W1)

    assert talk.take(W1) == [order(C1, b"x")]


def test_workers_are_given_their_next_requests_before_clients_get_replies() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.ready(W2)
    for body in (b"1", b"2", b"3", b"4"):
        talk.call(C1, body)
    talk.heard.clear()

    answers = [MDP01.answer(C1, (b"y",)), MDP01.answer(C1, (b"z",))]
    talk.say_all(said(W1, *answers[0]), said(W2, *answers[1]))

    assert [*talk.heard] == [W1, W2, C1]
    assert talk.take(C1) == [reply(b"y"), reply(b"z")]


def test_what_waits_too_long_for_a_worker_is_dropped() -> None:
    talk = Talk(Policy(ttl=2.0))
    talk.call(C1, b"x")

    talk.pass_time(3.0)
    talk.ready(W1)

    assert talk.take(W1) == []
    assert talk.machine.stats(talk.now).services["echo"].queued == 0
    assert talk.events[0] == RequestDropped("echo", Refusal.EXPIRED)


def test_what_waits_for_a_busy_worker_does_not_grow_too_old() -> None:
    talk = Talk(Policy(ttl=2.0))
    talk.ready(W1)
    talk.call(C1, b"1")
    talk.call(C1, b"2")
    talk.pass_time(60.0)
    talk.take(W1)

    talk.answer(W1, C1, b"y")

    assert talk.take(W1) == [order(C1, b"2")]


def test_the_time_to_live_runs_from_the_loss_of_the_last_worker() -> None:
    talk = Talk(Policy(ttl=2.0))
    talk.ready(W1)
    talk.call(C1, b"1")
    talk.call(C1, b"2")
    talk.pass_time(60.0)

    talk.leave(W1)
    talk.pass_time(1.9)
    assert talk.machine.stats(talk.now).queued == 2
    talk.pass_time(0.2)

    assert talk.machine.stats(talk.now).queued == 0


def test_the_worker_that_was_idle_longest_is_next() -> None:
    talk = Talk()
    for worker in (W1, W2, W3):
        talk.ready(worker)
    for number in range(5):
        talk.call(C1, b"%d" % number)

    talk.answer(W3, C1, b"y")
    talk.answer(W1, C1, b"y")

    assert [row[-1] for row in talk.take(W1)] == [b"0", b"4"]
    assert [row[-1] for row in talk.take(W2)] == [b"1"]
    assert [row[-1] for row in talk.take(W3)] == [b"2", b"3"]


def test_each_final_reply_brings_the_next_request() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    for body in (b"1", b"2", b"3"):
        talk.call(C1, body)

    for body in (b"1", b"2", b"3"):
        assert talk.take(W1) == [order(C1, body, dialect=MDP02)]
        talk.answer(W1, C1, b"y", dialect=MDP02)


def test_a_partial_reply_frees_no_worker() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"1")
    talk.call(C1, b"2")
    talk.take(W1)

    talk.answer(W1, C1, b"part", dialect=MDP02, final=False)

    assert talk.take(W1) == []


def test_a_slow_service_delays_no_other() -> None:
    talk = Talk()
    talk.ready(W1, b"a")
    talk.ready(W2, b"b")

    for number in range(10):
        talk.call(C1, b"b%d" % number, service=b"b")
        talk.call(C1, b"a%d" % number, service=b"a")
        assert talk.take(W1) == [order(C1, b"a%d" % number)]
        talk.answer(W1, C1, b"y")

    assert talk.take(W2) == [order(C1, b"b0")]


def test_a_request_that_kills_its_workers_is_given_up() -> None:
    talk = Talk()
    workers = [b"\0%d" % number for number in range(5)]
    for worker in workers:
        talk.ready(worker)
    talk.call(C1, b"poison")

    for worker in workers:
        if talk.take(worker):
            talk.hang_up(worker)

    assert talk.machine.stats(talk.now).workers == 3
    assert talk.events[-1] == RequestDropped("echo", Refusal.WORKER_LOST)


def test_a_service_that_must_not_do_things_twice_does_not() -> None:
    talk = Talk(policies={"pay": Policy(max_attempts=1)})
    talk.ready(W1, b"pay")
    talk.ready(W2, b"pay")
    talk.call(C1, b"x", service=b"pay")

    talk.hang_up(W1)

    assert talk.take(W2) == []


def test_a_request_that_was_taken_back_is_before_all_others() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"first")
    talk.call(C1, b"second")
    talk.hang_up(W1)

    talk.ready(W2)

    assert talk.take(W2) == [order(C1, b"first")]


@pytest.mark.parametrize("restartable", [False, True])
def test_an_answer_that_has_begun_begins_anew_only_where_it_may(*, restartable: bool) -> None:
    talk = Talk(Policy(restartable=restartable))
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x", dialect=MDP02)
    talk.answer(W1, C1, b"part", dialect=MDP02, final=False)
    talk.ready(W2)

    talk.hang_up(W1)

    assert bool(talk.take(W2)) == restartable


def test_parts_kept_for_a_client_are_forgotten_when_the_answer_begins_anew() -> None:
    talk = Talk()
    talk.ready(W1, dialect=MDP02)
    talk.call(C1, b"x")
    talk.answer(W1, C1, b"lost", dialect=MDP02, final=False)
    talk.ready(W2)

    talk.hang_up(W1)
    talk.answer(W2, C1, b"y")

    assert talk.take(C1) == [reply(b"y")]


def test_nothing_is_done_for_a_client_that_is_gone() -> None:
    talk = Talk()
    for number in range(10):
        talk.call(C1, b"%d" % number)
    talk.call(C2, b"x")

    talk.hang_up(C1)
    talk.ready(W1)

    assert talk.take(W1) == [order(C2, b"x")]


def test_the_answer_for_a_client_that_is_gone_reaches_nobody_who_took_its_name() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")

    talk.hang_up(C1)
    talk.answer(W1, C1, b"y")
    talk.call(C1, b"z")

    assert talk.take(C1) == []
    assert talk.take(W1)[-1] == order(C1, b"z")


@pytest.mark.parametrize(("on_full", "kept"), [("reject", b"0"), ("drop_oldest", b"100")])
def test_a_full_queue_goes_by_its_policy(on_full: str, kept: bytes) -> None:
    talk = Talk(Policy(queue_length=100, on_full=on_full))  # type: ignore[arg-type]
    for number in range(200):
        talk.call(C1, b"%d" % number)

    talk.ready(W1)

    stats = talk.machine.stats(talk.now).services["echo"]
    assert (stats.queued, stats.dropped) == (99, {"queue-full": 100})
    assert talk.take(W1) == [order(C1, kept)]


def test_a_queue_is_bounded_in_octets() -> None:
    talk = Talk(Policy(queue_bytes=1000))
    for _ in range(20):
        talk.call(C1, b"x" * 99)

    stats = talk.machine.stats(talk.now)

    assert (stats.queued, stats.queued_bytes) == (10, 990)


def test_many_small_frames_are_not_cheaper_than_a_large_one() -> None:
    talk = Talk(Policy(queue_bytes=10_000))
    for _ in range(20):
        talk.call(C1, *[b""] * 101)

    stats = talk.machine.stats(talk.now)

    assert (stats.queued, stats.queued_bytes) == (1, 6400)


@pytest.mark.parametrize("limits", [Limits(queue_length=10), Limits(queue_bytes=10)])
def test_all_queues_together_are_bounded(limits: Limits) -> None:
    talk = Talk(limits=limits)
    for number in range(20):
        talk.call(C1, b"x", service=b"s%d" % number)

    stats = talk.machine.stats(talk.now)

    assert (stats.queued, len(stats.services)) == (10, 10)


def test_one_client_cannot_have_everything() -> None:
    talk = Talk(limits=Limits(requests_per_client=5))
    talk.ready(W1)
    for _ in range(10):
        talk.call(C1, b"x")

    assert talk.machine.stats(talk.now).queued == 4


def test_a_request_may_be_too_large() -> None:
    talk = Talk(limits=Limits(request_bytes=10))
    talk.ready(W1)

    talk.call(C1, b"x" * 6, b"x" * 5)
    talk.call(C1, b"x" * 5, b"x" * 5)

    assert len(talk.take(W1)) == 1


def test_names_that_do_not_exist_leave_nothing_behind() -> None:
    talk = Talk(Policy(ttl=1.0), limits=Limits(services=100))
    for number in range(100_000):
        talk.call(C1, b"x", service=b"s%d" % number)
    assert len(talk.machine.stats(talk.now).services) == 100

    assert talk.ask(b"mmi.service", b"s1") == (b"404",)
    talk.pass_time(2.0)

    assert talk.machine.stats(talk.now).services == {}


def test_names_that_are_asked_for_and_left_again_leave_nothing_behind() -> None:
    talk = Talk(Policy(ttl=3600.0))
    for number in range(20_000):
        talk.call(C1, b"x", service=b"s%d" % number)
        talk.say(C1, b"")  # what a ROUTER says of a connection that is gone, forged or not

    assert talk.machine.stats(talk.now).services == {}
    assert len(talk.machine._desk.schedule) < 5_000


def test_sessions_that_come_and_go_leave_nothing_behind() -> None:
    talk = Talk()
    for _ in range(20_000):
        talk.ready(W1)
        talk.leave(W1)

    assert len(talk.machine._roster._schedule) < 5_000


def test_services_that_had_workers_are_not_kept_for_ever() -> None:
    talk = Talk(limits=Limits(services=100))
    for number in range(1000):
        talk.ready(W1, b"s%d" % number)
        talk.leave(W1)

    assert len(talk.machine.stats(talk.now).services) == 50


def test_clients_take_turns_where_the_service_is_fair() -> None:
    talk = Talk(Policy(fair=True))
    for number in range(1000):
        talk.call(C1, b"%d" % number)
    talk.call(C2, b"x")
    talk.ready(W1)

    served = []
    for _ in range(3):
        ((_, _, _, client, *_),) = talk.take(W1)
        assert isinstance(client, bytes)
        served.append(client)
        talk.answer(W1, client, b"y")

    assert C2 in served


def test_a_fair_queue_forgets_a_client_that_is_gone() -> None:
    talk = Talk(Policy(fair=True))
    for _ in range(3):
        talk.call(C1, b"x")
        talk.call(C2, b"y")

    talk.hang_up(C1)
    talk.ready(W1)
    for _ in range(3):
        assert talk.take(W1) == [order(C2, b"y")]
        talk.answer(W1, C2, b"z")

    assert talk.take(W1) == []


def test_no_more_workers_are_busy_than_may_be() -> None:
    talk = Talk(Policy(max_busy=2))
    workers = [b"\0%d" % number for number in range(5)]
    for worker in workers:
        talk.ready(worker)
    for number in range(10):
        talk.call(C1, b"%d" % number)

    answered = 0
    while busy := [worker for worker in workers if talk.take(worker)]:
        assert len(busy) <= 2
        for worker in busy:
            talk.answer(worker, C1, b"y")
            answered += 1

    assert answered == 10


def test_service_that_was_forgotten_does_not_take_its_successor_along() -> None:
    talk = Talk(Policy(ttl=5.0))
    talk.call(C1, b"x")
    talk.pass_time(1.0)
    talk.say(C1, b"")  # its connection is gone, and with it the request and the service
    talk.ready(W1)

    talk.pass_with_beats(10.0, W1)
    talk.call(C2, b"y")

    assert talk.take(W1)[-1] == order(C2, b"y")
