"""Callables that decide about peers, on the loop; some of them awaited."""

import asyncio
import gc
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

import zmq4
from faces.admission import failure_of
from zmq4 import Applicant, PasswordFile, PlainClient, PlainServer, Verdict
from zmq4.asyncio import Pull, Push

ALICE = PlainClient("alice", "hunter2")
SLOW = PlainClient("slow", "")


async def test_coroutine_decides_on_the_loop(wired_endpoint: str, deadline: float) -> None:
    seen: list[tuple[str | None, object]] = []

    async def decide(applicant: Applicant) -> str:
        await asyncio.sleep(0)
        seen.append((applicant.username, asyncio.get_running_loop()))
        return "a user"

    async with (
        Pull(bind=wired_endpoint, security=PlainServer(decide)) as pull,
        Push(connect=pull.endpoint, security=ALICE) as push,
    ):
        await push.send(b"x", timeout=deadline)
        peer = (await pull.recv(timeout=deadline)).peer

    assert peer is not None
    assert peer.user_id == "a user"
    assert seen == [("alice", asyncio.get_running_loop())]


async def test_plain_function_decides_on_the_loop(tcp_endpoint: str, deadline: float) -> None:
    threads: list[threading.Thread] = []

    def decide(_: Applicant) -> Verdict:
        threads.append(threading.current_thread())
        return Verdict(user_id="me")

    async with (
        Pull(bind=tcp_endpoint, security=PlainServer(decide)) as pull,
        Push(connect=pull.endpoint, security=ALICE) as push,
    ):
        await push.endpoint.ready(deadline)

    assert threads == [threading.current_thread()]


async def test_table_of_passwords_needs_no_loop(wired_endpoint: str, deadline: float) -> None:
    async with (
        Pull(bind=wired_endpoint, security=PlainServer({"alice": "hunter2"})) as pull,
        Push(connect=pull.endpoint, security=ALICE) as push,
        Push(security=PlainClient("alice", "wrong")) as other,
    ):
        await push.endpoint.ready(deadline)
        events = other.events(deadline)
        other.connect(pull.endpoint)
        assert (await failure_of(events)).cause == "denied"


async def test_password_file_is_read_off_the_loop(
    tcp_endpoint: str, deadline: float, tmp_path: Path
) -> None:
    PasswordFile.set_password(tmp_path / "passwords", "alice", "hunter2")
    security = PlainServer(PasswordFile(tmp_path / "passwords"))
    async with (
        Pull(bind=tcp_endpoint, security=security) as pull,
        Push(connect=pull.endpoint, security=ALICE) as push,
    ):
        await push.endpoint.ready(deadline)
        assert "zmq4-auth" in [thread.name for thread in threading.enumerate()]


async def test_slow_decision_stalls_no_other_handshake(tcp_endpoint: str, deadline: float) -> None:
    asked, opened = asyncio.Event(), asyncio.Event()

    async def decide(applicant: Applicant) -> bool:
        if applicant.username == "slow":
            asked.set()
            await opened.wait()
        return True

    async with (
        Pull(bind=tcp_endpoint, security=PlainServer(decide)) as pull,
        Push(connect=pull.endpoint, security=SLOW) as slow,
    ):
        await asyncio.wait_for(asked.wait(), deadline)
        async with Push(connect=pull.endpoint, security=ALICE) as quick:
            await quick.endpoint.ready(deadline)
        assert slow.peers() == []

        opened.set()
        await slow.endpoint.ready(deadline)


@pytest.mark.parametrize("is_awaited", [True, False])
@pytest.mark.parametrize(
    ("outcome", "status"),
    [(False, "400"), (Verdict(500), "500"), (None, "500"), (ValueError("broken"), "500")],
    ids=repr,
)
async def test_whoever_is_not_let_in_is_told_the_status(
    outcome: object, status: str, is_awaited: bool, tcp_endpoint: str, deadline: float
) -> None:
    def at_once(_: Applicant) -> bool:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[return-value]

    async def later(applicant: Applicant) -> bool:
        await asyncio.sleep(0)
        return at_once(applicant)

    decide: Callable[[Applicant], object] = later if is_awaited else at_once
    async with (
        Pull(bind=tcp_endpoint, security=PlainServer(decide)) as pull,  # type: ignore[arg-type]
        Push(security=ALICE) as push,
    ):
        theirs, ours = pull.events(deadline), push.events(deadline)
        push.connect(pull.endpoint)

        for failed in (await failure_of(theirs), await failure_of(ours)):
            assert failed.cause == "denied"
            assert status in failed.reason


async def test_exception_is_logged(
    tcp_endpoint: str, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "zmq4")

    async def decide(_: Applicant) -> bool:
        raise OSError("no base")

    async with (
        Pull(bind=tcp_endpoint, security=PlainServer(decide)) as pull,
        Push(security=ALICE) as push,
    ):
        events = push.events(deadline)
        push.connect(pull.endpoint)
        await failure_of(events)

    assert "OSError: no base" in caplog.text
    assert "hunter2" not in caplog.text


async def test_decisions_that_nobody_waits_for_are_cancelled(
    tcp_endpoint: str, deadline: float
) -> None:
    cancelled = asyncio.Event()

    async def decide(applicant: Applicant) -> bool:
        if applicant.username == "slow":
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                cancelled.set()
                raise
        return True

    async with Pull(bind=tcp_endpoint, security=PlainServer(decide), handshake_timeout=0.1) as pull:
        events = pull.events(deadline)
        async with Push(connect=pull.endpoint, security=SLOW):
            assert (await failure_of(events)).cause == "timeout"
        async with Push(connect=pull.endpoint, security=ALICE) as push:
            await push.endpoint.ready(deadline)

        await asyncio.wait_for(cancelled.wait(), deadline)


def test_coroutine_function_needs_a_loop_when_the_endpoint_is_opened(tcp_endpoint: str) -> None:
    async def decide(_: Applicant) -> bool:
        return True

    pull = Pull(security=PlainServer(decide))
    with pytest.raises(zmq4.StateError, match="open the socket where its loop runs"):
        pull.bind(tcp_endpoint)
    pull.close()


def test_plain_function_without_a_loop_decides_in_the_pool(
    tcp_endpoint: str, deadline: float
) -> None:
    threads: list[str] = []

    def decide(_: Applicant) -> bool:
        threads.append(threading.current_thread().name)
        return True

    pull = Pull(bind=tcp_endpoint, security=PlainServer(decide))
    with zmq4.Push(connect=str(pull.endpoint), security=ALICE) as push:
        push.endpoint.ready(deadline)
    pull.close()

    assert threads == ["zmq4-auth"]


def test_endpoint_opened_on_a_second_loop_moves_the_decisions_there(
    tcp_endpoint: str, deadline: float, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def decide(_: Applicant) -> bool:
        loops.append(asyncio.get_running_loop())
        return True

    async def serve() -> None:
        place = pull.bind(tcp_endpoint)
        async with Push(connect=place, security=ALICE) as push:
            await push.endpoint.ready(deadline)

    pull = Pull(security=PlainServer(decide))
    made = [new_loop(), new_loop()]
    for loop in made:
        loop.run_until_complete(serve())
        loop.close()
    pull.close()

    assert loops == made


async def test_socket_whose_callable_refers_to_it_is_collected(tcp_endpoint: str) -> None:
    class Server:
        def __init__(self) -> None:
            self.pull = Pull(bind=tcp_endpoint, security=PlainServer(self.decide))

        async def decide(self, _: Applicant) -> bool:
            return bool(self.pull)

    server = Server()
    server.pull.close()
    gone = weakref.ref(server.pull)

    del server
    gc.collect()

    assert gone() is None
