"""Restarts, cuts and clocks, in virtual time: scenarios M56, M71, M72, M75 to M83 of section 22.5."""

import pytest

from majordomo.stage import HERE, THERE, Stage


def test_m56_request_of_a_worker_that_is_killed_goes_to_another() -> None:
    stage = Stage()
    first, client = stage.worker("first", seconds=5), stage.client()
    stage.world.run(1)
    client.ask(b"x", timeout=30, retries=0)
    stage.world.run(1)
    second = stage.worker("second")

    first.node.kill()
    stage.world.run(5)

    assert client.answers == [b"x"]
    assert (first.jobs, second.jobs) == ([b"x"], [b"x"])


def test_m56_power_cut_is_noticed_by_the_silence() -> None:
    stage = Stage()
    first, client = stage.worker("first", seconds=60), stage.client()
    stage.world.run(1)
    client.ask(b"x", timeout=60, retries=0)
    stage.world.run(6)  # long enough for a heartbeat of the busy worker
    second = stage.worker("second")

    first.node.kill(silently=True)
    stage.world.run(20)

    assert client.answers == [b"x"]
    assert second.jobs == [b"x"]


def test_m71_broker_is_back_after_a_second() -> None:
    stage = Stage()
    worker, client = stage.worker(), stage.client()
    stage.world.run(1)

    stage.broker.restart(after=1.0)
    back_at = stage.world.clock() + 1.0
    client.ask(b"during", timeout=2.5, retries=2)
    stage.world.run(10)

    assert client.answers == [b"during"]
    assert worker.registered_at[-1] - back_at < 1.0
    assert worker.jobs == [b"during"]


def test_m72_broker_is_back_after_fifteen_seconds() -> None:
    stage = Stage()
    worker, client = stage.worker(), stage.client()
    stage.world.run(1)

    stage.broker.restart(after=15.0)
    back_at = stage.world.clock() + 15.0
    stage.world.run(50)
    client.ask(b"after")
    stage.world.run(5)

    assert client.answers == [b"after"]
    assert worker.registered_at[-1] - back_at < 30.0
    assert len(worker.registered_at) == 2


def test_m75_broker_may_come_last() -> None:
    stage = Stage()
    stage.broker.kill()
    worker, client = stage.worker(), stage.client()
    client.ask(b"early", timeout=20, retries=0)
    stage.world.run(5)

    stage.broker.start()
    stage.world.run(10)

    assert client.answers == [b"early"]
    assert worker.jobs == [b"early"]


@pytest.mark.parametrize("seconds", [0.01, 3.0], ids=["idle", "busy"])
def test_m76_cut_of_two_seconds_costs_nothing(seconds: float) -> None:
    stage = Stage()
    worker, client = stage.worker(seconds=seconds), stage.client()
    stage.world.run(1)
    client.ask(b"x", timeout=30, retries=0)
    stage.world.run(1)

    stage.world.cut("worker")
    stage.world.run(2)
    stage.world.heal()
    stage.world.run(20)

    assert worker.sessions_lost == 0
    assert (worker.jobs, client.answers) == ([b"x"], [b"x"])


def test_m77_cut_of_twenty_seconds_gives_the_request_to_another() -> None:
    stage = Stage(patience=10.0)
    worker, client = stage.worker("worker", seconds=4), stage.client()
    stage.world.run(1)
    client.ask(b"x", timeout=60, retries=0)
    stage.world.run(3)
    other = stage.worker("other")

    stage.world.cut("worker")
    stage.world.run(20)
    stage.world.heal()
    stage.world.run(40)

    assert client.answers == [b"x"]
    assert (worker.jobs, other.jobs) == ([b"x"], [b"x"])
    assert len(worker.registered_at) == 2  # and it is here again


def test_m79_steps_of_clocks_cost_nothing() -> None:
    stage = Stage()
    worker, client = stage.worker(), stage.client()
    stage.world.run(1)

    for node in (stage.broker, worker.node, client.node):
        node.jump(3600.0)
        stage.world.run(20)
        client.ask(b"x", timeout=10)
        stage.world.run(10)

    assert client.answers == [b"x"] * 3


@pytest.mark.parametrize("seconds", [4, 20])
def test_m80_broker_that_stood_still_gives_nobody_up_for_that(seconds: float) -> None:
    stage = Stage(patience=60.0)
    for number in range(10):
        stage.worker(f"worker-{number}")
    client = stage.client()
    stage.world.run(5)

    stage.broker.pause()
    stage.world.run(seconds)
    stage.broker.resume()
    client.ask(b"x", timeout=10, retries=0)
    stage.world.run(20)

    assert client.answers == [b"x"]
    partings = stage.broker.machine.stats(stage.world.clock()).partings
    assert "silent" not in partings
    assert stage.broker.machine.stats(stage.world.clock()).workers == 10
    if seconds < 5:  # so long nobody gives the broker up either
        assert not partings


def test_m81_worker_that_stood_still_has_a_new_session() -> None:
    stage = Stage(patience=60.0)
    worker, client = stage.worker(), stage.client()
    stage.world.run(5)

    worker.node.pause()
    stage.world.run(20)
    worker.node.resume()
    stage.world.run(10)
    client.ask(b"x", timeout=5, retries=0)
    stage.world.run(5)

    assert client.answers == [b"x"]
    assert len(worker.registered_at) == 2


def test_m82_second_broker_answers_when_the_first_is_dead() -> None:
    stage = Stage(brokers=(HERE, THERE))
    stage.world.run(1)
    stage.broker.kill()
    worker, client = stage.worker(), stage.client()
    stage.world.run(5)

    client.ask(b"x", timeout=2.5, retries=1)
    stage.world.run(5)

    assert client.answers == [b"x"]
    assert worker.jobs == [b"x"]


def test_m83_slow_service_is_asked_once_and_the_client_is_told() -> None:
    stage = Stage()
    worker, client = stage.worker(seconds=4), stage.client()
    stage.world.run(1)

    client.ask(b"x", timeout=2.5, retries=0)
    stage.world.run(20)

    assert worker.jobs == [b"x"]
    assert (client.answers, client.failures) == ([], ["no reply in time"])
