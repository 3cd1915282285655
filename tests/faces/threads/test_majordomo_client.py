"""Majordomo for threads: what a client gets, and when it is told that it gets nothing."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest

import zmq4
from zmq4.majordomo import (
    Broker,
    BrokerGone,
    Client,
    NoSuchService,
    Policy,
    Refusal,
    Rejected,
    Worker,
)

ANY = "tcp://127.0.0.1:0"


@pytest.fixture
def broker() -> Iterator[str]:
    """Give the address of a broker."""
    with Broker(ANY) as broker:
        yield str(broker.endpoint)


@pytest.fixture
def echo(broker: str, deadline: float) -> Iterator[str]:
    """Give the address of a broker where "echo" and "count" are served."""

    def count(request: zmq4.Message) -> Iterator[str]:
        for number in range(int(request.text)):
            yield str(number)

    with (
        Worker(broker, "echo", lambda request: request, concurrency=2) as echo,
        Worker(broker, "count", count) as counter,
    ):
        echo.ready(deadline)
        counter.ready(deadline)
        yield broker


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_request_is_answered(echo: str, version: Literal["0.1", "0.2"], deadline: float) -> None:
    with Client(echo, version=version, timeout=deadline) as client:
        assert client.request("echo", "hello").text == "hello"
        assert client.request("echo", b"", "two", b"").count(b"") == 2


def test_large_body_arrives_whole(echo: str, deadline: float) -> None:
    body = os.urandom(10_000_000)

    with Client(echo, timeout=deadline) as client:
        assert client.request("echo", "head", body) == zmq4.Message("head", body)


def test_parts_are_put_together_or_come_one_by_one(echo: str, deadline: float) -> None:
    with Client(echo, timeout=deadline) as client:
        assert [part.text for part in client.stream("count", "4")] == ["0", "1", "2", "3"]
        assert [*client.request("count", "3")] == [b"0", b"1", b"2"]


def test_part_comes_before_the_next_is_made(broker: str, deadline: float) -> None:
    is_taken = threading.Event()

    def handler(_: zmq4.Message) -> Iterator[str]:
        yield "first"
        assert is_taken.wait(deadline)
        yield "second"

    with Worker(broker, "slow", handler), Client(broker, timeout=deadline) as client:
        parts = client.stream("slow", "")
        assert next(parts).text == "first"
        is_taken.set()
        assert [part.text for part in parts] == ["second"]


def test_stream_that_is_left_early_spoils_nothing(echo: str, deadline: float) -> None:
    with Client(echo, timeout=deadline, connections=1) as client:
        parts = client.stream("count", "1000")
        assert isinstance(parts, Iterator)
        next(parts)
        parts.close()  # type: ignore[attr-defined]

        assert [part.text for part in client.stream("count", "2")] == ["0", "1"]


def test_request_without_an_answer_is_executed(broker: str, deadline: float) -> None:
    is_done = threading.Event()

    def handler(request: zmq4.Message) -> None:
        assert request.text == "do it"
        is_done.set()

    with Worker(broker, "job", handler), Client(broker) as client:
        client.send("job", "do it")
        assert is_done.wait(deadline)


def test_many_threads_get_each_their_own(echo: str, deadline: float) -> None:
    def ask(number: int) -> bool:
        return all(
            client.request("echo", f"{number}/{turn}").text == f"{number}/{turn}"
            for turn in range(20)
        )

    with Client(echo, timeout=deadline, connections=5) as client, ThreadPoolExecutor(10) as pool:
        assert all(pool.map(ask, range(10)))


def test_requests_wait_for_a_free_connection(broker: str, deadline: float) -> None:
    go = threading.Event()
    with (
        Worker(broker, "slow", lambda _: go.wait(deadline) and "done", concurrency=2),
        Client(broker, timeout=deadline, connections=1) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(client.request, "slow", "1")
        while not first.running() or not client._lines:
            time.sleep(0.001)

        with pytest.raises(zmq4.Timeout, match="all 1 connections"):
            client.request("slow", "2", timeout=0.05)
        second = pool.submit(client.request, "slow", "3")
        go.set()

        assert first.result().text == second.result().text == "done"


def test_late_reply_is_not_taken_for_another(
    broker: str, time_unit: float, deadline: float
) -> None:
    def handler(request: zmq4.Message) -> zmq4.Message:
        if request.text == "slow":
            time.sleep(5 * time_unit)
        return request

    with (
        Worker(broker, "echo", handler, concurrency=1),
        Client(broker, timeout=deadline, connections=1) as client,
    ):
        with pytest.raises(zmq4.Timeout):
            client.request("echo", "slow", timeout=time_unit)

        for number in range(5):
            assert client.request("echo", str(number)).text == str(number)


def test_service_that_nobody_serves_is_told(echo: str, time_unit: float, deadline: float) -> None:
    with Client(echo) as client:
        with pytest.raises(NoSuchService, match="nobody's") as told:
            client.request("nobody's", "x", timeout=3 * time_unit)
        assert told.value.service == "nobody's"
        with pytest.raises(NoSuchService):
            client.request("nobody's", "x", timeout=deadline, retries=5, wait=False)
        assert client.request("echo", "x", timeout=deadline, wait=False).text == "x"


def test_handler_that_does_not_answer_is_a_time_out(
    broker: str, time_unit: float, deadline: float
) -> None:
    go = threading.Event()
    with Worker(broker, "slow", lambda _: go.wait(deadline) and "late"), Client(broker) as client:
        with pytest.raises(zmq4.Timeout) as told:
            client.request("slow", "x", timeout=3 * time_unit)
        go.set()

    assert not isinstance(told.value, BrokerGone)


def test_nobody_at_the_address_is_told(deserted: str, time_unit: float) -> None:
    with Client(deserted, timeout=3 * time_unit) as client:
        with pytest.raises(BrokerGone, match=deserted):
            client.request("echo", "x")
        with pytest.raises(BrokerGone):
            client.send("echo", "x")


def test_broker_that_goes_is_told_at_once(deadline: float) -> None:
    with Broker(ANY) as broker, Client(str(broker.endpoint)) as client:
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(client.request, "echo", "x", timeout=100 * deadline)
            while not broker.stats().queued:
                time.sleep(0.001)
            broker.close()

            with pytest.raises(BrokerGone):
                waits.result(deadline)


def test_request_outlives_its_broker(deadline: float) -> None:
    broker = Broker(ANY)
    address = str(broker.endpoint)
    with (
        Worker(address, "echo", lambda request: request, reconnect=zmq4.Backoff(0.01)) as worker,
        Client(address, timeout=deadline, retries=3) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        worker.ready(deadline)
        assert client.request("echo", "before").text == "before"
        broker.close()
        waits = pool.submit(client.request, "echo", "meanwhile")
        with Broker(address):
            assert waits.result(deadline).text == "meanwhile"
            assert client.request("echo", "after").text == "after"


def test_other_broker_is_asked(echo: str, deserted: str, deadline: float) -> None:
    with Client([deserted, echo], timeout=deadline) as client:
        assert client.request("echo", "x").text == "x"


def test_closing_ends_what_waits(broker: str, deadline: float) -> None:
    client = Client(broker, timeout=100 * deadline)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(client.request, "nobody's", "x")
        while not client._lines:
            time.sleep(0.001)
        client.close()

        with pytest.raises(zmq4.Closed):
            waits.result(deadline)
    with pytest.raises(zmq4.Closed):
        client.request("nobody's", "x")
    with pytest.raises(zmq4.Closed):
        client.send("nobody's", "x")


def test_forgotten_client_warns(echo: str, deadline: float) -> None:
    client = Client(echo, timeout=deadline)
    client.request("echo", "x")

    with pytest.warns(ResourceWarning, match="unclosed client"):
        del client


def test_encrypted_services(deadline: float) -> None:
    server, worker, caller = (zmq4.KeyPair.generate() for _ in range(3))

    def security(keys: zmq4.KeyPair) -> zmq4.CurveClient:
        return zmq4.CurveClient(server_key=server.public, keys=keys)

    allowed = {worker.public, caller.public}
    with (
        Broker(ANY, security=zmq4.CurveServer(server, allowed)) as broker,
        Worker(str(broker.endpoint), "echo", lambda request: request, security=security(worker)),
        Client(str(broker.endpoint), security=security(caller)) as client,
    ):
        assert client.request("echo", "secret", timeout=deadline).text == "secret"


def test_nonsense_is_refused_before_anything_is_sent() -> None:
    with Client("tcp://127.0.0.1:1") as client:
        with pytest.raises(ValueError, match="name"):
            client.request("line\nbreak", "x")
        with pytest.raises(ValueError, match="time limit"):
            client.request("echo", "x", timeout=-1)
        with pytest.raises(ValueError, match="retries"):
            client.request("echo", "x", retries=-1)
        with pytest.raises(ValueError, match="frames"):
            client.request("echo", *["x"] * 2000)
    with pytest.raises(ValueError, match="connections"):
        Client("tcp://127.0.0.1:1", connections=0)
    with pytest.raises(ValueError, match="versions"):
        Client("tcp://127.0.0.1:1", version="0.3")  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_rejection_is_told_where_both_sides_agreed(
    version: Literal["0.1", "0.2"], deadline: float
) -> None:
    policy, mark = Policy(ttl=0.05), b"\0rejected"
    with (
        Broker(ANY, policy=policy, rejection=mark) as broker,
        Client(broker.endpoint, rejection=mark, version=version, timeout=deadline) as told,
        pytest.raises(Rejected, match=r"'it'.*expired") as raised,
    ):
        told.request("it", "x", retries=3)

    assert raised.value.reason == Refusal.EXPIRED
    assert raised.value.errno == errno.ECANCELED
