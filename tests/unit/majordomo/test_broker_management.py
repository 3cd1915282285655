"""The broker's machine: management, access, and the orderly end. Scenarios M74, M86 to M88, M98."""

import json

from unit.majordomo.broker_talk import (
    C1,
    C2,
    LEAVE,
    MDP02,
    W1,
    W2,
    Access,
    Talk,
    order,
    reply,
)
from zmq4.majordomo.events import Refusal, RequestDropped, WorkerRefused
from zmq4.majordomo.machine.broker import Drain
from zmq4.majordomo.messages import MDP01


def test_a_service_exists_as_long_as_it_has_a_worker() -> None:
    talk = Talk()
    talk.ready(W1)
    assert talk.ask(b"mmi.service", b"echo") == (b"200",)

    talk.call(C1, b"x")
    assert talk.ask(b"mmi.service", b"echo") == (b"200",)

    talk.leave(W1)
    assert talk.ask(b"mmi.service", b"echo") == (b"404",)


def test_a_service_that_was_only_asked_for_does_not_exist() -> None:
    talk = Talk()
    talk.call(C1, b"x", service=b"ghost")

    assert talk.ask(b"mmi.service", b"ghost") == (b"404",)
    assert talk.ask(b"mmi.service", b"never") == (b"404",)


def test_names_that_the_broker_does_not_know_are_not_implemented() -> None:
    talk = Talk()

    assert talk.ask(b"mmi.", b"x") == (b"501",)
    assert talk.ask(b"mmi.other", b"x") == (b"501",)
    assert talk.ask(b"mmi.service", b"") == (b"404",)


def test_of_several_frames_the_last_is_asked_about() -> None:
    talk = Talk()
    talk.ready(W1)

    assert talk.ask(b"mmi.service", b"second", b"echo") == (b"200",)


def test_clients_of_the_newer_dialect_get_a_final_reply() -> None:
    talk = Talk()
    talk.ready(W1)

    assert talk.ask(b"mmi.service", b"echo", dialect=MDP02) == (b"200",)


def test_services_workers_and_queues_can_be_asked_for() -> None:
    talk = Talk()
    talk.ready(W1, b"b")
    talk.ready(W2, b"a")
    for body in (b"1", b"2", b"3"):
        talk.call(C1, body, service=b"a")
    talk.pass_time(1.5)

    assert talk.ask(b"mmi.services", b"") == (b"200", b"a", b"b")
    assert talk.ask(b"mmi.workers", b"a") == (b"200", b"0", b"1")
    assert talk.ask(b"mmi.workers", b"c") == (b"404",)
    assert talk.ask(b"mmi.queue", b"a") == (b"200", b"2", b"1500")
    assert talk.ask(b"mmi.queue", b"c") == (b"404",)
    assert talk.ask(b"mmi.version", b"") == (b"200", b"zmq4")


def test_statistics_count_what_happened() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"1")
    talk.call(C1, b"22")
    talk.pass_time(2.0)
    talk.answer(W1, C1, b"y")
    talk.pass_time(1.0)

    (code, text) = talk.ask(b"mmi.stats", b"")
    echo = talk.machine.stats(talk.now).services["echo"]

    assert code == b"200"
    assert isinstance(text, bytes)
    assert json.loads(text)["services"]["echo"]["received"] == 2
    assert (echo.received, echo.dispatched, echo.replied, echo.queued) == (2, 2, 1, 0)
    assert (echo.idle, echo.busy, echo.waited, echo.served) == (0, 1, 2.0, 2.0)


def test_a_client_takes_back_what_waits() -> None:
    talk = Talk()
    asker = b"\0asker"
    for client in (asker, C1):
        talk.call(client, b"1")
        talk.call(client, b"2")

    assert talk.ask(b"mmi.cancel", b"echo") == (b"200", b"2")
    assert talk.ask(b"mmi.cancel", b"echo") == (b"404",)

    assert talk.machine.stats(talk.now).queued == 2


def test_rules_say_who_may_serve() -> None:
    talk = Talk(access=Access(may_serve=lambda user, service: (user, service) == ("a", "echo")))

    talk.ready(W1, user="a")
    talk.ready(W2, b"other", user="a")
    talk.pass_time(1.1)

    assert talk.take(W2) == [LEAVE]
    assert talk.events[-1] == WorkerRefused("other", W2)
    assert talk.ask(b"mmi.services", b"") == (b"200", b"echo")


def test_rules_say_who_may_call() -> None:
    talk = Talk(access=Access(may_call=lambda user, _: user == "a"))
    talk.ready(W1)

    talk.call(C1, b"1", user="b")
    talk.call(C2, b"2", user="a")

    assert talk.take(W1) == [order(C2, b"2")]
    assert talk.events[-1] == RequestDropped("echo", Refusal.FORBIDDEN)


def test_rules_say_who_may_ask_about_the_broker() -> None:
    talk = Talk(access=Access(may_manage=lambda user, _: user == "root"))

    assert talk.ask(b"mmi.services", b"") == (b"403",)


def test_a_rule_that_fails_has_let_nobody_in() -> None:
    def fails(_user: str | None, _service: str) -> bool:
        raise RuntimeError

    talk = Talk(access=Access(may_serve=fails, may_call=fails, may_manage=fails))

    talk.ready(W1)
    talk.call(C1, b"x")

    assert talk.take(W1) == []
    assert talk.ask(b"mmi.services", b"") == (b"403",)


def test_a_broker_without_work_ends_at_once_and_says_so() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x", service=b"nobody")

    talk.feed(Drain(10.0))

    assert talk.is_over
    assert talk.take(W1) == [LEAVE]
    assert RequestDropped("nobody", Refusal.STOPPING) in talk.events
    assert talk.machine.deadline() == float("inf")


def test_a_broker_that_stops_waits_for_what_is_being_done() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"running")
    talk.call(C1, b"waiting")
    talk.take(W1)

    talk.feed(Drain(10.0))
    assert not talk.is_over
    talk.call(C1, b"late")
    talk.answer(W1, C1, b"y")

    assert talk.is_over
    assert talk.take(C1) == [reply(b"y")]
    assert talk.take(W1) == [LEAVE]


def test_a_broker_that_stops_waits_no_longer_than_it_may() -> None:
    talk = Talk(rejection=b"no")
    talk.say(C1, *MDP01.request(b"mmi.rejections", [b"no"]))
    talk.take(C1)
    talk.ready(W1)
    talk.ready(W2)
    talk.call(C1, b"running")
    talk.take(W1)

    talk.feed(Drain(10.0))
    while not talk.is_over:
        talk.now = talk.machine.deadline()
        from zmq4._kit.machine import Tick

        talk.feed(Tick())

    assert talk.now == 1010.0
    assert talk.take(C1) == [reply(b"no", b"stopping")]
    assert talk.take(W1)[-1] == LEAVE
    assert order(C1, b"running") not in talk.take(W2)


def test_a_worker_that_is_lost_while_the_broker_stops_is_replaced() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.ready(W2)

    talk.feed(Drain(10.0))
    talk.hang_up(W1)
    talk.answer(W2, C1, b"y")

    assert talk.take(C1) == [reply(b"y")]
    assert talk.is_over


def test_nobody_joins_a_broker_that_stops() -> None:
    talk = Talk()
    talk.ready(W1)
    talk.call(C1, b"x")
    talk.feed(Drain(10.0))

    talk.ready(W2)

    assert talk.take(W2) == [LEAVE]
