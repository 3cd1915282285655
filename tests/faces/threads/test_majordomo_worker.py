"""Majordomo for threads: workers, their handlers, and how they begin and end."""

import logging
import signal
import threading
import time
from collections.abc import Iterator

import pytest

import zmq4
from fixtures.children import Children
from zmq4.majordomo import Broker, Client, Worker, is_abandoned

ANY = "tcp://127.0.0.1:0"
W = b"MDPW02"


@pytest.fixture
def broker() -> Iterator[Broker]:
    """Give a broker with a fast heart."""
    with Broker(ANY, heartbeat=0.1, liveness=5) as broker:
        yield broker


@pytest.mark.parametrize(
    ("returned", "reply"),
    [
        (b"octets", [b"octets"]),
        ("text", [b"text"]),
        (None, [b""]),
        ([], [b""]),
        (["a", b"b", memoryview(b"c")], [b"a", b"b", b"c"]),
        (zmq4.Message("m", "n"), [b"m", b"n"]),
        (bytearray(b"buffer"), [b"buffer"]),
    ],
    ids=repr,
)
def test_what_a_handler_returns_is_the_reply(
    broker: Broker, returned: object, reply: list[bytes], deadline: float
) -> None:
    address = str(broker.endpoint)
    with Worker(address, "it", lambda _: returned), Client(address, timeout=deadline) as client:  # type: ignore[arg-type,return-value]
        assert [*client.request("it", "x")] == reply


def test_generator_may_return_its_last_part(broker: Broker, deadline: float) -> None:
    def handler(_: zmq4.Message) -> Iterator[str]:
        yield "1"
        return "2"

    address = str(broker.endpoint)
    with Worker(address, "it", handler), Client(address, timeout=deadline) as client:
        assert [part.text for part in client.stream("it", "x")] == ["1", "2"]


def test_failure_is_logged_and_ends_nothing(
    broker: Broker, deadline: float, time_unit: float, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(request: zmq4.Message) -> zmq4.Message:
        match request.text:
            case "raise":
                raise ValueError("a bad day")
            case "exit":
                raise SystemExit
            case _:
                return request

    address = str(broker.endpoint)
    with Worker(address, "it", handler), Client(address, timeout=deadline) as client:
        for order in ("raise", "exit"):
            with pytest.raises(zmq4.Timeout):
                client.request("it", order, timeout=5 * time_unit)

        assert client.request("it", "x").text == "x"
    assert "a bad day" in caplog.text


def test_failure_may_have_a_reply_of_its_own(broker: Broker, deadline: float) -> None:
    def handler(request: zmq4.Message) -> int:
        return int(request.text)

    def on_error(request: zmq4.Message, error: BaseException) -> list[str]:
        return ["error", request.text, type(error).__name__]

    address = str(broker.endpoint)
    with (
        Worker(address, "it", handler, on_error=on_error),  # type: ignore[arg-type]
        Client(address, timeout=deadline) as client,
    ):
        assert [*client.request("it", "x")] == [b"error", b"x", b"ValueError"]
        assert [*client.request("it", "1")] == [b"error", b"1", b"TypeError"]


def test_session_outlives_a_long_job(broker: Broker, deadline: float, time_unit: float) -> None:
    calls: list[str] = []

    def handler(request: zmq4.Message) -> zmq4.Message:
        calls.append(request.text)
        time.sleep(15 * time_unit)
        return request

    address = str(broker.endpoint)
    with (
        Worker(address, "long", handler, heartbeat=0.1, liveness=5),
        Client(address, timeout=deadline) as client,
    ):
        assert client.request("long", "x").text == "x"
        assert calls == ["x"]
        assert broker.stats().partings == {}


def test_sessions_work_at_the_same_time(broker: Broker, deadline: float) -> None:
    barrier = threading.Barrier(3)

    def handler(_: zmq4.Message) -> None:
        barrier.wait(deadline)

    address = str(broker.endpoint)
    with (
        Worker(address, "together", handler, concurrency=3),
        Client(address, timeout=deadline) as client,
    ):
        threads = [
            threading.Thread(target=client.request, args=("together", "x")) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(deadline)
            assert not thread.is_alive()


def test_hanging_handler_is_given_up_and_told(
    broker: Broker, deadline: float, time_unit: float
) -> None:
    told = threading.Event()
    turns: list[str] = []

    def handler(request: zmq4.Message) -> zmq4.Message:
        turns.append(request.text)
        if len(turns) == 1:
            while not is_abandoned():
                time.sleep(0.001)
            told.set()
        return request

    address = str(broker.endpoint)
    with (
        Worker(address, "it", handler, handler_timeout=3 * time_unit, concurrency=2),
        Client(address, timeout=deadline) as client,
    ):
        assert client.request("it", "x").text == "x"
        assert told.wait(deadline)
    assert turns == ["x", "x"]


def test_worker_stops_after_what_it_has_in_hand(broker: Broker, deadline: float) -> None:
    begun, go = threading.Event(), threading.Event()

    def handler(request: zmq4.Message) -> zmq4.Message:
        begun.set()
        assert go.wait(deadline)
        return request

    address = str(broker.endpoint)
    worker = Worker(address, "it", handler)
    worker.start()
    with Client(address, timeout=deadline) as client:
        replies: list[str] = []
        asking = threading.Thread(target=lambda: replies.append(client.request("it", "x").text))
        asking.start()
        assert begun.wait(deadline)
        stopping = threading.Thread(target=worker.stop)
        stopping.start()
        go.set()
        stopping.join(deadline)
        asking.join(deadline)

    assert replies == ["x"]
    assert not worker.is_registered


def test_worker_that_may_not_finish_leaves_its_request_to_another(
    broker: Broker, deadline: float
) -> None:
    begun, go = threading.Event(), threading.Event()

    def hang(_: zmq4.Message) -> str:
        begun.set()
        go.wait(deadline)
        return "in vain"

    address = str(broker.endpoint)
    hanging = Worker(address, "it", hang)
    hanging.start()
    with Client(address, timeout=deadline) as client:
        replies: list[str] = []
        asking = threading.Thread(target=lambda: replies.append(client.request("it", "x").text))
        asking.start()
        assert begun.wait(deadline)
        hanging.stop(timeout=0)
        with Worker(address, "it", lambda _: "from another"):
            asking.join(deadline)
        go.set()

    assert replies == ["from another"]


def test_worker_says_goodbye(deadline: float) -> None:
    with zmq4.Router(bind=ANY) as script:
        worker = Worker(str(script.endpoint), "echo", lambda request: request)
        worker.start()
        ready = script.recv(timeout=deadline)
        assert [*ready] == [W, b"\1", b"echo"]

        worker.stop()

        assert [*script.recv(timeout=deadline)] == [W, b"\6"]


def test_dismissed_worker_comes_again_as_somebody_new(deadline: float) -> None:
    with (
        zmq4.Router(bind=ANY) as script,
        Worker(str(script.endpoint), "echo", lambda request: request, reconnect=zmq4.Backoff(0.01)),
    ):
        first = script.recv(timeout=deadline)
        script.send(first.sender, W, b"\6")
        second = script.recv(timeout=deadline)

        assert [*second] == [W, b"\1", b"echo"]
        assert second.sender != first.sender


def test_lost_connection_is_a_new_session_at_once(deadline: float) -> None:
    with (
        zmq4.Router(bind=ANY) as script,
        Worker(str(script.endpoint), "echo", lambda request: request),
    ):
        script.recv(timeout=deadline)
        address = str(script.endpoint)
        script.close()
        with zmq4.Router(bind=address) as again:
            assert [*again.recv(timeout=deadline)] == [W, b"\1", b"echo"]


def test_heartbeats_are_sent_while_the_handler_works(deadline: float) -> None:
    go = threading.Event()

    def handler(_: zmq4.Message) -> str:
        go.wait(deadline)
        return "done"

    with (
        zmq4.Router(bind=ANY) as script,
        Worker(str(script.endpoint), "long", handler, heartbeat=0.05),
    ):
        ready = script.recv(timeout=deadline)
        script.send(ready.sender, W, b"\2", b"client", b"", b"work")
        beats = [[*script.recv(timeout=deadline)] for _ in range(5)]
        go.set()
        while [*(message := script.recv(timeout=deadline))] == [W, b"\5"]:
            pass

        assert beats == [[W, b"\5"]] * 5
        assert [*message] == [W, b"\4", b"client", b"", b"done"]


def test_worker_starts_once(broker: Broker) -> None:
    worker = Worker(str(broker.endpoint), "echo", lambda request: request)
    with worker, pytest.raises(zmq4.StateError):
        worker.start()
    with pytest.raises(zmq4.StateError):
        worker.start()


def test_waiting_for_a_session_has_its_limit(deserted: str, time_unit: float) -> None:
    with (
        Worker(deserted, "echo", lambda request: request) as worker,
        pytest.raises(zmq4.Timeout),
    ):
        worker.ready(time_unit)


def test_what_cannot_be_a_worker_is_told() -> None:
    async def coroutine(request: zmq4.Message) -> zmq4.Message:
        return request

    with pytest.raises(TypeError, match="asyncio"):
        Worker("tcp://127.0.0.1:1", "echo", coroutine)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="name"):
        Worker("tcp://127.0.0.1:1", "", lambda request: request)
    with pytest.raises(ValueError, match="at a time"):
        Worker("tcp://127.0.0.1:1", "echo", lambda request: request, concurrency=0)
    with pytest.raises(zmq4.InvalidEndpoint):
        Worker("nowhere", "echo", lambda request: request).start()


def test_ended_context_ends_the_worker(broker: Broker) -> None:
    context = zmq4.Context()
    worker = Worker(str(broker.endpoint), "echo", lambda request: request, context=context)
    ender = threading.Timer(0.05, context.close)
    ender.start()

    with pytest.raises((zmq4.Closed, zmq4.ContextTerminated)):
        worker.run()
    ender.join()


def test_sigterm_drains(broker: Broker, children: Children, deadline: float) -> None:
    child = children.start(
        """
        import sys, time, zmq4.majordomo

        def handler(request):
            print("begun", flush=True)
            time.sleep(0.5)
            return request

        zmq4.majordomo.Worker(sys.argv[1], "it", handler).run()
        print("over", flush=True)
        """,
        str(broker.endpoint),
    )
    with Client(str(broker.endpoint), timeout=deadline) as client:
        replies: list[str] = []
        asking = threading.Thread(target=lambda: replies.append(client.request("it", "x").text))
        asking.start()
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        child.send_signal(signal.SIGTERM)
        asking.join(deadline)
        output, errors = child.communicate(timeout=deadline)

    assert (replies, output, errors, child.returncode) == (["x"], "over\n", "", 0)


def test_program_may_end_with_a_worker_at_work(children: Children, broker: Broker) -> None:
    output = children.run(
        """
        import sys, zmq4.majordomo

        worker = zmq4.majordomo.Worker(sys.argv[1], "it", lambda request: request, concurrency=3)
        worker.start()
        worker.ready(10)
        print("end")
        """,
        str(broker.endpoint),
    )

    assert output == "end\n"


def test_log_tells_of_sessions(
    broker: Broker, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "zmq4.majordomo")
    with Worker(str(broker.endpoint), "echo", lambda request: request) as worker:
        worker.ready(deadline)
        broker.close()
        with pytest.raises(zmq4.Timeout):
            while True:
                worker.ready(0)
    assert "'echo' is served" in caplog.text
