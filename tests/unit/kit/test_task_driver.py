"""`zmq4._kit.drive.task`: a machine runs over real sockets as a task of a loop."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

import pytest

import zmq4
import zmq4.asyncio
from fixtures.clock import DEADLINE
from unit.kit.echo import FINISH, Do, Down, Echo, Refused, Say, Shut, Tick, Up, dealer, router
from zmq4._kit.drive.task import TaskDriver


class Run:
    """A driver, and what its machine delivers."""

    def __init__(self, machine: Echo) -> None:
        self.machine = machine
        self.told: asyncio.Queue[object] = asyncio.Queue()
        self.driver: TaskDriver[Say | Do, object] = TaskDriver(
            machine, self.told.put_nowait, name="test-driver"
        )

    async def next(self) -> object:
        return await asyncio.wait_for(self.told.get(), DEADLINE)

    async def __aenter__(self) -> Self:
        self.driver.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.driver.abort()
        assert await self.driver.join(DEADLINE)


@pytest.fixture
async def echo(tcp_endpoint: str) -> AsyncIterator[Run]:
    async with Run(Echo(router(tcp_endpoint))) as run:
        yield run


async def test_messages_go_in_and_come_out(echo: Run) -> None:
    (endpoint,) = echo.driver.endpoints("router")

    async with zmq4.asyncio.Dealer(connect=endpoint) as peer:
        await peer.send_many([(b"%d" % number, b"") for number in range(2000)])
        answers = [(await peer.recv(timeout=DEADLINE))[0] for _ in range(2000)]

    assert answers == [b"%d" % number for number in range(2000)]


async def test_ticks_come_at_the_deadline() -> None:
    async with Run(Echo(tick_every=0.001)) as run:
        assert [await run.next() for _ in range(5)] == [Tick()] * 5


async def test_a_connection_that_comes_and_goes_is_told(tcp_endpoint: str) -> None:
    async with zmq4.asyncio.Router(bind=tcp_endpoint) as broker:
        address = str(broker.endpoint)
        async with Run(Echo(dealer(address))) as run:
            assert await run.next() == Up("dealer")
            broker.close()
            assert await run.next() == Down("dealer")
            async with zmq4.asyncio.Router(bind=address):
                assert await run.next() == Up("dealer")


async def test_commands_are_handled_in_their_order(echo: Run) -> None:
    (endpoint,) = echo.driver.endpoints("router")
    async with zmq4.asyncio.Dealer(connect=endpoint, routing_id=b"peer") as peer:
        await peer.send(b"hello")
        await peer.recv(timeout=DEADLINE)

        for number in range(100):
            echo.driver.post(Say("router", [(b"peer", b"%d" % number)]))

        answers = [(await peer.recv(timeout=DEADLINE))[0] for _ in range(100)]
    assert answers == [b"%d" % number for number in range(100)]


async def test_what_a_peer_does_not_read_comes_back(tcp_endpoint: str) -> None:
    async with Run(Echo(router(tcp_endpoint, send_hwm=1, kernel_send_buffer=4096))) as run:
        (endpoint,) = run.driver.endpoints("router")
        async with zmq4.asyncio.Dealer(connect=endpoint, routing_id=b"deaf", recv_hwm=1) as deaf:
            await deaf.send(b"hello")
            await deaf.recv(timeout=DEADLINE)
            while run.told.empty():
                run.driver.post(Say("router", [(b"deaf", b"x" * 100_000)] * 10))
                await asyncio.sleep(0)

            assert isinstance(await run.next(), Refused)


async def test_sockets_are_shut_and_opened_while_it_runs(echo: Run, inproc_endpoint: str) -> None:
    echo.driver.post(Do([Shut("router"), router(inproc_endpoint)]))

    async with zmq4.asyncio.Dealer(connect=inproc_endpoint) as peer:
        await peer.send(b"x")
        assert (await peer.recv(timeout=DEADLINE)).content == b"x"


async def test_a_finished_machine_takes_no_commands(echo: Run) -> None:
    echo.driver.post(FINISH)
    assert await echo.driver.join(DEADLINE)

    with pytest.raises(zmq4.Closed):
        echo.driver.post(FINISH)
    assert echo.driver.has_ended
    assert echo.driver.failure is None


async def test_a_machine_that_fails_ends_its_driver_alone(
    echo: Run, caplog: pytest.LogCaptureFixture
) -> None:
    echo.driver.post(Say("no such socket", []))

    assert await echo.driver.join(DEADLINE)
    assert isinstance(echo.driver.failure, KeyError)
    assert "test-driver failed" in caplog.text


async def test_an_address_that_is_taken_is_told_at_once(tcp_endpoint: str) -> None:
    async with zmq4.asyncio.Router(bind=tcp_endpoint) as other:
        run = Run(Echo(router(str(other.endpoint))))

        with pytest.raises(zmq4.AddressInUse):
            run.driver.start()
