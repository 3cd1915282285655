"""`zmq4._kit.drive.thread`: a machine runs over real sockets in a thread of its own."""

import queue
import threading
from collections.abc import Iterator
from typing import Self

import pytest

import zmq4
from fixtures.clock import DEADLINE
from unit.kit.echo import FINISH, Do, Down, Echo, Refused, Say, Shut, Tick, Up, dealer, router
from zmq4._kit.drive.thread import ThreadDriver


class Run:
    """A driver, and what its machine delivers."""

    def __init__(self, machine: Echo) -> None:
        self.machine = machine
        self.told: queue.Queue[object] = queue.Queue()
        self.driver: ThreadDriver[Say | Do, object] = ThreadDriver(
            machine, self.told.put, name="test-driver"
        )

    def next(self) -> object:
        return self.told.get(timeout=DEADLINE)

    def __enter__(self) -> Self:
        self.driver.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.abort()
        assert self.driver.join(DEADLINE)


@pytest.fixture
def echo(tcp_endpoint: str) -> Iterator[Run]:
    with Run(Echo(router(tcp_endpoint))) as run:
        yield run


def test_messages_go_in_and_come_out(echo: Run) -> None:
    (endpoint,) = echo.driver.endpoints("router")

    with zmq4.Dealer(connect=endpoint) as peer:
        peer.send_many([(b"%d" % number, b"") for number in range(2000)])
        answers = [peer.recv(timeout=DEADLINE)[0] for _ in range(2000)]

    assert answers == [b"%d" % number for number in range(2000)]


def test_ticks_come_at_the_deadline() -> None:
    with Run(Echo(tick_every=0.001)) as run:
        assert [run.next() for _ in range(5)] == [Tick()] * 5


def test_ticks_come_under_a_load_too(tcp_endpoint: str) -> None:
    with Run(Echo(router(tcp_endpoint), tick_every=0.001)) as run:
        (endpoint,) = run.driver.endpoints("router")
        with zmq4.Dealer(connect=endpoint) as peer:
            seen = 0
            while seen < 5:
                peer.send(b"x")
                peer.recv(timeout=DEADLINE)
                while not run.told.empty():
                    seen += run.told.get() == Tick()


def test_a_connection_that_comes_and_goes_is_told(tcp_endpoint: str) -> None:
    with zmq4.Router(bind=tcp_endpoint) as broker:
        address = str(broker.endpoint)
        with Run(Echo(dealer(address))) as run:
            assert run.next() == Up("dealer")
            broker.close()
            assert run.next() == Down("dealer")
            with zmq4.Router(bind=address):
                assert run.next() == Up("dealer")


def test_commands_are_handled_in_their_order(echo: Run) -> None:
    (endpoint,) = echo.driver.endpoints("router")
    with zmq4.Dealer(connect=endpoint, routing_id=b"peer") as peer:
        peer.send(b"hello")
        peer.recv(timeout=DEADLINE)

        for number in range(100):
            echo.driver.post(Say("router", [(b"peer", b"%d" % number)]))

        answers = [peer.recv(timeout=DEADLINE)[0] for _ in range(100)]
    assert answers == [b"%d" % number for number in range(100)]


def test_what_a_peer_does_not_read_comes_back_and_the_others_get_theirs(
    tcp_endpoint: str,
) -> None:
    with Run(Echo(router(tcp_endpoint, send_hwm=1, kernel_send_buffer=4096))) as run:
        (endpoint,) = run.driver.endpoints("router")
        with (
            zmq4.Dealer(connect=endpoint, routing_id=b"deaf", recv_hwm=1) as deaf,
            zmq4.Dealer(connect=endpoint, routing_id=b"open") as peer,
        ):
            for each in (deaf, peer):
                each.send(b"hello")
                each.recv(timeout=DEADLINE)
            row = (b"deaf", b"x" * 100_000)
            refused: object = None
            while refused is None:
                run.driver.post(Say("router", [row] * 10))
                run.driver.inspect(lambda _: None)
                refused = None if run.told.empty() else run.told.get()
            run.driver.post(Say("router", [row, (b"open", b"1")]))

            assert isinstance(refused, Refused)
            assert tuple(refused.rows[0]) == row
            assert peer.recv(timeout=DEADLINE).content == b"1"


def test_rows_for_nobody_are_dropped(echo: Run) -> None:
    echo.driver.post(Say("router", [(b"nobody", b"x")]))

    assert echo.driver.inspect(lambda _: echo.machine.handled) == 2
    assert echo.told.empty()


def test_a_look_is_taken_between_two_steps_and_after_the_last(echo: Run) -> None:
    first = echo.driver.inspect(lambda now: (now > 0, threading.current_thread().name))
    echo.driver.post(FINISH)
    echo.driver.join(DEADLINE)
    last = echo.driver.inspect(lambda now: (now > 0, threading.current_thread().name))

    assert first == (True, "test-driver")
    assert last == (True, threading.current_thread().name)


def test_what_a_look_raises_is_raised_where_it_was_asked_for(echo: Run) -> None:
    def look(_now: float) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        echo.driver.inspect(look)


def test_a_finished_machine_takes_no_commands(echo: Run) -> None:
    echo.driver.post(FINISH)
    assert echo.driver.join(DEADLINE)

    with pytest.raises(zmq4.Closed):
        echo.driver.post(FINISH)
    assert echo.driver.has_ended
    assert echo.driver.failure is None


def test_sockets_are_shut_and_opened_while_it_runs(echo: Run, inproc_endpoint: str) -> None:
    echo.driver.post(Do([Shut("router"), router(inproc_endpoint)]))

    with zmq4.Dealer(connect=inproc_endpoint) as peer:
        peer.send(b"x")
        assert peer.recv(timeout=DEADLINE).content == b"x"


def test_an_address_that_is_taken_is_told_at_once(tcp_endpoint: str) -> None:
    with zmq4.Router(bind=tcp_endpoint) as other:
        run = Run(Echo(router(str(other.endpoint))))

        with pytest.raises(zmq4.AddressInUse):
            run.driver.start()


@pytest.mark.filterwarnings("ignore")
def test_a_machine_that_fails_ends_its_driver_alone(
    echo: Run, caplog: pytest.LogCaptureFixture
) -> None:
    echo.driver.post(Say("no such socket", []))

    assert echo.driver.join(DEADLINE)
    assert isinstance(echo.driver.failure, KeyError)
    assert "test-driver failed" in caplog.text


def test_the_end_of_a_context_ends_its_machines() -> None:
    with zmq4.Context() as context:
        told: queue.Queue[object] = queue.Queue()
        driver: ThreadDriver[Say | Do, object] = ThreadDriver(
            Echo(router("inproc://here")), told.put, name="test-driver", context=context
        )
        driver.start()

    assert driver.join(DEADLINE)
    assert isinstance(driver.failure, zmq4.ZMQError)
